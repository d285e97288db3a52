package verify

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/asn1"
	"fmt"
	"math/big"
	"strings"
)

// explainForm recognizes a signature whose form gives it away, as it was sent
// and decoded.
func explainForm(key crypto.PublicKey, sent string, signature []byte) (what, todo string, ok bool) {
	if isHexText(sent) {
		return "the signature is in hexadecimal", inBase64, true
	}
	if strings.Trim(string(signature), base64Bytes) == "" {
		return "the signature is encoded in base64 twice", "encode it once", true
	}
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		var der struct{ R, S *big.Int }
		rest, err := asn1.Unmarshal(signature, &der)
		switch {
		case err == nil && len(rest) == 0:
			return "", "", false
		case len(signature) == 64:
			return "the ECDSA signature is in the r||s form of JOSE and WebCrypto", "send it DER-encoded", true
		case len(signature) == 256:
			return "an RSA signature, but the key ID is an ECDSA key's", "send the ID of the key that signs", true
		}
		return fmt.Sprintf("the signature, %d bytes, is not a DER-encoded one of ECDSA", len(signature)),
			"send it DER-encoded and whole", true
	case *rsa.PublicKey:
		if n := len(signature); n != key.Size() {
			return fmt.Sprintf("the signature has %d bytes, the RSA key makes %d", n, key.Size()),
				"send the ID of the key that signs, and the signature whole", true
		}
	}
	return "", "", false
}

// base64Bytes are those of every base64: plain, for URLs and CloudFront's.
const base64Bytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_~"

const inBase64 = "encode it in base64, with - for +, _ for = and ~ for /"

// isHexText reports whether a value is hexadecimal: base64 of that length holds
// other characters, too.
func isHexText(value string) bool {
	return len(value) >= 64 && strings.Trim(value, "0123456789ABCDEFabcdef") == ""
}
