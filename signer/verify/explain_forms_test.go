package verify_test

import (
	"bytes"
	"crypto"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"
	"testing"

	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

// An RSA signature shows what was signed and by which key, so that nobody is
// sent to a good key.
func TestExplainRSA(t *testing.T) {
	t.Parallel()
	key := pair().rsa
	another, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte(policy.Policy{Resource: page, Until: end}.String())
	sum, long, short := sha256.Sum256(text), sha512.Sum512(text), md5.Sum(text)
	sign := func(key *rsa.PrivateKey, digest []byte, opts crypto.SignerOpts) []byte {
		signature, err := key.Sign(rand.Reader, digest, opts)
		if err != nil {
			t.Fatal(err)
		}
		return signature
	}
	good := sign(key, sum[:], crypto.SHA256)
	damaged := append([]byte{good[0] ^ 1}, good[1:]...)
	plain := base64.StdEncoding.EncodeToString(good)
	twice := policy.Encode([]byte(plain))
	for name, c := range map[string]struct {
		signature  string
		what, todo string
	}{
		"SHA-512": {policy.Encode(sign(key, long[:], crypto.SHA512)), "signed with SHA-512", "SHA-256 or SHA-1"},
		"MD5":     {policy.Encode(sign(key, short[:], crypto.MD5)), "signed with MD5", "SHA-256 or SHA-1"},
		"PSS": {
			policy.Encode(sign(key, sum[:], &rsa.PSSOptions{Hash: crypto.SHA256})), "signed with RSA-PSS", "PKCS#1 v1.5",
		},
		"digest alone": {
			policy.Encode(sign(key, sum[:], crypto.Hash(0))), "does not name the hash", "not its digest alone",
		},
		"digest's digest": {
			policy.Encode(sign(key, sumOf(sum[:]), crypto.SHA256)), "is not KRSA's over " + page,
			"private key is the right one",
		},
		"another key": {
			policy.Encode(sign(another, sum[:], crypto.SHA256)), "private key of KRSA did not make this", "the key that signs",
		},
		"another trusted key": {
			policy.Encode(
				sign(second(), sumOf([]byte("anything")), crypto.SHA256),
			), "signed with the private key of KRSA2", "send the ID",
		},
		"damaged":      {policy.Encode(damaged), "did not make this signature", "changed on the way"},
		"too large":    {policy.Encode([]byte(strings.Repeat("\xff", 256))), "did not make this signature", ""},
		"zero":         {policy.Encode(make([]byte, 256)), "did not make this signature", ""},
		"cut":          {policy.Encode(good[:255]), "has 255 bytes, and the RSA key makes 256", "whole"},
		"hexadecimal":  {hex.EncodeToString(good), "in hexadecimal", "base64"},
		"base64 twice": {twice, "in base64 twice", "once"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := trusted()
			keys["KRSA2"] = second().Public()
			url := page + "?Expires=1767229200&Key-Pair-Id=KRSA&Hash-Algorithm=SHA256&Signature=" + c.signature
			d := verify.New(keys).Check(verify.Request{URL: url, Time: now})
			what, todo := d.Explain()
			if !strings.Contains(what, c.what) || !strings.Contains(todo, c.todo) || todo == "" {
				t.Errorf("%s: %s; %s\nwant %s; %s", d.Reason, what, todo, c.what, c.todo)
			}
		})
	}
}

func sumOf(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

// A part that is lost cannot be guessed, but the key is known to be good.
func TestExplainLost(t *testing.T) {
	t.Parallel()
	const host = "https://d111111abcdef8.cloudfront.net"
	for _, c := range []struct{ signed, requested string }{
		{"/a?x=2", "/a"}, {"/a?x=2&y=3", "/a?x=2"}, {
			"/a?x=2&y=3", "/a?y=3",
		}, {"/a?x=1", "/a?x=2"}, {"/xA", "/a"}, {"/b/a", "/a"},
	} {
		u := signedBy(t, "KRSA", host+c.signed, host+c.requested)
		what, todo := verify.New(trusted()).Check(verify.Request{URL: u, Time: now}).Explain()
		if !strings.Contains(what, "is not KRSA's over "+host+c.requested) ||
			!strings.Contains(todo, "a query parameter was lost") || !strings.Contains(
			todo, "the private key is the right one",
		) {
			t.Errorf("signed %s, requested %s: %s; %s", c.signed, c.requested, what, todo)
		}
	}
}

// With RSA keys many more texts can be tried.
func TestExplainDeeply(t *testing.T) {
	t.Parallel()
	const host = "https://d111111abcdef8.cloudfront.net"
	long := strings.Repeat("a", 200) + "!"
	for _, c := range []struct{ signed, requested, what string }{
		{
			"/%E3%81%82(1)%20[x].jpg?q=a%3Ab,c%20d", "/%E3%81%82%281%29%20%5Bx%5D.jpg?q=a:b%2Cc%20d",
			`signed "(", requested "%28"`,
		},
		{"/%E3%81%82(1)[x]?q=a%3Ab,c%20d", "/%E3%81%82%281%29%5Bx%5D?q=a:b%2Cc+d", `signed "(", requested "%28"`},
		{"/a?x=[1]&y=%7C", "/a?x=%5B1%5D&y=|", `signed "[", requested "%5B"`},
		{"/film*", "/films/1.ts", `pattern "https://d111111abcdef8.cloudfront.net/film*"`},
		{"/v/*.ts", "/v/1.ts", `/v/*.ts"`},
		{"/film*", "/film7", `/film*"`},
		{"/v/*name", "/v/name", `/v/*name"`},
		{"/" + long[:74] + "*", "/" + long, "characters) was signed"}, // 127 fewer
		{"/" + long[:73] + "*", "/" + long, "is not KRSA's over"},
		{"/!$&'()*+,;=@%3A", "/!$&'()*+,;=@:", `signed "%3A", requested ":"`}, // one of many
		{"/!$&'()*+,;=@:[%7C", "/!$&'()*+,;=@:[|", `signed "%7C", requested "|"`},
		{"/!$&'()*+,;=@:[]%7C", "/!$&'()*+,;=@:[]|", "is not KRSA's over"}, // one of too many
		{"/a\x7f%2C", "/a%7F%2C", `requested "%7F"`},
	} {
		u := signedBy(t, "KRSA", host+c.signed, host+c.requested)
		what, todo := verify.New(trusted()).Check(verify.Request{URL: u, Time: now}).Explain()
		if !strings.Contains(what, c.what) || todo == "" {
			t.Errorf("signed %s, requested %s: %s; %s", c.signed, c.requested, what, todo)
		}
	}
}

// ECDSA signatures as other signers write them.
func TestExplainECDSA(t *testing.T) {
	t.Parallel()
	der, err := pair().ec.Sign(rand.Reader, make([]byte, 32), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	for signature, want := range map[string]string{
		policy.Encode(der[:len(der)-3]):                       "not a DER-encoded ECDSA signature",
		policy.Encode(append(der[:len(der):len(der)], 0)):     "not a DER-encoded ECDSA signature",
		policy.Encode(bytes.Repeat([]byte{0xff}, 63)):         "not a DER-encoded ECDSA signature",
		policy.Encode(bytes.Repeat([]byte{0xff}, 96)):         "not a DER-encoded ECDSA signature",
		policy.Encode(bytes.Repeat([]byte{0xff}, 64)):         "r||s form",
		policy.Encode(bytes.Repeat([]byte{0xff}, 256)):        "an RSA signature",
		hex.EncodeToString(der):                               "in hexadecimal",
		hex.EncodeToString(make([]byte, 64)):                  "in hexadecimal",
		strings.Repeat("ab", 32):                              "in hexadecimal",
		strings.Repeat("ab", 33):                              "in hexadecimal", // no length of base64
		strings.Repeat("ab", 30):                              "not a DER-encoded ECDSA signature",
		policy.Encode([]byte("+/-_~=")):                       "in base64 twice",
		strings.ToUpper(hex.EncodeToString(make([]byte, 64))): "in hexadecimal",
		policy.Encode(der):                                    "is not KEC's over",
	} {
		url := page + "?Expires=1767229200&Key-Pair-Id=KEC&Hash-Algorithm=SHA256&Signature=" + signature
		what, todo := verify.New(trusted()).Check(verify.Request{URL: url, Time: now}).Explain()
		if !strings.Contains(what, want) || todo == "" {
			t.Errorf("%s: %s; %s, want %s", signature, what, todo, want)
		}
	}
}

// A resource that does not cover the request, though it was meant to.
func TestExplainResources(t *testing.T) {
	t.Parallel()
	const host = "https://d111111abcdef8.cloudfront.net"
	for _, c := range []struct{ resource, requested, what, todo string }{
		{host + "/v/*.jpg", "/v/a.jpg?x=1", "does not reach into the query", "end it with *"},
		{host + "/v/a.jpg", "/v/a.jpg?x=1", "does not reach into the query", "end it with *"},
		{host + "/v/a.jpg?*", "/v/a.jpg", "covers the path only with a query", "end the path with *"},
		{host + `/v/*.jpg\?x=*`, "/v/a.jpg", "covers the path only with a query", "end the path with *"},
		{host + "/v/a.jpg?x=*", "/v/a.jpg?y=1", "signed for " + host + "/v/a.jpg?x=*", "covers the request"},
		{host + "/v/a.jpg?x=*", "/w/b.jpg", "signed for " + host + "/v/a.jpg?x=*, requested", "covers the request"},
		{host + "/v/a.jpg?x=*", "/w/b.jpg", "signed for ", "does not reach from the host"},
		{"/v/*", "/v/a.jpg", "has no scheme and host", "sign whole URLs"},
		{"d111111abcdef8.cloudfront.net/v/*", "/v/a.jpg", "has no scheme and host", "sign whole URLs"},
		{host + "/v/", "/v/a.jpg", "covers one URL alone", "end it with *"},
		{host + "/v", "/v/a.jpg", "covers one URL alone", "end it with *"},
		{"http://d111111abcdef8.cloudfront.net/v/*", "/v/a.jpg", "signed for http, requested with https", "redirect"},
		{host + "/w/*", "/v/a.jpg", "signed for " + host + "/w/*, requested", "covers the request"},
		{host + "/V/*", "/v/a.jpg", "letters in another case: signed for " + host + "/V/*", "what was signed"},
		{"https://b.example/v/*", "/v/a.jpg", "signed for b.example, requested from d111111abcdef8", "with the host"},
		{"https://*.b.example/v/*", "/v/a.jpg", "signed for *.b.example, requested from d111111abcdef8", "with the host"},
	} {
		text := policy.Policy{Resource: c.resource, Until: end}.String()
		u := strings.Replace(custom(t, "KEC", crypto.SHA256, host+c.requested, text), "?Policy", "&Policy", 1)
		if !strings.Contains(c.requested, "?") {
			u = strings.Replace(u, "&Policy", "?Policy", 1)
		}
		d := verify.New(trusted()).Check(verify.Request{URL: u, Time: now})
		what, todo := d.Explain()
		if d.Reason != verify.ResourceMismatch || !strings.Contains(what, c.what) || !strings.Contains(todo, c.todo) {
			t.Errorf("%s <- %s: %s: %s; %s", c.resource, c.requested, d.Reason, what, todo)
		}
	}
}

var second = sync.OnceValue(func() *rsa.PrivateKey {
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	return key
})

// A URL that was signed in another form than it is requested in.
func TestExplainURLs(t *testing.T) {
	t.Parallel()
	const host = "https://d111.cloudfront.net"
	for _, c := range []struct{ signed, requested, what string }{
		{"http://d111.cloudfront.net/a?", host + "/a", "signed for http, requested with https"},
		{host + "/a?", "http://d111.cloudfront.net/a", "signed for https, requested with http"},
		{"/a?b", host + "/a?b", "signed without scheme and host"},
		{"a?b", host + "/a?b", "signed without scheme and host"},
		{"d111.cloudfront.net/a?b", host + "/a?b", "signed without a scheme"},
		{host + "/a", host + ":8443/a", "signed for d111.cloudfront.net, requested from d111.cloudfront.net:8443"},
		{host + ":443/a", host + "/a", "signed for d111.cloudfront.net:443, requested from d111.cloudfront.net"},
		{host + ":443/a", host + ":8443/a", "signed for d111.cloudfront.net:443"},
		{"http://d111.cloudfront.net:80/a", "http://d111.cloudfront.net/a", "signed for d111.cloudfront.net:80"},
		{host + "./a", host + "/a", "signed for d111.cloudfront.net., requested"},
		{host + "/a", host + "./a", "signed for d111.cloudfront.net, requested from d111.cloudfront.net."},
		{host + "/a", "https://D111.cloudfront.net/a", "signed for d111.cloudfront.net, requested from D111"},
		{host + "/a?x=a b", host + "/a?x=a%20b", `signed the unencoded query: signed " ", requested "%20"`},
		{host + "/a?b&c", host + "/a?b=&c=", "signed without the = after"},
		{host + "/a?b=&c=", host + "/a?b&c", "signed with = after"},
		{host + "/a?b=&c=1", host + "/a?b&c=1", "signed with = after"},
		{host + "/a?x=1", host + "/a?x=1&y=2", `query parameter "y" added`},
		{host + "/a?y=2", host + "/a?x=1&y=2", `query parameter "x" added`},
		{host + "/a?x=1", host + "/a?x=1&y=2&z=3", `added after signing, from "y" on`},
		{host + "/a?z=3&x=1&y=2", host + "/a?x=1&y=2&z=3", "is not K"}, // neither sorted nor reversed
		{host + "/a?c&b&a", host + "/a?a&b&c", "another order"},
		{host + "/a?a&b&c", host + "/a?b&a&c", "another order"},
		{host, host + "/", "signed without the last slash"},
		{host + "/%252F", host + "/%2F", "signed the path encoded twice"},
	} {
		for _, id := range []string{"KEC", "KRSA"} {
			d := verify.New(trusted()).Check(verify.Request{URL: signedBy(t, id, c.signed, c.requested), Time: now})
			if what, todo := d.Explain(); !strings.Contains(what, c.what) || todo == "" {
				t.Errorf("%s signed %s, requested %s: %s; %s", id, c.signed, c.requested, what, todo)
			}
		}
	}
}

// Letters in another case are named, whatever the key.
func TestExplainLetterCases(t *testing.T) {
	t.Parallel()
	const host = "https://d111.cloudfront.net"
	for _, c := range []struct{ signed, requested, what string }{
		{"/films/a.mp4", "/Films/A.mp4", `case: signed "f", requested "F"`},
		{"/Films/A.mp4", "/FILMS/A.mp4", `case: signed "i", requested "I"`},
		{"/a.JPG", "/a.jpg", `case: signed "J", requested "j"`},
		{"/Films/a", "/films/a", `case: signed "F", requested "f"`},
		{"/A%c3%a9/BC", "/a%c3%a9/bc", `case: signed "A", requested "a"`},
		{"/1/2/3/4/5/a/b/c/d/e/f/g/h/I", "/1/2/3/4/5/a/b/c/d/e/f/g/h/i", `case: signed "I", requested "i"`},
		{"/%20Films", "/%20films", `case: signed "F", requested "f"`},
		{"/fILMS/a", "/films/a", "is not K"},
	} {
		for _, id := range []string{"KEC", "KRSA"} {
			u := signedBy(t, id, host+c.signed, host+c.requested)
			what, todo := verify.New(trusted()).Check(verify.Request{URL: u, Time: now}).Explain()
			if !strings.Contains(what, c.what) || todo == "" {
				t.Errorf("%s signed %s, requested %s: %s; %s", id, c.signed, c.requested, what, todo)
			}
		}
	}
}

// Characters that can be written in two ways are named.
func TestExplainUnicodeForms(t *testing.T) {
	t.Parallel()
	const host, form = "https://d111.cloudfront.net", "another Unicode form of its characters"
	for requested, named := range map[string]bool{
		"/a%7F": false, "/Bu%CC%88cher/a": true, "/B%C3%BCcher/a": true, "/B%FFcher/a": true, "/b/a": false,
	} {
		canned := signedBy(t, "KRSA", host+"/x", host+requested)
		text := policy.Policy{Resource: host + "/x", Until: end}.String()
		for _, u := range []string{canned, custom(t, "KEC", crypto.SHA256, host+requested, text)} {
			_, todo := verify.New(trusted()).Check(verify.Request{URL: u, Time: now}).Explain()
			if strings.Contains(todo, form) != named {
				t.Errorf("%s: %s", u, todo)
			}
		}
	}
}
