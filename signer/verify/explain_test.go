package verify_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

// signedAs is a signed URL whose signature is over another URL than it is on.
func signedAs(t *testing.T, signed, requested string) string {
	_, signature, _ := strings.Cut(canned(t, "KEC", crypto.SHA256, signed, end), "Expires=")
	separator := "?"
	if strings.Contains(requested, "?") {
		separator = "&"
	}
	return requested + separator + "Expires=" + signature
}

func TestExplain(t *testing.T) {
	t.Parallel()
	const host = "https://d111111abcdef8.cloudfront.net"
	good := canned(t, "KEC", crypto.SHA256, page, end)
	text := policy.Policy{Resource: host + "/a*", Until: end}.String()
	ranged := policy.Policy{Resource: "*", Until: end, From: now.Add(90 * time.Second), IP: netip.MustParsePrefix("192.0.2.1/32")}.String()
	for name, c := range map[string]struct {
		url        string
		at         time.Duration
		what, todo string
	}{
		"allowed":      {good, 0, "the signature is good", ""},
		"plain":        {page, 0, "not signed", "sign the URL"},
		"cut off":      {page + "?Expires=1767312000", 0, "lacks Key-Pair-Id; cookies are not looked at", "shell"},
		"key group":    {strings.Replace(good, "=KEC", "=1f2b4f0a-8f3c-4f6f-a6e8-7dbb5bf4a1f0", 1), 0, "looks like a key group's ID", "public key"},
		"ms":           {strings.Replace(good, "Expires=1767229200", "Expires=1767229200000", 1), 0, "in milliseconds", "seconds"},
		"ms in policy": {custom(t, "KEC", crypto.SHA256, page, strings.Replace(text, "1767229200", "1767229200000", 1)), 0, "after 2038", "milliseconds"},
		"policy text":  {custom(t, "KEC", crypto.SHA256, page, `{"Statement":[]}`), 0, "exactly one statement", ""},
		"no policy":    {page + "?Key-Pair-Id=KEC", 0, "neither a policy nor an end", ""},
		"plain base64": {page + "?Expires=1767229200&Key-Pair-Id=KEC&Signature=" + base64.StdEncoding.EncodeToString([]byte("a")), 0, "plain base64", "replace"},
		"escaped":      {page + "?Expires=1767229200&Key-Pair-Id=KEC&Signature=a%7E", 0, "percent-encoded", "do not escape"},
		"expired":      {good, time.Hour + 3*time.Minute, "expired 3 minutes ago, at 2026-01-01T01:00:00Z", "sign again"},
		"expired long": {good, 26*time.Hour + 90*time.Second, "expired 1 day 1 hour ago", ""},
		"expired just": {good, time.Hour, "expired 0 seconds ago", ""},
		"not yet":      {custom(t, "KEC", crypto.SHA256, page, ranged), 0, "not valid for another 1 minute 30 seconds", "wait"},
		"address":      {custom(t, "KEC", crypto.SHA256, page, ranged), 100 * time.Second, "requested from 198.51.100.1", "network"},
		"resource":     {custom(t, "KEC", crypto.SHA256, host+"/b", text), 0, "signed for " + host + "/a*, requested " + host + "/b", ""},
		"resource, http": {
			custom(t, "KEC", crypto.SHA256, "http://d111111abcdef8.cloudfront.net/a", text), 0,
			"signed for https, requested with http", "",
		},
		"SHA-1 as SHA-256": {canned(t, "KEC", crypto.SHA1, page, end) + "&Hash-Algorithm=SHA256", 0, "signed with SHA-1, but Hash-Algorithm says SHA256", ""},
		"SHA-256 as SHA-1": {strings.Replace(good, "&Hash-Algorithm=SHA256", "", 1), 0, "signed with SHA-256, but Hash-Algorithm does not say so", ""},
		"hash unknown":     {strings.Replace(good, "=SHA256", "=SHA-256", 1), 0, `"SHA-256", which CloudFront does not know`, ""},
		"another key":      {strings.Replace(good, "=KEC", "=KEC2", 1), 0, "signed with the private half of KEC, sent with the ID KEC2", ""},
		"RSA ID":           {strings.Replace(good, "=KEC", "=KRSA", 1), 0, "the RSA key makes 256", ""},
		"RSA signature":    {strings.Replace(canned(t, "KRSA", crypto.SHA256, page, end), "=KRSA", "=KEC", 1), 0, "an RSA signature", ""},
		"http":             {signedAs(t, "http://d111111abcdef8.cloudfront.net/a", host+"/a"), 0, "signed for http, requested with https", ""},
		"unencoded":        {signedAs(t, host+"/a b é.mp4", host+"/a%20b%20%C3%A9.mp4"), 0, "signed the unencoded path", "encode"},
		"encoded twice":    {signedAs(t, host+"/a%2520b", host+"/a%20b"), 0, "encoded twice", ""},
		"plus":             {signedAs(t, host+"/a+b", host+"/a%20b"), 0, "+ for a space", ""},
		"slash encoded":    {signedAs(t, host+"/a%2Fb", host+"/a/b"), 0, "slashes encoded", ""},
		"query added":      {signedAs(t, host+"/a", host+"/a?utm=1"), 0, "query added after signing", "before signing"},
		"parameter added":  {signedAs(t, host+"/a?b=1", host+"/a?utm=1&b=1"), 0, `"utm" added after signing`, ""},
		"two added":        {signedAs(t, host+"/a?b=1", host+"/a?b=1&c&d"), 0, `added after signing, from "c" on`, ""},
		"bare ?":           {signedAs(t, host+"/a?", host+"/a"), 0, "empty query", ""},
		"path alone":       {signedAs(t, "/a", host+"/a"), 0, "without scheme and host", ""},
		"alias":            {signedAs(t, "https://media.example.com/a", host+"/a"), 0, "signed for media.example.com, requested from d111111abcdef8.cloudfront.net", ""},
		"newline": {
			page + "?Policy=" + policy.Encode([]byte(text)) + "&Key-Pair-Id=KEC&Signature=" + seal(t, "KEC", crypto.SHA1, text+"\n"), 0,
			"newline after the policy", "",
		},
		"no idea": {strings.Replace(good, "1767229200", "1767229201", 1), 0, "is not KEC's over " + page, "belong together"},
		"JOSE":    {page + "?Expires=1767229200&Key-Pair-Id=KEC&Hash-Algorithm=SHA256&Signature=" + jose(t), 0, "r||s", "DER"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := trusted()
			keys["KEC2"] = other()
			v := verify.New(keys, verify.Hosts("media.example.com"))
			d := v.Check(verify.Request{URL: c.url, Time: now.Add(c.at), IP: netip.MustParseAddr("198.51.100.1")})
			what, todo := d.Explain()
			if !strings.Contains(what, c.what) || !strings.Contains(todo, c.todo) {
				t.Errorf("%s:\ngot  %s; %s\nwant %s; %s", d.Reason, what, todo, c.what, c.todo)
			}
		})
	}
}

// S3 reads a + in a path as a space: what is allowed is then refused there.
func TestExplainPlus(t *testing.T) {
	t.Parallel()
	const host = "https://d111111abcdef8.cloudfront.net"
	for target, hinted := range map[string]bool{"/a+b": true, "/a%2Bb": false, "/a?b+c": false} {
		d := verify.New(trusted()).Check(verify.Request{URL: canned(t, "KEC", crypto.SHA256, host+target, end), Time: now})
		if _, todo := d.Explain(); !d.Allowed || strings.Contains(todo, "%2B") != hinted {
			t.Errorf("%s: %v, %q", target, d.Allowed, todo)
		}
	}
}

func TestExplainCookies(t *testing.T) {
	t.Parallel()
	text := policy.Policy{Resource: page, Until: end}.String()
	whole := map[string]string{
		"CloudFront-Expires": "1767229200", "CloudFront-Signature": seal(t, "KEC", crypto.SHA1, text), "CloudFront-Key-Pair-Id": "KEC",
	}
	part := map[string]string{"CloudFront-Expires": "1767229200"}
	for _, c := range []struct {
		url     string
		cookies map[string]string
		ip      string
		want    string
	}{
		{page, whole, "", "allowed"},
		{page + "?a", whole, "", "query added after signing"},
		{strings.Replace(page, "a.mp4", "b.mp4", 1), whole, "", "the cookies are not KEC's signature"},
		{page, part, "", "lack CloudFront-Key-Pair-Id"},
		{custom(t, "KEC", crypto.SHA256, page, policy.Policy{Resource: "*", Until: end, IP: netip.MustParsePrefix("192.0.2.0/24")}.String()), nil, "2001:db8::1", "requested from 2001:db8::1"},
		{custom(t, "KEC", crypto.SHA256, page, policy.Policy{Resource: "*", Until: end, IP: netip.MustParsePrefix("192.0.2.0/24")}.String()), nil, "", "address is not known"},
		{custom(t, "KEC", crypto.SHA256, page, policy.Policy{Resource: "*", Until: end}.String()) + "&Policy=x", nil, "", "allowed"},
		{strings.Replace(custom(t, "KEC", crypto.SHA256, page, policy.Policy{Resource: "*", Until: end}.String()), "Signature=", "Signature=AAAA", 1), nil, "", "is not KEC's over this policy"},
		{page + "?Policy=e30_&Key-Pair-Id=KEC", nil, "", "cannot be read: no Statement"},
		{page + "?Policy=e30=&Key-Pair-Id=KEC", nil, "", "plain base64"},
		{page + "?Expires=soon&Key-Pair-Id=KEC", nil, "", "Expires=soon is not a time"},
	} {
		var ip netip.Addr
		if c.ip != "" {
			ip = netip.MustParseAddr(c.ip)
		}
		what, _ := verify.New(trusted()).Check(verify.Request{URL: c.url, Cookies: c.cookies, Time: now, IP: ip}).Explain()
		if !strings.Contains(what, c.want) {
			t.Errorf("got %q, want %q", what, c.want)
		}
	}
}

func other() crypto.PublicKey {
	k, _ := ecdsa.GenerateKey(pair().ec.Curve, rand.Reader)
	return k.Public()
}

func jose(t *testing.T) string {
	sum := sha256.Sum256([]byte(policy.Policy{Resource: page, Until: end}.String()))
	der, err := pair().ec.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	var signature struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &signature); err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, 64)
	signature.R.FillBytes(raw[:32])
	signature.S.FillBytes(raw[32:])
	return policy.Encode(raw)
}
