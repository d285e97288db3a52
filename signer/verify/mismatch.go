package verify

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"iter"
	"maps"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/policy"
)

// The bounds of an explanation. A verification takes about 60 µs of processor
// time. Comparing digests takes less than the text's own making.
const (
	maxText      = 1 << 20 // bytes of all texts that are tried
	maxTries     = 120     // verifications
	maxDigests   = 2000    // of texts, which cost the more the longer they are
	maxOtherKeys = 8

	maxHosts      = 12  // other hosts
	maxParameters = 12  // parameters that are left out, the last first
	maxWords      = 8   // words whose letters are changed alone
	maxPatterns   = 16  // patterns over the URL's directories
	maxPrefixes   = 128 // bytes that a * stands for
	maxFlips      = 16  // characters whose spelling is changed alone
)

// variant is a text, or a URL, that may have been signed in place of the one
// that was requested.
type variant struct{ text, what, todo string }

type variants = iter.Seq[variant]

// spelled returns what was signed instead of a requested URL, with both spellings
// where it ends in a colon.
func (v variant) spelled(requested string) string {
	if !strings.HasSuffix(v.what, ":") {
		return v.what
	}
	signed := v.text
	if p, err := policy.Parse([]byte(signed)); err == nil { // a text over the URL
		signed = p.Resource
	}
	return v.what + " " + spelled(signed, requested)
}

// find returns the text that was signed, as long as texts may be tried. A try
// costs some bytes beside its text. What is known of the key is for the case that
// none was signed.
func (d Decision) find(texts variants, cost int, signed func(text string) bool, key string) (what, todo string) {
	left := maxText
	for v := range texts {
		if left -= cost + len(v.text); left < 0 {
			break
		}
		if signed(v.text) {
			return v.spelled(d.base), v.todo
		}
	}
	return d.explainUnfound(key)
}

// explainMismatch looks for what was signed instead, with what, and how.
func (d Decision) explainMismatch() (what, todo string) {
	signature, _ := policy.Decode(d.parts.signature) // decoded once already
	key := d.verifier.keys[d.KeyID]
	if what, todo := explainForm(key, d.parts.signature, signature); what != "" {
		return what, todo
	}
	sent, texts := d.Policy.String(), variants(d.cannedTexts)
	if d.parts.policy != "" {
		sent, texts = policyTexts(d.parts.policy)
	}
	if key, ok := key.(*rsa.PublicKey); ok {
		return d.explainRSA(key, sent, texts, signature)
	}
	hashes := []crypto.Hash{crypto.SHA256, crypto.SHA1}
	for _, hash := range hashes {
		if fits(key, hash, []byte(sent), signature) {
			return d.explainHash(hash)
		}
	}
	if what, todo := d.explainOtherKey(sent, signature); what != "" {
		return what, todo
	}
	if named, known := hashNamed(d.parts.hash); known {
		hashes = []crypto.Hash{named}
	}
	signed := func(text string) bool {
		return slices.ContainsFunc(hashes, func(hash crypto.Hash) bool { return fits(key, hash, []byte(text), signature) })
	}
	return d.find(texts, maxText/maxTries*len(hashes), signed,
		"or the key pair ID and the private key do not belong together")
}

// explainRSA explains a signature that shows what was signed.
func (d Decision) explainRSA(key *rsa.PublicKey, sent string, texts variants, signature []byte) (what, todo string) {
	made, hash, digest := recoverRSA(key, signature)
	same := func(text string) bool { return bytes.Equal(digestOf(hash, []byte(text)), digest) }
	switch {
	case !made && rsa.VerifyPSS(key, crypto.SHA256, digestOf(crypto.SHA256, []byte(sent)), signature, nil) == nil:
		return "signed with RSA-PSS, which CloudFront does not accept", "sign with RSA PKCS#1 v1.5"
	case !made:
		if what, todo := d.explainOtherKey(sent, signature); what != "" {
			return what, todo
		}
		return "the private key of " + d.KeyID + " did not make this signature",
			"send the ID of the key that signs, or deploy its public key; " +
				"if it is deployed, the signature was changed on the way"
	case hash == 0:
		return "the signature does not name the hash that was signed",
			"sign the policy's text with RSA PKCS#1 v1.5 and SHA-256, not its digest alone"
	case hash != crypto.SHA1 && hash != crypto.SHA256:
		return "signed with " + hash.String() + ", which CloudFront does not accept", "sign with SHA-256 or SHA-1"
	case same(sent):
		return d.explainHash(hash)
	}
	return d.find(texts, maxText/maxDigests, same, "but the private key is the right one")
}

// explainOtherKey recognizes a signature of another key; otherwise it returns "".
func (d Decision) explainOtherKey(text string, signature []byte) (what, todo string) {
	others := slices.DeleteFunc(slices.Sorted(maps.Keys(d.verifier.keys)), func(id string) bool { return id == d.KeyID })
	for _, id := range others[:min(len(others), maxOtherKeys)] {
		if madeBy(d.verifier.keys[id], text, signature) {
			return fmt.Sprintf("signed with the private key of %s, sent with the ID %s", id, d.KeyID),
				"send the ID of the key that signs"
		}
	}
	return "", ""
}

// madeBy reports whether a key made a signature: an RSA key over anything, an
// ECDSA key over text.
func madeBy(key crypto.PublicKey, text string, signature []byte) bool {
	if key, ok := key.(*rsa.PublicKey); ok {
		made, _, _ := recoverRSA(key, signature)
		return made && len(signature) == key.Size()
	}
	return fits(key, crypto.SHA256, []byte(text), signature) || fits(key, crypto.SHA1, []byte(text), signature)
}

func (d Decision) explainHash(signed crypto.Hash) (what, todo string) {
	if _, known := hashNamed(d.parts.hash); !known {
		return fmt.Sprintf("Hash-Algorithm is %s, which CloudFront does not know", fault.Quote(d.parts.hash)),
			"send Hash-Algorithm=SHA256, or none for SHA-1"
	}
	if signed == crypto.SHA1 {
		return "signed with SHA-1, but Hash-Algorithm says SHA256", "leave Hash-Algorithm out, or sign with SHA-256"
	}
	return "signed with SHA-256, but Hash-Algorithm does not say so",
		"add Hash-Algorithm=SHA256 to the signature's parameters or cookies"
}

// explainUnfound is the last resort; key says what is known of the key.
func (d Decision) explainUnfound(key string) (what, todo string) {
	over := fmt.Sprintf("%s until %s", d.base, stamp(d.Policy.Until))
	switch {
	case d.parts.policy != "":
		return fmt.Sprintf("the signature is not %s's over this policy", d.KeyID),
			"another text was signed than the policy that was sent, " + key
	case d.parts.fromCookies:
		return fmt.Sprintf("the cookies are not %s's signature over %s", d.KeyID, over),
			"cookies with CloudFront-Expires open one URL alone; for a directory sign a pattern, which makes CloudFront-Policy"
	}
	return fmt.Sprintf("the signature is not %s's over %s", d.KeyID, over),
		"compare with the URL that was signed: a query parameter was lost or changed on the way, " +
			"or another path, host or end was signed" + d.unicodeForms() + ", " + key
}

// unicodeForms says that the URL's characters can be written in two ways, if
// they can.
func (d Decision) unicodeForms() string {
	text := decode(url.PathUnescape)(d.base)
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		return ", or another Unicode form of its characters (NFC, or NFD, which macOS gives to file names)"
	}
	return ""
}

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

// recoverRSA returns what the public key shows of an RSA signature: whether its
// private key made it, and the digest of what was signed by one of the hashes, or
// 0. That tells the wrong key from the wrong text.
func recoverRSA(key *rsa.PublicKey, signature []byte) (signed bool, hash crypto.Hash, digest []byte) {
	number := new(big.Int).SetBytes(signature)
	block := number.Exp(number, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
	padded, ok := bytes.CutPrefix(block, []byte{0, 1})
	padding, content, _ := bytes.Cut(padded, []byte{0})
	signed = ok && len(bytes.Trim(padding, "\xff")) == 0
	var info struct { // RFC 8017, section 9.2
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	if _, err := asn1.Unmarshal(content, &info); err != nil {
		return signed, 0, nil
	}
	return signed, hashes[info.Algorithm.Algorithm.String()], info.Digest
}
