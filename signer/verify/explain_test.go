package verify_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/netip"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

// signedAs is a signed URL whose signature is over another URL than it is on.
func signedAs(t *testing.T, signed, requested string) string {
	t.Helper()
	return signedBy(t, "KEC", signed, requested)
}

func signedBy(t *testing.T, id, signed, requested string) string {
	t.Helper()
	_, signature, _ := strings.Cut(canned(t, id, crypto.SHA256, signed, end), "Expires=")
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
	ranged := policy.Policy{
		Resource: "*",
		Until:    end,
		From:     now.Add(90 * time.Second),
		IP:       netip.MustParsePrefix("192.0.2.1/32"),
	}.String()
	for name, c := range map[string]struct {
		url        string
		at         time.Duration
		what, todo string
	}{
		"allowed": {good, 0, "the signature is good", ""},
		"plain":   {page, 0, "not signed", "sign the URL"},
		"cut off": {page + "?Expires=1767312000", 0, "lacks Key-Pair-Id; CloudFront ignores cookies", "shell"},
		"key group": {
			strings.Replace(good, "=KEC", "=1f2b4f0a-8f3c-4f6f-a6e8-7dbb5bf4a1f0", 1), 0, "is the ID of a key group",
			"public key",
		},
		"ms": {
			strings.Replace(good, "Expires=1767229200", "Expires=1767229200000", 1), 0, "in milliseconds", "seconds",
		},
		"ms in policy": {
			custom(t, "KEC", crypto.SHA256, page, strings.Replace(text, "1767229200", "1767229200000", 1)), 0,
			"looks like milliseconds", "seconds since 1970",
		},
		"policy text": {custom(t, "KEC", crypto.SHA256, page, `{"Statement":[]}`), 0, "exactly one statement", ""},
		"no policy":   {page + "?Key-Pair-Id=KEC", 0, "neither a policy nor an end", ""},
		"plain base64": {
			page + "?Expires=1767229200&Key-Pair-Id=KEC&Signature=" + base64.StdEncoding.EncodeToString([]byte("a")), 0,
			"plain base64", "replace",
		},
		"plain base64, escaped": {
			page + "?Expires=1767229200&Key-Pair-Id=KEC&Signature=a%2Fa%3D", 0, "plain base64", "with -, = with _ and / with ~",
		},
		"re-encoded": {
			page + "?Expires=1767229200&Key-Pair-Id=KEC&Signature=ab%7Ea", 0, "is percent-encoded", "players that add",
		},
		"wrapped": {
			page + "?Expires=1767229200&Key-Pair-Id=KEC&Signature=aaaa%0Aaaaa", 0, "contains line breaks", "base64 -A",
		},
		"base64url, =": {
			page + "?Expires=1767229200&Key-Pair-Id=KEC&Signature=a-_aaa==", 0, "is in base64url", "~ where it has _",
		},
		"cut": {page + "?Expires=1767229200&Key-Pair-Id=KEC&Signature=ab-cd", 0, "not base64 in CloudFront's", "cut off"},
		"base64url, bare": {
			page + "?Expires=1767229200&Key-Pair-Id=KEC&Signature=a_aaaa", 0, "is in base64url", "lacks padding",
		},
		"expired":        {good, time.Hour + 3*time.Minute, "expired 3 minutes ago, at 2026-01-01T01:00:00Z", "sign again"},
		"expired, clock": {good, time.Hour, "expired less than 2 seconds ago", "clock"},
		"expired 2 s":    {good, time.Hour + 2*time.Second, "expired 2 seconds ago", ""},
		"expired 119 s":  {good, time.Hour + 119*time.Second, "expired 119 seconds ago", ""},
		"expired 2 min":  {good, time.Hour + 120*time.Second, "expired 2 minutes ago", ""},
		"expired 119 m":  {good, 3*time.Hour - time.Second, "expired 119 minutes ago", ""},
		"expired 2 h":    {good, 3 * time.Hour, "expired 2 hours ago", ""},
		"expired 47 h":   {good, 48*time.Hour + 59*time.Minute, "expired 47 hours ago", ""},
		"expired days":   {good, 49 * time.Hour, "expired 2 days ago", ""},
		"not yet": {
			custom(t, "KEC", crypto.SHA256, page, ranged), 0, "not valid until 2026-01-01T00:01:30Z, in 90 seconds", "wait",
		},
		"address": {
			custom(t, "KEC", crypto.SHA256, page, ranged), 100 * time.Second, "requested from 198.51.100.1", "network",
		},
		"resource": {
			custom(t, "KEC", crypto.SHA256, host+"/b", text), 0, "signed for " + host + "/a*, requested " + host + "/b", "",
		},
		"resource, http": {
			custom(t, "KEC", crypto.SHA256, "http://d111111abcdef8.cloudfront.net/a", text), 0,
			"signed for https, requested with http", "",
		},
		"SHA-1 as SHA-256": {
			canned(t, "KEC", crypto.SHA1, page, end) + "&Hash-Algorithm=SHA256", 0,
			"signed with SHA-1, but Hash-Algorithm says SHA256", "",
		},
		"SHA-256 as SHA-1": {
			strings.Replace(good, "&Hash-Algorithm=SHA256", "", 1), 0,
			"signed with SHA-256, but Hash-Algorithm does not say so", "",
		},
		"hash unknown": {
			strings.Replace(good, "=SHA256", "=SHA-256", 1), 0, `"SHA-256", which CloudFront does not know`, "",
		},
		"another key": {
			strings.Replace(good, "=KEC", "=KEC2", 1), 0, "signed with the private key of KEC, sent with the ID KEC2", "",
		},
		"RSA ID": {strings.Replace(good, "=KEC", "=KRSA", 1), 0, "and the RSA key makes 256", ""},
		"RSA signature": {
			strings.Replace(canned(t, "KRSA", crypto.SHA256, page, end), "=KRSA", "=KEC", 1), 0,
			"an RSA signature was sent with the ID of an ECDSA key", "",
		},
		"http": {
			signedAs(t, "http://d111111abcdef8.cloudfront.net/a", host+"/a"), 0, "signed for http, requested with https", "",
		},
		"unencoded": {
			signedAs(t, host+"/a b é.mp4", host+"/a%20b%20%C3%A9.mp4"), 0, "signed the unencoded path", "encode",
		},
		"encoded twice":   {signedAs(t, host+"/a%2520b", host+"/a%20b"), 0, "encoded twice", ""},
		"plus":            {signedAs(t, host+"/a+b", host+"/a%20b"), 0, "+ for a space", ""},
		"slash encoded":   {signedAs(t, host+"/a%2Fb", host+"/a/b"), 0, "slashes encoded", ""},
		"query added":     {signedAs(t, host+"/a", host+"/a?utm=1"), 0, "query added after signing", "before signing"},
		"parameter added": {signedAs(t, host+"/a?b=1", host+"/a?utm=1&b=1"), 0, `"utm" added after signing`, ""},
		"player's": {
			signedAs(t, host+"/a", host+"/a?_HLS_msn=1"), 0, "query added after signing", "Resource that ends in *",
		},
		"CMCD": {
			signedAs(t, host+"/a?b=1", host+"/a?b=1&CMCD=br"), 0, `"CMCD" added after signing`, "Resource that ends in *",
		},
		"two added":  {signedAs(t, host+"/a?b=1", host+"/a?b=1&c&d"), 0, `added after signing, from "c" on`, ""},
		"bare ?":     {signedAs(t, host+"/a?", host+"/a"), 0, "empty query", ""},
		"path alone": {signedAs(t, "/a", host+"/a"), 0, "without scheme and host", ""},
		"alias": {
			signedAs(t, "https://media.example.com/a", host+"/a"), 0,
			"signed for media.example.com, requested from d111111abcdef8.cloudfront.net", "",
		},
		"newline": {
			page + "?Policy=" + policy.Encode([]byte(text)) + "&Key-Pair-Id=KEC&Signature=" + seal(
				t, "KEC", crypto.SHA1, text+"\n",
			), 0,
			"newline after the policy", "",
		},
		"no idea": {
			strings.Replace(good, "1767229200", "1767229300", 1), 0, "is not KEC's over " + page,
			"end was signed, or the key pair ID",
		},
		"JOSE": {
			page + "?Expires=1767229200&Key-Pair-Id=KEC&Hash-Algorithm=SHA256&Signature=" + jose(t), 0, "r||s", "DER",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := trusted()
			keys["KEC2"] = other()
			v := verify.New(keys, verify.WithHosts("media.example.com"))
			d := v.Check(verify.Request{URL: c.url, Time: now.Add(c.at), IP: netip.MustParseAddr("198.51.100.1")})
			what, todo := d.Explain()
			if !strings.Contains(what, c.what) || !strings.Contains(todo, c.todo) {
				t.Errorf("%s:\ngot  %s; %s\nwant %s; %s", d.Reason, what, todo, c.what, c.todo)
			}
		})
	}
}

// One part is escaped in another way, beside parts that are not: the answer
// shows both spellings.
func TestExplainEncodings(t *testing.T) {
	t.Parallel()
	const host = "https://d111111abcdef8.cloudfront.net"
	for _, c := range []struct{ signed, requested, what string }{
		{
			"/a?r=attachment%3B%20filename%3D%22it's%22", "/a?r=attachment%3B%20filename%3D%22it%27s%22",
			`signed "'", requested "%27"`,
		},
		{
			"/a?r=inline%3B%20filename%3D%22My%20file%22", "/a?r=inline%3B+filename%3D%22My+file%22",
			`signed "%20", requested "+"`,
		},
		{"/a?r=attachment%3Bfilename%3Dx.jpg", "/a?r=attachment;filename=x.jpg", `signed "%3B", requested ";"`},
		{
			"/a?r=attachment%3Bfilename%2A%3DUTF-8%27%27abc", "/a?r=attachment%3Bfilename*%3DUTF-8''abc",
			`signed "%2A", requested "*"`,
		},
		{"/p/%40blob?v=1n1dm%2F01n1dm0", "/p/@blob?v=1n1dm/01n1dm0", `signed "%40", requested "@"`},
		{"/%e3%81%82.jpg", "/%E3%81%82.jpg", `signed "%e3%81%82", requested "%E3%81%82"`},
		{"/a%20b%2Cc.jpg", "/a%20b,c.jpg", `signed "%2C", requested ","`},
		{"/it's%20a.jpg", "/it%27s%20a.jpg", `signed "'", requested "%27"`},
		{"/a%2Bb%20c.jpg", "/a+b%20c.jpg", `signed "%2B", requested "+"`},
		{"/a?b=", "/a?b", "signed with = after"},
		{"/a?b&c=1", "/a?b=&c=1", "signed without the = after"},
		{"/a%20b", "/a%2520b", `encoded twice: signed "%20", requested "%25"`},
		{"/a%2Cb%20c!d", "/a,b%20c!d", `signed "%2C", requested ","`},
		{"/x(1)%20y?z=%5B1%5D", "/x%281%29%20y?z=[1]", `signed "(", requested "%28"`},
		{"/a?x=a%2Cb&y=c,d", "/a?x=a,b&y=c%2Cd", `signed "%2C", requested ","`},
		{"/%D0%B6?q=%D0%B6%20%D0%B6", "/%d0%b6?q=%d0%b6+%d0%b6", `signed "%D0%B6", requested "%d0%b6"`},
		{"/~a%20b", "/%7Ea%20b", `signed "~", requested "%7E"`},
		{"/Z?r=Z%27%20Z%2CZ", "/Z?r=Z'+Z,Z", `signed "%27", requested "'"`},
		{"//a", "/a", "two slashes"},
		{"/a?x=a%20b", "/a?x=a%2520b", `query encoded twice: signed "%20", requested "%25"`},
		{"/a%20b?x=a%2Cb", "/a%2520b?x=a%252Cb", "path and query encoded twice"},
		{"/a%2520b", "/a%20b", "signed the path encoded twice"},
		{"/a?x=1&amp;y=2", "/a?x=1&y=2", "signed with &amp; for &"},
		{"/a?x=1&y=2", "/a?x=1&amp;y=2", "requested with &amp; for &"},
		{"/d/index.html", "/d/", "signed with the index document"},
		{"/", "/index.html", "signed without the index document"},
		{"/a", "/a/", "signed without the last slash"},
		{"/a/", "/a", "another slash at the end"},
		{"/a?y=1&x=2", "/a?x=2&y=1", "another order"},
		{"/a?q=a+b%2C+c%21%28d%29", "/a?q=a%20b,%20c!(d)", `signed "+", requested "%20"`},
		{"/a?q=a-b+c%2Cd%21%28e%29", "/a?q=a%2Db%20c,d!(e)", `signed "-", requested "%2D"`},
		{"/a%2cb%c3%bc", "/a,b%C3%BC", `signed "%2c", requested ","`},
		{"/%c3%bc(,)!a%20b", "/%C3%BC(,)!a%20b", `signed "%c3%bc", requested "%C3%BC"`},
		{"/a%0a(,)!", "/a%0A(,)!", `signed "%0a", requested "%0A"`},
		{"/%aa(,)!", "/%AA(,)!", `signed "%aa", requested "%AA"`},
		{"/%AA(,)!", "/%aa(,)!", `signed "%AA", requested "%aa"`},
		{"/a%f0(,)!", "/a%F0(,)!", `signed "%f0", requested "%F0"`},
		{"/%AA(%29", "/%aa(%29", `signed "%AA", requested "%aa"`},
		{"/%AA(%BB%29", "/%aa(%bb%29", `signed "%AA", requested "%aa"`},
		{"/a%21(", "/a!%28", `signed "%21", requested "!"`},
		{"/a%28)%2C", "/a(%29,", `signed "%28", requested "("`},
		{"/9azAZ0(1)%2C%5B2%5D!%24%26'", "/9azAZ0%281%29,[2]%21$&%27", `signed "(", requested "%28"`},
		{"/a?x=a%2Bb", "/a?x=a+b", `signed "%2B", requested "+"`},
		{"/a?x=a%20b%2C)%28", "/a?x=a+b,%29(", `signed "%20", requested "+"`},
		{"/a%", "/a%25", `signed "%", requested "%25"`},
		{"/a?x=%25", "/a?x=%", `signed "%25", requested "%"`},
	} {
		for _, id := range []string{"KEC", "KRSA"} {
			u := signedBy(t, id, host+c.signed, host+c.requested)
			d := verify.New(trusted()).Check(verify.Request{URL: u, Time: now})
			what, todo := d.Explain()
			if d.Reason != verify.SignatureMismatch || !strings.Contains(what, c.what) || todo == "" {
				t.Errorf("%s signed %s, requested %s: %s: %s; %s", id, c.signed, c.requested, d.Reason, what, todo)
			}
		}
	}
}

// A canned policy signed in another text than the one CloudFront rebuilds.
func TestExplainCannedForms(t *testing.T) {
	t.Parallel()
	const u = "https://d111111abcdef8.cloudfront.net/v/1/a.ts?b&c"
	text := policy.Policy{Resource: u, Until: end}.String()
	over := func(resource string) string { return policy.Policy{Resource: resource, Until: end}.String() }
	bare := strings.NewReplacer("[", "", "]", "").Replace(text)
	const python = `{"Statement": [{"Resource": "` + u + `", ` +
		`"Condition": {"DateLessThan": {"AWS:EpochTime": 1767229200}}}]}`
	for signed, want := range map[string]string{
		python:                                  "json.dumps",
		python + "\n":                           "newline",
		text + "\n":                             "newline",
		strings.ReplaceAll(text, "/", `\/`):     "json_encode",
		strings.ReplaceAll(text, "&", `\u0026`): "encoding/json",
		"{\n  \"Statement\": [\n    {\n      \"Resource\": \"" + u + "\",\n      \"Condition\": {\n" +
			"        \"DateLessThan\": {\n          \"AWS:EpochTime\": 1767229200\n" +
			"        }\n      }\n    }\n  ]\n}": "indented",
		bare: "outside a list",
		`{"Statement":[{"Condition":{"DateLessThan":{"AWS:EpochTime":1767229200}},"Resource":"` + u + `"}]}`: "another order",
		strings.ReplaceAll(python, "/", `\/`):                     `with \/ for / and spaces`,
		indentedJSON(text, "    "):                                "indented JSON;",
		indentedJSON(text, "\t") + "\n":                           "indented JSON, and a newline at its end",
		strings.ReplaceAll(indentedJSON(text, "    "), "/", `\/`): `indented JSON with \/ for /`,
		text + "\r\n": "newline",
		over("*"):     `pattern "*"`,
		over("https://d111111abcdef8.cloudfront.net/v/1/*"): `/v/1/*`,
		over("https://d111111abcdef8.cloudfront.net/v/*"):   `/v/*`,
		over("http*://d111111abcdef8.cloudfront.net/*"):     `http*`,
		strings.Replace(text, "9200}", "9201}", 1):          "signed until 1767229201",
		strings.Replace(text, "9200}", "9199}", 1):          "signed until 1767229199",
		strings.Replace(text, "9200}", "9200000}", 1):       "signed until 1767229200000",
	} {
		request := u + "&Expires=1767229200&Key-Pair-Id=KEC&Hash-Algorithm=SHA256&Signature=" + seal(
			t,
			"KEC",
			crypto.SHA256,
			signed,
		)
		what, todo := verify.New(trusted()).Check(verify.Request{URL: request, Time: now}).Explain()
		if !strings.Contains(what+";", want) || todo == "" {
			t.Errorf("signed %s:\n%s; %s\nwant %s", signed, what, todo, want)
		}
	}
}

// Patterns over four directories are tried, the nearest first.
func TestExplainDirectories(t *testing.T) {
	t.Parallel()
	const host = "://d111111abcdef8.cloudfront.net"
	for directory, want := range map[string]string{
		"/a/b/c/d/e/": "pattern", "/a/b/": "pattern", "/a/": "is not K",
	} {
		for _, id := range []string{"KEC", "KRSA"} {
			u := signedBy(t, id, "http*"+host+directory+"*", "https"+host+"/a/b/c/d/e/f")
			what, todo := verify.New(trusted()).Check(verify.Request{URL: u, Time: now}).Explain()
			if !strings.Contains(what, want) || todo == "" {
				t.Errorf("%s signed %s: %s; %s", id, directory, what, todo)
			}
		}
	}
}

func indentedJSON(text, indent string) string {
	var b bytes.Buffer
	_ = json.Indent(&b, []byte(text), "", indent)
	return b.String()
}

// A custom policy sent in another text than was signed.
func TestExplainPolicyTexts(t *testing.T) {
	t.Parallel()
	const signed = "{\"Statement\": [{\r\n" +
		`"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":1767229200}}}]}`
	compact := strings.NewReplacer(" ", "", "\r\n", "").Replace(signed)
	for _, c := range []struct{ signed, sent, want string }{
		{signed, strings.ReplaceAll(signed, "\r", ""), `lines ended in \r\n, sent with \n`},
		{strings.ReplaceAll(signed, "\r", ""), signed, `lines ended in \n, sent with \r\n`},
		{compact, signed, "without the policy's white space"},
		{compact + "\n", compact, "newline"},
		{compact + "\r\n", compact, "newline"},
		{compact, " " + compact + "\n", "white space around"},
		{policy.Encode([]byte(compact)), compact, "base64 was signed"},
		{base64.StdEncoding.EncodeToString([]byte(compact)), compact, "base64 was signed"},
		{url.QueryEscape(compact), compact, "signed the policy percent-encoded"},
		{
			`{"Statement": [{"Resource": "*", "Condition": {"DateLessThan": {"AWS:EpochTime": 1767229200}}}]}`, compact,
			"the policy was signed with spaces in its JSON, such as Python's json.dumps writes, and sent without",
		},
		{compact, strings.Replace(compact, "*", "**", 1), "is not KEC's over this policy"},
	} {
		request := page + "?Key-Pair-Id=KEC&Hash-Algorithm=SHA256&Signature=" + seal(t, "KEC", crypto.SHA256, c.signed) +
			"&Policy=" + policy.Encode([]byte(c.sent))
		what, todo := verify.New(trusted()).Check(verify.Request{URL: request, Time: now}).Explain()
		if !strings.Contains(what, c.want) || todo == "" {
			t.Errorf("signed %q, sent %q:\n%s; %s\nwant %s", c.signed, c.sent, what, todo, c.want)
		}
	}
}

// A pattern that does not reach into the query: signing again changes nothing.
func TestExplainPatternAndQuery(t *testing.T) {
	t.Parallel()
	const host = "https://d111111abcdef8.cloudfront.net"
	text := policy.Policy{Resource: host + "/v/*.jpg", Until: end}.String()
	signed := custom(t, "KEC", crypto.SHA256, host+"/v/a.jpg", text) + "&x=1"
	what, todo := verify.New(trusted()).Check(verify.Request{URL: signed, Time: now}).Explain()
	if !strings.Contains(what, "does not reach into the query") || !strings.Contains(todo, "end it with *") {
		t.Errorf("%s; %s", what, todo)
	}
}

// What a refusal costs has a bound, whatever is asked: the memory that its
// explanation allocates stands for its work.
func TestExplainIsBounded(t *testing.T) {
	hosts := make([]string, 2000)
	many := trusted()
	for i := range hosts {
		hosts[i] = fmt.Sprintf("h%d.example", i)
		many[fmt.Sprintf("K%d", i)] = pair().ec.Public()
	}
	const host = "https://d111111abcdef8.cloudfront.net"
	_, query, _ := strings.Cut(canned(t, "KRSA", crypto.SHA256, page, end), "?")
	wide := policy.Policy{Resource: host + "/y" + strings.Repeat("*a", 1000) + "*b", Until: end}.String()
	for name, u := range map[string]string{
		"parameters": host + "/x?" + query + strings.Repeat("&a", 3500),
		"segments":   host + strings.Repeat("/a", 3500) + "?" + query,
		"escapes":    host + "/" + strings.Repeat("%2C,", 1800) + "?" + query,
		"classes":    host + "/!$&'()*+,;=:@-._~" + strings.Repeat("%20", 2000) + "?" + query,
		"pattern":    custom(t, "KEC", crypto.SHA256, host+"/x"+strings.Repeat("a", 3000), wide),
	} {
		d := verify.New(many, verify.WithHosts(hosts...)).Check(verify.Request{URL: u, Time: now})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		what, _ := d.Explain()
		runtime.ReadMemStats(&after)
		if allocated := after.TotalAlloc - before.TotalAlloc; d.Allowed || what == "" || allocated > 16<<20 {
			t.Errorf("%s: %s, %d bytes allocated", name, d.Reason, allocated)
		}
	}
}

// BenchmarkExplain is the most that a refusal costs.
func BenchmarkExplain(b *testing.B) {
	const host = "https://d111111abcdef8.cloudfront.net"
	for _, id := range []string{"KEC", "KRSA"} {
		_, query, _ := strings.Cut(canned(b, id, crypto.SHA256, page, end), "?")
		for name, u := range map[string]string{
			"parameters": host + "/x?" + query + strings.Repeat("&a", 3500),
			"escapes":    host + "/" + strings.Repeat("%2C,(;", 1100) + "?" + query,
			"characters": host + "/!$&'()*+,;=:@-._~%20%C3%BC?" + query,
		} {
			b.Run(id+"/"+name, func(b *testing.B) {
				d := verify.New(trusted()).Check(verify.Request{URL: u, Time: now})
				for b.Loop() {
					d.Explain()
				}
			})
		}
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
		"CloudFront-Expires": "1767229200", "CloudFront-Signature": seal(
			t, "KEC", crypto.SHA1, text,
		), "CloudFront-Key-Pair-Id": "KEC",
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
		{
			custom(
				t, "KEC", crypto.SHA256, page,
				policy.Policy{Resource: "*", Until: end, IP: netip.MustParsePrefix("192.0.2.0/24")}.String(),
			),
			nil, "2001:db8::1", "requested from 2001:db8::1",
		},
		{
			custom(
				t, "KEC", crypto.SHA256, page,
				policy.Policy{Resource: "*", Until: end, IP: netip.MustParsePrefix("192.0.2.0/24")}.String(),
			),
			nil, "", "address is not known",
		},
		{
			custom(t, "KEC", crypto.SHA256, page, policy.Policy{Resource: "*", Until: end}.String()) + "&Policy=x", nil, "",
			"allowed",
		},
		{
			strings.Replace(
				custom(t, "KEC", crypto.SHA256, page, policy.Policy{Resource: "*", Until: end}.String()), "Signature=",
				"Signature=AAAA", 1,
			),
			nil, "", "is not a DER-encoded ECDSA signature",
		},
		{page + "?Policy=e30_&Key-Pair-Id=KEC", nil, "", "cannot be read: it has no Statement"},
		{page + "?Policy=e30=&Key-Pair-Id=KEC", nil, "", "plain base64"},
		{page + "?Expires=soon&Key-Pair-Id=KEC", nil, "", "Expires=soon is not a time"},
		{page + "?Expires=tomorrowsnoon&Key-Pair-Id=KEC", nil, "", "is not a time"},
		{page + "?Expires=17672292000&Key-Pair-Id=KEC", nil, "", "is not a time"},
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
