package verify

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
)

// digestInfo is what an RSA signature holds (RFC 8017, section 9.2).
type digestInfo struct {
	Algorithm pkix.AlgorithmIdentifier
	Digest    []byte
}

// hashNames are the hashes that signers use, by their OID.
var hashNames = map[string]string{
	"1.2.840.113549.2.5":     "MD5",
	"1.3.14.3.2.26":          "SHA-1",
	"2.16.840.1.101.3.4.2.1": "SHA-256",
	"2.16.840.1.101.3.4.2.2": "SHA-384",
	"2.16.840.1.101.3.4.2.3": "SHA-512",
}

// recovered is what the public key shows of an RSA signature: whether its
// private key made it, and the digest of what was signed. That tells the wrong
// key from the wrong text.
type recovered struct {
	signed bool   // by the private key
	hash   string // its name, empty when the signature holds none
	digest []byte
}

func recoverRSA(key *rsa.PublicKey, signature []byte) (r recovered) {
	number := new(big.Int).SetBytes(signature)
	block := number.Exp(number, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
	padding, content, _ := bytes.Cut(block[2:], []byte{0})
	r.signed = block[0] == 0 && block[1] == 1 && len(bytes.Trim(padding, "\xff")) == 0
	var info digestInfo
	if _, err := asn1.Unmarshal(content, &info); r.signed && err == nil {
		r.hash, r.digest = hashNames[info.Algorithm.Algorithm.String()], info.Digest
	}
	return r
}

// isPSS reports whether a signature over text is RSA-PSS.
func isPSS(key *rsa.PublicKey, text string, signature []byte) bool {
	sum := sha256.Sum256([]byte(text))
	return rsa.VerifyPSS(key, crypto.SHA256, sum[:], signature, nil) == nil
}
