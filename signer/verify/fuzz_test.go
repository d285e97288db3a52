package verify_test

import (
	"crypto"
	"strings"
	"testing"

	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

// No change to what was signed, and none to the signature, opens: the RSA
// signature of a policy has one form only.
func FuzzCheckMalleability(f *testing.F) {
	key := pair().rsa
	good := canned(f, "KRSA", crypto.SHA256, page+"?a=b", end)
	wide := custom(f, "KRSA", crypto.SHA256, page, policy.Policy{Resource: "https://*/a*", Until: end}.String())
	v := verify.New(map[string]crypto.PublicKey{"KRSA": key.Public()}, verify.WithMemory(8))
	for i := range good {
		f.Add(false, i, "x")
		f.Add(true, i, "")
	}
	f.Add(true, 0, "%")
	f.Fuzz(func(t *testing.T, customPolicy bool, at int, text string) {
		u := good
		if customPolicy {
			u = wide
		}
		if at < 0 || at > len(u) {
			return
		}
		changed := u[:at] + text
		if rest := at + len(text); rest < len(u) {
			changed += u[rest:]
		}
		d := v.Check(verify.Request{URL: changed, Time: now})
		what, _ := d.Explain()
		if what == "" || len(d.Body()) == 0 != d.Allowed {
			t.Fatalf("%s: no answer", changed)
		}
		if d.Allowed && !sameGrant(u, changed) {
			t.Fatalf("allowed %s", changed)
		}
	})
}

// Of a Cookie header the first value of each of CloudFront's names counts, and
// only the five together open.
func FuzzParseCookies(f *testing.F) {
	text := policy.Policy{Resource: "https://*/a*", Until: end}.String()
	good := "CloudFront-Policy=" + policy.Encode(
		[]byte(text),
	) + "; CloudFront-Signature=" + seal(
		f,
		"KRSA",
		crypto.SHA256,
		text,
	) +
		"; CloudFront-Key-Pair-Id=KRSA; CloudFront-Hash-Algorithm=SHA256"
	v := verify.New(trusted())
	f.Add(good, "")
	f.Add("a=b; "+good, "CloudFront-Policy=x")
	f.Add("cookie: "+good, "Cookie:"+good)
	f.Add("CloudFront-Expires=1767229200;CloudFront-Signature=AAAA;CloudFront-Key-Pair-Id=KEC", ";;=;CloudFront-;")
	f.Fuzz(func(t *testing.T, one, two string) {
		cookies := verify.ParseCookies([]string{one, two})
		for name, value := range cookies {
			if !strings.HasPrefix(name, policy.CookiePrefix) || strings.Contains(value, ";") {
				t.Fatalf("%q=%q", name, value)
			}
		}
		d := v.Check(verify.Request{URL: page, Cookies: cookies, Time: now})
		if what, _ := d.Explain(); what == "" || d.Allowed && !strings.Contains(one+";"+two, signatureIn(good)) {
			t.Fatalf("allowed %v: %s", d.Allowed, what)
		}
	})
}

// signatureIn is the value of the cookie with the signature.
func signatureIn(header string) string {
	_, rest, _ := strings.Cut(header, "Signature=")
	value, _, _ := strings.Cut(rest, ";")
	return value
}

// sameGrant reports whether two signed URLs carry the same signature of the
// same policy for a URL that it covers: the order of the signature's own
// parameters is free, and so is the URL under a wildcard.
func sameGrant(signed, changed string) bool {
	base, query, _ := strings.Cut(signed, "?")
	other, otherQuery, _ := strings.Cut(changed, "?")
	for _, name := range []string{"Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"} {
		if parameter(query, name) != parameter(otherQuery, name) {
			return false
		}
	}
	if parameter(query, "Policy") != "" {
		return strings.HasPrefix(other, "https://")
	}
	return base == other && verify.Strip(query) == verify.Strip(otherQuery)
}

func parameter(query, name string) string {
	for pair := range strings.SplitSeq(query, "&") {
		if value, ok := strings.CutPrefix(pair, name+"="); ok && value != "" {
			return value
		}
	}
	return ""
}
