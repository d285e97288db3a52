package policy_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"example.com/privatecdn/signer/policy"
)

// Whatever is read is read alike by encoding/json, apart from \?, and what can
// be signed comes back as it was.
func FuzzParse(f *testing.F) {
	f.Add([]byte(policy.Policy{Resource: resource, Until: end}.String()))
	f.Add([]byte(policy.Policy{Resource: resource + "?a=b", Until: end, From: start, IP: ip}.String()))
	f.Add([]byte(`{"Statement":{"Condition":{"DateLessThan":{"AWS:EpochTime":1}},"Resource":"http*://\u0061\/*\?b"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := policy.Parse(text)
		spaced, spacedErr := policy.Parse(append([]byte(" "), text...))
		if spaced != p || (spacedErr == nil) != (err == nil) {
			t.Fatalf("%q: %+v, %v; with a space before it %+v, %v", text, p, err, spaced, spacedErr)
		}
		if err != nil {
			if !errors.Is(err, policy.ErrMalformed) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if !containsEscapedQuestion(text) && !json.Valid(text) {
			t.Fatalf("%q is not JSON", text)
		}
		p.Matches(resource)
		if p.Validate() != nil {
			return
		}
		again, err := policy.Parse([]byte(p.String()))
		if err != nil || again != p {
			t.Fatalf("%+v came back as %+v, %v", p, again, err)
		}
	})
}

func containsEscapedQuestion(text []byte) bool {
	for i := 1; i < len(text); i++ {
		if text[i] == '?' && text[i-1] == '\\' {
			return true
		}
	}
	return false
}

// What is encoded stays as it is, and is a resource that can be signed. A
// scheme in capitals takes the long way, which must lead to the same.
func FuzzEncodeURL(f *testing.F) {
	f.Add("https://h.example/a b?c=d'e")
	f.Add("https://h.example/a/./b%2e/%2E/.c?d=../'*&Expires")
	f.Add("HTTP://Bücher.example:80/%2e%2F%zz//日本")
	f.Fuzz(func(t *testing.T, raw string) {
		encoded, err := policy.EncodeURL(raw)
		if rest, ok := strings.CutPrefix(raw, "https:"); ok {
			if long, longErr := policy.EncodeURL("HTTPS:" + rest); long != encoded || (longErr == nil) != (err == nil) {
				t.Fatalf("%q: %q, %v; the long way %q, %v", raw, encoded, err, long, longErr)
			}
		}
		if err != nil {
			var refused *policy.Error
			if !errors.As(err, &refused) {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		if again, err := policy.EncodeURL(encoded); err != nil || again != encoded {
			t.Fatalf("%q: %q became %q, %v", raw, encoded, again, err)
		}
		p := policy.Policy{Resource: encoded, Until: end}
		if err := p.Validate(); err != nil || !p.Matches(encoded) {
			t.Fatalf("%q: %q cannot be signed: %v", raw, encoded, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add("YQ__")
	f.Add("YWI_\n")
	f.Fuzz(func(t *testing.T, s string) {
		if b, err := policy.Decode(s); err == nil && policy.Encode(b) != s {
			t.Fatalf("%q reads as %q, which is written %q", s, b, policy.Encode(b))
		}
	})
}
