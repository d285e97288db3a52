package keys

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
)

// ParsePrivate reads a private key from PEM: PKCS#8, PKCS#1 or SEC1, whatever
// its label says. It returns an *rsa.PrivateKey of 2048 bits or an
// *ecdsa.PrivateKey on P-256.
//
// There must be exactly one block (ErrManyBlocks; the EC PARAMETERS that
// openssl puts before a SEC1 key do not count), not encrypted (ErrEncrypted),
// holding a private key (ErrPublicKey, ErrForm) of an algorithm CloudFront
// accepts (ErrAlgorithm).
func ParsePrivate(data []byte) (crypto.Signer, error) {
	block, err := oneBlock(data, labelPKCS8)
	if err != nil {
		return nil, err
	}
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
		return nil, wrong(ErrEncrypted, "the private key is encrypted with a password",
			"decrypt it with `openssl pkey -in FILE -out KEY.pem`, or store it in Secrets Manager, SSM or KMS")
	case block.Type == labelPublic || block.Type == "RSA PUBLIC KEY":
		return nil, wrong(ErrPublicKey, "a public key, want the private key", givePrivate)
	case block.Type != labelPKCS8 && block.Type != labelPKCS1 && block.Type != labelSEC1:
		return nil, otherForm(block.Type, labelPKCS8)
	}
	key, err := parsePrivateDER(block.Bytes)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, wrongAlgorithm(nameOf(key))
	}
	if _, err := NewPublic(signer.Public()); err != nil {
		return nil, err
	}
	return signer, nil
}

// GeneratePEM generates a key pair for a Store: it returns the public key, and
// the private key as PKCS#8 PEM. Another algorithm is ErrAlgorithm.
func GeneratePEM(a Algorithm) (*Public, []byte, error) {
	key, err := Generate(a)
	if err != nil {
		return nil, nil, err
	}
	public, unaccepted := NewPublic(key.Public())
	text, err := MarshalPrivate(key)
	return public, text, cmp.Or(unaccepted, err)
}

// MarshalPrivate writes a key made by Generate or read by ParsePrivate as
// PKCS#8 PEM. A key that never leaves its store, and one of an algorithm
// CloudFront does not accept, is ErrAlgorithm.
func MarshalPrivate(key crypto.Signer) ([]byte, error) {
	switch key.(type) {
	case *rsa.PrivateKey, *ecdsa.PrivateKey:
	default:
		return nil, wrong(ErrAlgorithm, "the key cannot be written as PEM", "give an RSA-2048 or P-256 key in memory")
	}
	if _, err := NewPublic(key.Public()); err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, malformed("private key")
	}
	return pem.EncodeToMemory(&pem.Block{Type: labelPKCS8, Bytes: der}), nil
}
