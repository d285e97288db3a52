package verify

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
)

// hashNamed returns the hash that a Hash-Algorithm parameter selects. Absent
// means SHA-1; that CloudFront also takes that name itself is unverified.
func hashNamed(name string) (crypto.Hash, bool) {
	switch name {
	case "", "SHA1":
		return crypto.SHA1, true
	case "SHA256":
		return crypto.SHA256, true
	}
	return 0, false
}

// fits reports whether signature is key's over text: PKCS#1 v1.5 for RSA, DER
// for ECDSA.
func fits(key crypto.PublicKey, hash crypto.Hash, text, signature []byte) bool {
	digest := digestOf(hash, text)
	switch key := key.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, hash, digest, signature) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(key, digest, signature)
	}
	return false
}

func digestOf(hash crypto.Hash, text []byte) []byte {
	if hash == crypto.SHA256 {
		sum := sha256.Sum256(text)
		return sum[:]
	}
	sum := sha1.Sum(text)
	return sum[:]
}
