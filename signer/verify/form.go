package verify

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"strings"
)

// explainForm recognizes a signature whose form gives it away, as it was sent
// and decoded; otherwise it returns "".
func explainForm(key crypto.PublicKey, sent string, signature []byte) (what, todo string) {
	if isHexText(sent) {
		return "the signature is in hexadecimal", inBase64
	}
	if strings.Trim(string(signature), base64Bytes) == "" {
		return "the signature is encoded in base64 twice", "encode it once"
	}
	n := len(signature)
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		var der struct{ R, S *big.Int }
		rest, err := asn1.Unmarshal(signature, &der)
		switch {
		case err == nil && len(rest) == 0:
		case n == 64:
			return "the ECDSA signature is in the r||s form of JOSE and WebCrypto", "send it DER-encoded"
		case n == 256:
			return "an RSA signature was sent with the ID of an ECDSA key", "send the ID of the key that signs"
		default:
			return fmt.Sprintf("the signature, %d bytes, is not a DER-encoded ECDSA signature", n),
				"send it DER-encoded and whole"
		}
	case *rsa.PublicKey:
		if n != key.Size() {
			return fmt.Sprintf("the signature has %d bytes, and the RSA key makes %d", n, key.Size()),
				"send the ID of the key that signs, and the signature whole"
		}
	}
	return "", ""
}

// base64Bytes are those of every base64: plain, for URLs and CloudFront's.
const base64Bytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_~"

const inBase64 = "encode it in base64, with - for +, _ for = and ~ for /"

// isHexText reports whether a value is hexadecimal: base64 of that length holds
// other characters, too.
func isHexText(value string) bool {
	return len(value) >= 64 && strings.Trim(value, "0123456789ABCDEFabcdef") == ""
}

// hashes are the hashes that signers use, by their OID.
var hashes = map[string]crypto.Hash{
	"1.2.840.113549.2.5":     crypto.MD5,
	"1.3.14.3.2.26":          crypto.SHA1,
	"2.16.840.1.101.3.4.2.1": crypto.SHA256,
	"2.16.840.1.101.3.4.2.2": crypto.SHA384,
	"2.16.840.1.101.3.4.2.3": crypto.SHA512,
}

// recovered is what the public key shows of an RSA signature: whether its
// private key made it, and the digest of what was signed. That tells the wrong
// key from the wrong text.
type recovered struct {
	signed bool        // by the private key
	hash   crypto.Hash // 0 when the signature names none of the hashes
	digest []byte
}

func recoverRSA(key *rsa.PublicKey, signature []byte) (r recovered) {
	number := new(big.Int).SetBytes(signature)
	block := number.Exp(number, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
	padded, ok := bytes.CutPrefix(block, []byte{0, 1})
	padding, content, _ := bytes.Cut(padded, []byte{0})
	r.signed = ok && len(bytes.Trim(padding, "\xff")) == 0
	var info struct { // RFC 8017, section 9.2
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	if _, err := asn1.Unmarshal(content, &info); err == nil {
		r.hash, r.digest = hashes[info.Algorithm.Algorithm.String()], info.Digest
	}
	return r
}

// isPSS reports whether a signature over text is RSA-PSS.
func isPSS(key *rsa.PublicKey, text string, signature []byte) bool {
	sum := sha256.Sum256([]byte(text))
	return rsa.VerifyPSS(key, crypto.SHA256, sum[:], signature, nil) == nil
}
