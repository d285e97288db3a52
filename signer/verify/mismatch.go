package verify

import (
	"crypto"
	"fmt"
	"iter"
	"maps"
	"slices"

	"example.com/privatecdn/signer/policy"
)

// The bounds of an explanation. A try is one verification, about 60 µs of
// processor time.
const (
	maxTries     = 120
	maxOtherKeys = 8
)

// variant is a text, or a URL, that may have been signed in place of the one
// that was requested.
type variant struct{ text, what, todo string }

// search looks for the text that was signed, as long as tries are left.
type search struct {
	key       crypto.PublicKey
	signature []byte
	hashes    []crypto.Hash
	left      int
}

func (s *search) find(texts iter.Seq[variant]) (variant, bool) {
	for v := range texts {
		for _, hash := range s.hashes {
			if s.left--; s.left < 0 {
				return variant{}, false
			}
			if fits(s.key, hash, []byte(v.text), s.signature) {
				return v, true
			}
		}
	}
	return variant{}, false
}

// explainMismatch looks for what was signed instead, with what, and how.
func (d Decision) explainMismatch() (what, todo string) {
	signature, _ := policy.Decode(d.parts.signature) // decoded once already
	key := d.verifier.keys[d.KeyID]
	if what, todo, ok := explainForm(key, signature); ok {
		return what, todo
	}
	sent, texts := d.cannedTexts()
	if d.parts.policy != "" {
		sent, texts = policyTexts(d.parts.policy)
	}
	if what, todo, ok := d.explainKey(sent, signature); ok {
		return what, todo
	}
	hashes := []crypto.Hash{crypto.SHA256, crypto.SHA1}
	if named, known := hashNamed(d.parts.hash); known {
		hashes = []crypto.Hash{named}
	}
	s := &search{key, signature, hashes, maxTries}
	if v, ok := s.find(texts); ok {
		return v.what, v.todo
	}
	return d.explainUnfound()
}

// explainKey recognizes the right text signed over another hash or by another
// key.
func (d Decision) explainKey(text string, signature []byte) (what, todo string, ok bool) {
	hashes := []crypto.Hash{crypto.SHA256, crypto.SHA1}
	for _, hash := range hashes {
		if fits(d.verifier.keys[d.KeyID], hash, []byte(text), signature) {
			what, todo = d.explainHash(hash)
			return what, todo, true
		}
	}
	others := slices.DeleteFunc(slices.Sorted(maps.Keys(d.verifier.keys)), func(id string) bool { return id == d.KeyID })
	for _, id := range others[:min(len(others), maxOtherKeys)] {
		for _, hash := range hashes {
			if fits(d.verifier.keys[id], hash, []byte(text), signature) {
				return fmt.Sprintf("signed with the private key of %s, sent with the ID %s", id, d.KeyID),
					"send the ID of the key that signs", true
			}
		}
	}
	return "", "", false
}

func (d Decision) explainHash(signed crypto.Hash) (what, todo string) {
	if _, known := hashNamed(d.parts.hash); !known {
		return fmt.Sprintf("Hash-Algorithm is %s, which CloudFront does not know", quote(d.parts.hash)),
			"send Hash-Algorithm=SHA256, or none for SHA-1"
	}
	if signed == crypto.SHA1 {
		return "signed with SHA-1, but Hash-Algorithm says SHA256", "leave Hash-Algorithm out, or sign with SHA-256"
	}
	return "signed with SHA-256, but Hash-Algorithm does not say so",
		"add Hash-Algorithm=SHA256 to the signature's parameters or cookies"
}

func (d Decision) explainUnfound() (what, todo string) {
	const compare = ", or the key pair ID and the private key do not belong together"
	switch {
	case d.parts.policy != "":
		return fmt.Sprintf("the signature is not %s's over this policy", d.KeyID),
			"another text was signed than the policy that was sent" + compare
	case d.parts.fromCookies:
		return fmt.Sprintf("the cookies are not %s's signature over %s until %s", d.KeyID, d.base, stamp(d.Policy.Until)),
			"cookies with CloudFront-Expires open one URL alone; for a directory sign a pattern, which makes CloudFront-Policy"
	}
	return fmt.Sprintf("the signature is not %s's over %s until %s", d.KeyID, d.base, stamp(d.Policy.Until)),
		"compare with the URL that was signed, query included: another URL was signed, or it was changed on the way" + compare
}
