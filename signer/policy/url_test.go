package policy_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/privatecdn/signer/policy"
)

func TestEncodeURL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://h.example/a.mp4":        "https://h.example/a.mp4",
		"https://h.example":              "https://h.example/",
		"https://h.example?a=b":          "https://h.example/?a=b",
		"https://h.example/a?":           "https://h.example/a",
		"HTTPS://H.Example:443/A":        "https://h.example/A",
		"http://h.example:80/":           "http://h.example/",
		"https://h.example:80/":          "https://h.example:80/",
		"http://h.example:443/":          "http://h.example:443/",
		"https://h.example:0443/":        "https://h.example/",
		"https://h.example:08443/":       "https://h.example:8443/",
		"https://h.example:/":            "https://h.example/",
		"https://127.0.0.1:8443/a":       "https://127.0.0.1:8443/a",
		"https://h.example/a b":          "https://h.example/a%20b",
		"https://h.example/a%20b":        "https://h.example/a%20b",
		"https://h.example/a%2Fb%2fc":    "https://h.example/a%2Fb%2fc",
		"https://h.example/100%":         "https://h.example/100%25",
		"https://h.example/100%25":       "https://h.example/100%25",
		"https://h.example/a+b=c&d":      "https://h.example/a+b=c&d",
		"https://h.example/it's?it's":    "https://h.example/it's?it%27s",
		"https://h.example/é/日?q=ü":      "https://h.example/%C3%A9/%E6%97%A5?q=%C3%BC",
		"https://h.example/[a]{b}|c^d`e": "https://h.example/%5Ba%5D%7Bb%7D%7Cc%5Ed%60e",
		"https://h.example/<a>?<b>":      "https://h.example/%3Ca%3E?%3Cb%3E",
		"https://h.example//a//":         "https://h.example//a//",
		"https://h.example/.well-known":  "https://h.example/.well-known",
		"https://h.example/a?b=c?d/../e": "https://h.example/a?b=c?d/../e",
		"https://h.example/a?&":          "https://h.example/a?&",
		"https://Bücher.example/a":       "https://xn--bcher-kva.example/a",
		"https://日本語.example:8443/":      "https://xn--wgv71a119e.example:8443/",
		"https://straße.example/":        "https://xn--strae-oqa.example/",
		"https://bu\u0308cher.example/":  "https://xn--bcher-kva.example/",
		"https://ＦＵＬＬ.example/":          "https://full.example/",
		"https://İstanbul.example/p":     "https://xn--istanbul-o0e.example/p",
		"https://İ.example/p":            "https://xn--i-9bb.example/p",
		"https://STRAẞE.example/p":       "https://strasse.example/p",
		"https://h.example./a":           "https://h.example./a",
		"https://h.example.-0/a b":       "https://h.example.-0/a%20b",
		"https://1a.example/":            "https://1a.example/",
		"https://h.example/a?b=*":        "https://h.example/a?b=%2A",
		"https://h.example/a?r=attachment;filename*=UTF-8''My File": "" +
			"https://h.example/a?r=attachment;filename%2A=UTF-8%27%27My%20File",
		"https://notamazonaws.com/":      "https://notamazonaws.com/",
		"https://amazonaws.com.example/": "https://amazonaws.com.example/",
	} {
		got, err := policy.EncodeURL(raw)
		if err != nil || got != want {
			t.Errorf("EncodeURL(%q) = %q, %v; want %q", raw, got, err, want)
			continue
		}
		if again, err := policy.EncodeURL(got); err != nil || again != got {
			t.Errorf("EncodeURL(%q) = %q, %v", got, again, err)
		}
	}
}

func TestEncodeURLRefuses(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]error{
		"":                             policy.ErrURL,
		"/a":                           policy.ErrURL,
		"h.example/a":                  policy.ErrURL,
		"ftp://h.example/":             policy.ErrURL,
		"https:///a":                   policy.ErrURL,
		" https://h.example/":          policy.ErrURL,
		"https://a@h.example/":         policy.ErrUserinfo,
		"https://[::1]/":               policy.ErrHost,
		"https://h example/":           policy.ErrHost,
		"https://h%2eexample/":         policy.ErrHost,
		"https://h.example:http/":      policy.ErrHost,
		"https://h.example:65536/":     policy.ErrHost,
		"https://./a":                  policy.ErrHost,
		"https://h.example:*/a":        policy.ErrHost,
		"https://h.example../a":        policy.ErrHost,
		"https://\u200d.example/":      policy.ErrHost,
		"https://h.example:65535/a#b":  policy.ErrFragment,
		"https://h.example/a\"":        policy.ErrCharacter,
		"https://h.example/a\tb":       policy.ErrCharacter,
		"https://h.example/a\x7f":      policy.ErrCharacter,
		"https://h.example/\xc3":       policy.ErrCharacter,
		`https://h.example\a`:          policy.ErrBackslash,
		"https://h.example/a/../b":     policy.ErrDotSegment,
		"https://h.example/a/%2E%2e/b": policy.ErrDotSegment,
		"https://h.example/a/.%2e":     policy.ErrDotSegment,
		"https://h.example/.":          policy.ErrDotSegment,
		"https://h.example/*":          policy.ErrWildcard,
		"https://my-bucket.s3.eu-west-1.amazonaws.com/a":     policy.ErrEndpoint,
		"https://my-bucket.s3.amazonaws.com/a b":             policy.ErrEndpoint,
		"https://s3.amazonaws.com/my-bucket/a":               policy.ErrEndpoint,
		"https://S3.AmazonAWS.com/my-bucket/a":               policy.ErrEndpoint,
		"https://b.s3.cn-north-1.amazonaws.com.cn/a":         policy.ErrEndpoint,
		"https://b.s3.eusc-de-east-1.amazonaws.eu/a":         policy.ErrEndpoint,
		"https://b.s3.dualstack.us-gov-west-1.amazonaws.com": policy.ErrEndpoint,
		"https://lb-1.eu-west-1.elb.amazonaws.com/a":         policy.ErrEndpoint,
		"https://2130706433/a":                               policy.ErrHost,
		"https://1.2.3/a":                                    policy.ErrHost,
		"https://1.2.9/a":                                    policy.ErrHost,
		"https://1.2.3.4./a":                                 policy.ErrHost,
		"https://h.0x/a":                                     policy.ErrHost,
		"https://127.0.0.0x1./a":                             policy.ErrHost,
		"https://0x7f.1/a b":                                 policy.ErrHost,
		"https://127.0.0.1.example.0x1f/":                    policy.ErrHost,
		"https://h.example/" + strings.Repeat("a", 8192):     policy.ErrTooLong,
		"https://*.example/a":                                policy.ErrWildcard,
		"http*://h.example/a":                                policy.ErrWildcard,
		"https://h.example/?Expires=1":                       policy.ErrReserved,
		"https://h.example/?a&expires":                       policy.ErrReserved,
		"https://h.example/?KEY-PAIR-ID=x":                   policy.ErrReserved,
		"https://h.example/?hash-algorithm":                  policy.ErrReserved,
		"https://h.example/?a=b&%53ignature=":                policy.ErrReserved,
		"https://h.example/a b?policy=":                      policy.ErrReserved,
	} {
		if got, err := policy.EncodeURL(raw); !errors.Is(err, want) {
			t.Errorf("EncodeURL(%q) = %q, %v; want %v", raw, got, err, want)
		}
	}
}

func TestEncodeResource(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"*":                           "*",
		"*/a b/*":                     "*/a%20b/*",
		"http*://H.example/*.mp4?*":   "http*://h.example/*.mp4?*",
		"*://*.example/é*":            "*://*.example/%C3%A9*",
		"https://h.example*":          "https://h.example*",
		"https://?.h.example/*":       "https://?.h.example/*",
		"https://h.example:8443/*":    "https://h.example:8443/*",
		"https://h.example:*/*":       "https://h.example:*/*",
		"https://h.example/it's?it's": "https://h.example/it's?it%27s",
		`https://h.example/a?b\?x=*`:  `https://h.example/a?b\?x=*`,
		`https://h.example/a\?x='\?*`: `https://h.example/a\?x=%27\?*`,
	} {
		if got, err := policy.EncodeResource(raw); err != nil || got != want {
			t.Errorf("EncodeResource(%q) = %q, %v; want %q", raw, got, err, want)
		}
	}
}

// A URL as long as CloudFront accepts is accepted, and a pattern's host has the
// characters of hosts.
func TestEncodeLimits(t *testing.T) {
	t.Parallel()
	longest := "https://h.example/" + strings.Repeat("a", 8192-len("https://h.example/"))
	if got, err := policy.EncodeURL(longest); err != nil || got != longest {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if got, err := policy.EncodeResource(longest); err != nil || got != longest {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	for raw, want := range map[string]error{
		longest + "a": policy.ErrTooLong, "https://h example/*": policy.ErrHost, "https://h%2eexample/*": policy.ErrHost,
	} {
		if got, err := policy.EncodeResource(raw); !errors.Is(err, want) {
			t.Errorf("%s: %v", got, err)
		}
	}
}

// A URL that is encoded already, as most are, is recognized without a copy.
func TestEncodeURLAllocates(t *testing.T) {
	for _, u := range []string{
		"https://h.example/", "http://h.example/a", "https://a-1.h.example/a%20b/c.d", "https://h.example/a?b",
		"https://h.example/a.b/c?x=1&y=a.b%2F", "https://h.example/a?.b/.c?d",
	} {
		if n := testing.AllocsPerRun(10, func() { _, _ = policy.EncodeURL(u) }); n != 0 {
			t.Errorf("%s: %v allocations", u, n)
		}
	}
}
