package verify_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

const page = "https://d111111abcdef8.cloudfront.net/a.mp4"

var (
	now  = time.Unix(1767225600, 0)
	end  = now.Add(time.Hour)
	pair = sync.OnceValue(func() (k struct {
		rsa *rsa.PrivateKey
		ec  *ecdsa.PrivateKey
	}) {
		k.rsa, _ = rsa.GenerateKey(rand.Reader, 2048)
		k.ec, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		return k
	})
)

func trusted() map[string]crypto.PublicKey {
	return map[string]crypto.PublicKey{"KRSA": pair().rsa.Public(), "KEC": pair().ec.Public()}
}

func keyNamed(id string) crypto.Signer {
	if id == "KRSA" {
		return pair().rsa
	}
	return pair().ec
}

// seal signs text the way CloudFront's guide says, with nothing of the signer.
func seal(t testing.TB, id string, hash crypto.Hash, text string) string {
	t.Helper()
	sum := sha1.Sum([]byte(text))
	digest := sum[:]
	if hash == crypto.SHA256 {
		sum := sha256.Sum256([]byte(text))
		digest = sum[:]
	}
	signature, err := keyNamed(id).Sign(rand.Reader, digest, hash)
	if err != nil {
		t.Fatal(err)
	}
	return policy.Encode(signature)
}

func suffix(hash crypto.Hash) string {
	if hash == crypto.SHA256 {
		return "&Hash-Algorithm=SHA256"
	}
	return ""
}

func canned(t testing.TB, id string, hash crypto.Hash, url string, until time.Time) string {
	t.Helper()
	separator := "?"
	if strings.Contains(url, "?") {
		separator = "&"
	}
	text := policy.Policy{Resource: url, Until: until}.String()
	return fmt.Sprintf("%s%sExpires=%d&Signature=%s&Key-Pair-Id=%s%s",
		url, separator, until.Unix(), seal(t, id, hash, text), id, suffix(hash))
}

func custom(t testing.TB, id string, hash crypto.Hash, url, text string) string {
	t.Helper()
	return fmt.Sprintf("%s?Policy=%s&Signature=%s&Key-Pair-Id=%s%s",
		url, policy.Encode([]byte(text)), seal(t, id, hash, text), id, suffix(hash))
}

func TestCheck(t *testing.T) {
	t.Parallel()
	good := canned(t, "KEC", crypto.SHA256, page, end)
	ranged := policy.Policy{
		Resource: "https://*/a*",
		Until:    end,
		From:     now.Add(-time.Hour),
		IP:       netip.MustParsePrefix("192.0.2.0/24"),
	}
	wide := custom(t, "KRSA", crypto.SHA1, page, ranged.String())
	text := policy.Policy{Resource: "*", Until: end}.String()
	viewer := netip.MustParseAddr("192.0.2.7")
	for name, c := range map[string]struct {
		url    string
		at     time.Time
		ip     netip.Addr
		reason verify.Reason
	}{
		"canned EC SHA-256":  {url: good},
		"canned EC SHA-1":    {url: canned(t, "KEC", crypto.SHA1, page, end)},
		"canned RSA SHA-256": {url: canned(t, "KRSA", crypto.SHA256, page, end)},
		"canned RSA SHA-1":   {url: canned(t, "KRSA", crypto.SHA1, page, end)},
		"canned own query":   {url: canned(t, "KEC", crypto.SHA256, page+"?b=2&a=%31", end)},
		"signature first": {
			url: strings.Replace(canned(t, "KEC", crypto.SHA256, page+"?b=2", end), "?b=2&", "?", 1) + "&b=2",
		},
		"custom":              {url: wide, ip: viewer},
		"custom IPv4 in IPv6": {url: wide, ip: netip.MustParseAddr("::ffff:192.0.2.7")},
		"statement alone": {
			url: custom(t, "KEC", crypto.SHA256, page, strings.NewReplacer("[", "", "]", "").Replace(text)),
		},
		`escaped \?`: {
			url: strings.Replace(
				custom(t, "KEC", crypto.SHA256, page, strings.Replace(text, `"*"`, `"https://*/a.mp4\?a=*"`, 1)), "?", "?a=b&", 1,
			),
		},
		"resource left out": {
			url: custom(t, "KEC", crypto.SHA256, page, strings.Replace(text, `"Resource":"*",`, "", 1)),
		},
		"plain": {url: page, reason: verify.MissingKey},
		"no key": {
			url: strings.Replace(good, "Key-Pair-Id=KEC", "Key-Pair-Id=", 1), reason: verify.MissingKey,
		},
		"only an end":         {url: page + "?Expires=1", reason: verify.MissingKey},
		"unknown key":         {url: strings.Replace(good, "=KEC", "=KXX", 1), reason: verify.UnknownKey},
		"key in another case": {url: strings.Replace(good, "=KEC", "=kec", 1), reason: verify.UnknownKey},
		"no policy":           {url: page + "?Signature=x&Key-Pair-Id=KEC", reason: verify.MalformedPolicy},
		"policy not base64":   {url: page + "?Policy=*&Signature=x&Key-Pair-Id=KEC", reason: verify.MalformedPolicy},
		"policy not JSON":     {url: custom(t, "KEC", crypto.SHA256, page, "{"), reason: verify.MalformedPolicy},
		"end in ms":           {url: strings.Replace(good, "Expires=", "Expires=000", 1), reason: verify.MalformedPolicy},
		"end with zero":       {url: strings.Replace(good, "Expires=", "Expires=0", 1), reason: verify.MalformedPolicy},
		"end past 2038": {
			url: page + "?Expires=2147483648&Signature=x&Key-Pair-Id=KEC", reason: verify.MalformedPolicy,
		},
		"last end": {url: page + "?Expires=2147483647&Key-Pair-Id=KEC", reason: verify.MalformedSignature},
		"negative end": {
			url: page + "?Expires=-1767312000&Signature=x&Key-Pair-Id=KEC", reason: verify.MalformedPolicy,
		},
		"end with plus": {
			url: page + "?Expires=+1767312000&Signature=x&Key-Pair-Id=KEC", reason: verify.MalformedPolicy,
		},
		"no signature": {url: page + "?Expires=1767312000&Key-Pair-Id=KEC", reason: verify.MalformedSignature},
		"signature not base64": {
			url: strings.Replace(good, "Signature=", "Signature=+", 1), reason: verify.MalformedSignature,
		},
		"signature line break": {url: strings.Replace(good, "&Key", "\n&Key", 1), reason: verify.MalformedSignature},
		"another signature": {
			url: strings.Replace(good, "Signature=", "Signature=AAAA", 1), reason: verify.SignatureMismatch,
		},
		"end moved": {
			url: strings.Replace(good, "Expires=17672", "Expires=17673", 1), reason: verify.SignatureMismatch,
		},
		"hash dropped": {
			url: strings.Replace(good, "&Hash-Algorithm=SHA256", "", 1), reason: verify.SignatureMismatch,
		},
		"hash unknown":         {url: strings.Replace(good, "SHA256", "sha256", 1), reason: verify.SignatureMismatch},
		"key of another":       {url: strings.Replace(good, "=KEC", "=KRSA", 1), reason: verify.SignatureMismatch},
		"http":                 {url: strings.Replace(good, "https", "http", 1), reason: verify.SignatureMismatch},
		"parameter added":      {url: good + "&utm=1", reason: verify.SignatureMismatch},
		"another path":         {url: strings.Replace(good, "a.mp4", "b.mp4", 1), reason: verify.SignatureMismatch},
		"path encoded anew":    {url: strings.Replace(good, "a.mp4", "%61.mp4", 1), reason: verify.SignatureMismatch},
		"host in another case": {url: strings.Replace(good, "d111", "D111", 1), reason: verify.SignatureMismatch},
		"last moment":          {url: good, at: end.Add(-1)},
		"at the end":           {url: good, at: end, reason: verify.Expired},
		"later":                {url: wide, at: end.Add(time.Hour), ip: viewer, reason: verify.Expired},
		"at the start":         {url: wide, at: ranged.From, ip: viewer, reason: verify.NotYetValid},
		"just after the start": {url: wide, at: ranged.From.Add(1), ip: viewer},
		"another address":      {url: wide, ip: netip.MustParseAddr("198.51.100.7"), reason: verify.IPMismatch},
		"no address":           {url: wide, reason: verify.IPMismatch},
		"IPv6 address":         {url: wide, ip: netip.MustParseAddr("2001:db8::1"), reason: verify.IPMismatch},
		"outside the resource": {
			url: strings.Replace(wide, "a.mp4", "b.mp4", 1), ip: viewer, reason: verify.ResourceMismatch,
		},
		"end of two, the first": {url: good + "&Expires=1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := c.at
			if at.IsZero() {
				at = now
			}
			request := verify.Request{URL: c.url, Time: at, IP: c.ip}
			plain := verify.New(trusted())
			remembering := verify.New(trusted(), verify.WithMemory(2))
			for _, v := range []*verify.Verifier{plain, remembering, remembering} {
				d := v.Check(request)
				if d.Reason != c.reason || d.Allowed != (c.reason == "") || d.Allowed != (d.Status == 200) {
					t.Fatalf("got %q, %d, want %q", d.Reason, d.Status, c.reason)
				}
			}
		})
	}
}

// A remembered signature costs no memory, whatever the policy.
func TestRememberedAllocates(t *testing.T) {
	text := policy.Policy{Resource: "https://*/a*", Until: end}.String()
	for name, u := range map[string]string{
		"canned": canned(t, "KRSA", crypto.SHA256, page+"?a=b", end), "custom": custom(t, "KRSA", crypto.SHA256, page, text),
	} {
		v := verify.New(trusted(), verify.WithMemory(2))
		request := verify.Request{URL: u, Time: now}
		if n := testing.AllocsPerRun(10, func() { v.Check(request) }); n != 0 || !v.Check(request).Allowed {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// What is remembered is the last signatures, each for its own URL.
func TestMemoryForgets(t *testing.T) {
	t.Parallel()
	text := policy.Policy{Resource: "https://*/a*", Until: end}.String()
	v := verify.New(trusted(), verify.WithMemory(2))
	for range 3 {
		for i := range 5 {
			u := canned(t, "KEC", crypto.SHA256, fmt.Sprint(page, i), end)
			wide := custom(t, "KEC", crypto.SHA256, fmt.Sprint(page, i), text)
			for _, good := range []string{u, u, wide, wide} {
				if d := v.Check(verify.Request{URL: good, Time: now}); !d.Allowed || d.Policy.Until.Unix() != end.Unix() {
					t.Errorf("%s: %s", good, d.Reason)
				}
			}
			if d := v.Check(verify.Request{URL: strings.Replace(u, page, page+"x", 1), Time: now}); d.Allowed {
				t.Error("another URL is allowed")
			}
		}
	}
}

// What is forgotten is verified again, and then not with the key that was replaced.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	keys := trusted()
	four, one := verify.New(keys, verify.WithMemory(4)), verify.New(keys, verify.WithMemory(1))
	check := func(v *verify.Verifier, i int, remembered bool) {
		t.Helper()
		keys["KRSA"] = second().Public()
		u := canned(t, "KRSA", crypto.SHA256, fmt.Sprint(page, i), end)
		if d := v.Check(verify.Request{URL: u, Time: now}); d.Allowed != remembered {
			t.Errorf("%d is remembered: %v", i, d.Allowed)
		}
		keys["KRSA"] = pair().rsa.Public()
		v.Check(verify.Request{URL: u, Time: now})
	}
	for i := range 3 {
		check(four, i, false)
	}
	check(four, 0, true)
	check(four, 3, false)
	check(four, 4, false)
	check(four, 2, true)
	check(four, 0, false)
	check(one, 0, false)
	check(one, 0, true)
	check(one, 1, false)
	check(one, 2, false)
	check(one, 0, false)
}

func TestCheckCookies(t *testing.T) {
	t.Parallel()
	v := verify.New(trusted())
	text := policy.Policy{Resource: "https://*/a*", Until: end}.String()
	cookies := verify.ParseCookies([]string{"other=1; CloudFront-Policy=" + policy.Encode([]byte(text)),
		"CloudFront-Signature=" + seal(t, "KEC", crypto.SHA256, text) +
			"; CloudFront-Key-Pair-Id=KEC; CloudFront-Key-Pair-Id=KRSA;CloudFront-Hash-Algorithm=SHA256"})
	for url, want := range map[string]verify.Reason{
		page:                "",
		page + "?a=b":       "",
		page + "?Expires=1": verify.MissingKey, // a signed URL: its cookies are not looked at
		strings.Replace(page, "a.mp4", "b.mp4", 1): verify.ResourceMismatch,
	} {
		if d := v.Check(verify.Request{URL: url, Cookies: cookies, Time: now}); d.Reason != want {
			t.Errorf("%s: got %q, want %q", url, d.Reason, want)
		}
	}
	text = policy.Policy{Resource: page + "?a=b", Until: end}.String()
	cookies = map[string]string{
		"CloudFront-Expires":     fmt.Sprint(end.Unix()),
		"CloudFront-Signature":   seal(t, "KRSA", crypto.SHA1, text),
		"CloudFront-Key-Pair-Id": "KRSA",
	}
	if d := v.Check(verify.Request{URL: page + "?a=b", Cookies: cookies, Time: now}); !d.Allowed {
		t.Errorf("canned cookies: %q", d.Reason)
	}
}

func TestBody(t *testing.T) {
	t.Parallel()
	d := verify.New(trusted()).Check(verify.Request{URL: page})
	want := `<?xml version="1.0" encoding="UTF-8"?><Error><Code>MissingKey</Code>` +
		`<Message>Missing Key-Pair-Id query parameter or cookie value</Message></Error>`
	if got := string(d.Body()); got != want || len(got) != 146 || d.Status != 403 {
		t.Errorf("%d, %d bytes: %s", d.Status, len(got), got)
	}
}

func TestStrip(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"":                                 "",
		"a=b":                              "a=b",
		"a=b&":                             "a=b&",
		"a=b&&Expires=1":                   "a=b&",
		"a=b&Expires=1&":                   "a=b&",
		"&Expires=1":                       "",
		"Expires=1&Signature=2":            "",
		"Expires=1&a=%2f&&Signature=2&b":   "a=%2f&&b",
		"Key-Pair-Id&Hash-Algorithm=x&a=+": "a=+",
		"expires=1&Policy2=x":              "expires=1&Policy2=x",
		"%45xpires=1":                      "%45xpires=1",
	} {
		if got := verify.Strip(query); got != want {
			t.Errorf("Strip(%q) = %q, want %q", query, got, want)
		}
	}
}
