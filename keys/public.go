package keys

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base32"
	"encoding/hex"
	"encoding/pem"
	"strings"
)

// Public is a valid public key: RSA of 2048 bits or ECDSA on P-256, which is
// what CloudFront accepts. Make one with ParsePublic or NewPublic.
type Public struct {
	key       crypto.PublicKey
	algorithm Algorithm
	der       []byte // SPKI
	digest    [sha256.Size]byte
}

// ParsePublic reads a public key from PEM: SPKI, the block that starts with
// BEGIN PUBLIC KEY.
//
// There must be exactly one block (ErrManyBlocks), holding a public key
// (ErrPrivateKey, ErrForm) of an algorithm CloudFront accepts (ErrAlgorithm).
func ParsePublic(data []byte) (*Public, error) {
	block, err := oneBlock(data, labelPublic)
	if err != nil {
		return nil, err
	}
	switch {
	case strings.HasSuffix(block.Type, labelPKCS8): // of any form
		return nil, privateInPlaceOfPublic(block.Type)
	case block.Type != labelPublic:
		return nil, otherForm(block.Type, labelPublic)
	}
	key, err := parsePublicDER(block.Bytes)
	if err != nil {
		return nil, err
	}
	return NewPublic(key)
}

func privateInPlaceOfPublic(label string) error {
	extract := "openssl pkey -in FILE -pubout -out PUBLIC.pem"
	if label == labelOpenSSH {
		extract = "ssh-keygen -e -m PKCS8 -f FILE > PUBLIC.pem"
	}
	return wrong(ErrPrivateKey, "a private key, want the public key",
		"extract the public key with `"+extract+"`, and keep the private key out of the repository")
}

// NewPublic checks a public key: *rsa.PublicKey of 2048 bits or
// *ecdsa.PublicKey on P-256. Another one is ErrAlgorithm, a private key
// ErrPrivateKey, one that cannot be right ErrMalformed.
func NewPublic(key crypto.PublicKey) (*Public, error) {
	if _, ok := key.(crypto.Signer); ok {
		return nil, privateInPlaceOfPublic(labelPKCS8)
	}
	name := nameOf(key)
	algorithm, ok := accepted[name]
	if !ok {
		return nil, wrongAlgorithm(name)
	}
	der, err := marshalSPKI(key)
	if err != nil {
		return nil, err
	}
	return &Public{key: key, algorithm: algorithm, der: der, digest: sha256.Sum256(der)}, nil
}

// marshalSPKI returns a key's SPKI. crypto/x509 takes for granted that a key has
// all its parts, and panics where one is missing.
func marshalSPKI(key crypto.PublicKey) (der []byte, err error) {
	defer func() {
		if recover() != nil {
			err = malformed("public key")
		}
	}()
	if k, ok := key.(*rsa.PublicKey); ok && (k.E < 3 || k.E%2 == 0) { // verifies nothing, or anything
		return nil, malformed("public key")
	}
	if der, err = x509.MarshalPKIXPublicKey(key); err != nil { // not on the curve
		return nil, malformed("public key")
	}
	return der, nil
}

// Key returns an *rsa.PublicKey or an *ecdsa.PublicKey.
func (p *Public) Key() crypto.PublicKey { return p.key }

// Algorithm returns the key's algorithm.
func (p *Public) Algorithm() Algorithm { return p.algorithm }

// PEM returns the key as SPKI PEM, always in the same bytes for the same key:
// lines of 64 characters, one final newline. CloudFront replaces a public key
// whose text changes, if only by a newline.
func (p *Public) PEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: labelPublic, Bytes: p.der}))
}

// Fingerprint returns the name of the key: "SHA256:" and the SHA-256 of its
// DER-encoded SPKI as 64 lower-case hex digits, as in
// `openssl pkey -pubin -in FILE -outform DER | sha256sum`.
func (p *Public) Fingerprint() string {
	return fingerprintPrefix + hex.EncodeToString(p.digest[:])
}

const fingerprintPrefix = "SHA256:"

// LocalID returns the key pair ID the key has where CloudFront has not given
// it one: shaped like CloudFront's, K and 13 characters, and the same for the
// same key.
func (p *Public) LocalID() string {
	return "K" + base32.StdEncoding.EncodeToString(p.digest[:])[:13]
}
