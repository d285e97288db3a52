package verify

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"fmt"
)

// explainForm recognizes a signature that its length gives away.
func explainForm(key crypto.PublicKey, signature []byte) (what, todo string, ok bool) {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		switch len(signature) {
		case 64:
			return "the ECDSA signature is in the r||s form of JOSE and WebCrypto", "send it DER-encoded", true
		case 256:
			return "an RSA signature, but the key ID is an ECDSA key's", "send the ID of the key that signs", true
		}
	case *rsa.PublicKey:
		if n := len(signature); n != key.Size() {
			return fmt.Sprintf("the signature has %d bytes, the RSA key makes %d", n, key.Size()),
				"send the ID of the key that signs, and the signature whole", true
		}
	}
	return "", "", false
}
