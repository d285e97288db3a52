package signer_test

import (
	"crypto"
	"errors"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"

	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

func values(cookies []*http.Cookie) map[string]string {
	m := map[string]string{}
	for _, c := range cookies {
		m[c.Name] = c.Value
	}
	return m
}

func TestCookies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		resource string
		terms    signer.Terms
		options  signer.CookieOptions
		first    string
		want     string // the attributes, as in Set-Cookie
		opens    string
		closed   string
	}{
		"one file": {
			page, signer.Terms{Until: end}, signer.CookieOptions{},
			"CloudFront-Expires", "Path=/films/7/; HttpOnly; Secure; SameSite=Lax", page, page + "?a",
		},
		"directory": {
			host + "/films/7/*", signer.Terms{Until: end}, signer.CookieOptions{},
			"CloudFront-Policy", "Path=/films/7/; HttpOnly; Secure; SameSite=Lax", page, host + "/films/8/a",
		},
		"one character": {
			host + "/films/7/?.ts", signer.Terms{Until: end}, signer.CookieOptions{},
			"CloudFront-Policy", "Path=/films/7/; HttpOnly; Secure; SameSite=Lax", host + "/films/7/1.ts",
			host + "/films/7/12.ts",
		},
		"one file, query": {
			page + "?a=b", signer.Terms{Until: end}, signer.CookieOptions{},
			"CloudFront-Policy", "Path=/films/7/; HttpOnly; Secure; SameSite=Lax", page + "?a=b", page + "?a=c",
		},
		"one file, address": {
			page, signer.Terms{Until: end, IP: ip}, signer.CookieOptions{},
			"CloudFront-Policy", "Path=/films/7/; HttpOnly; Secure; SameSite=Lax", page, page + "?a",
		},
		"names that begin alike": {
			host + "/films/7/a*", signer.Terms{Until: end}, signer.CookieOptions{Path: "/films"},
			"CloudFront-Policy", "Path=/films; HttpOnly; Secure; SameSite=Lax", host + "/films/7/a.ts", page,
		},
		"all": {
			"*", signer.Terms{Until: end}, signer.CookieOptions{Domain: "example.com"},
			"CloudFront-Policy", "Path=/; Domain=example.com; HttpOnly; Secure; SameSite=Lax", page, "",
		},
		"all of the hosts below": {
			"https://*.example.com/*", signer.Terms{Until: end}, signer.CookieOptions{
				Domain: ".Example.com", SameSite: http.SameSiteNoneMode,
			},
			"CloudFront-Policy", "Path=/; Domain=example.com; HttpOnly; Secure; SameSite=None", "https://a.example.com/a", page,
		},
		"http alone": {
			"http://media.example.com:8080/a/*", signer.Terms{Until: end}, signer.CookieOptions{Domain: "example.com"},
			"CloudFront-Policy", "Path=/a/; Domain=example.com; HttpOnly; SameSite=Lax", "http://media.example.com:8080/a/b",
			"https://media.example.com/a/b",
		},
		"exact path": {
			page, signer.Terms{Until: end}, signer.CookieOptions{Path: "/films/7/trailer.mp4"},
			"CloudFront-Expires", "Path=/films/7/trailer.mp4; HttpOnly; Secure; SameSite=Lax", page, "",
		},
		"semicolon": {
			host + "/a/b;c/*", signer.Terms{Until: end}, signer.CookieOptions{},
			"CloudFront-Policy", "Path=/a/; HttpOnly; Secure; SameSite=Lax", host + "/a/b;c/d", page,
		},
		"policy": {
			"", signer.Terms{Policy: policy.Policy{Resource: page, Until: end}.String()}, signer.CookieOptions{},
			"CloudFront-Policy", "Path=/films/7/; HttpOnly; Secure; SameSite=Lax", page, page + "?a",
		},
		"partitioned": {
			host + "/films/7/*", signer.Terms{Until: end}, signer.CookieOptions{Partitioned: true},
			"CloudFront-Policy", "Path=/films/7/; HttpOnly; Secure; SameSite=None; Partitioned", page, host + "/films/8/a",
		},
		"international domain": {
			"https://media.bücher.example/*", signer.Terms{Until: end}, signer.CookieOptions{Domain: "Bücher.example"},
			"CloudFront-Policy", "Path=/; Domain=xn--bcher-kva.example; HttpOnly; Secure; SameSite=Lax",
			"https://media.xn--bcher-kva.example/a", page,
		},
		"resource over the pattern": {
			host + "/films/7/*", signer.Terms{Until: end, Resource: host + "/films/*"}, signer.CookieOptions{},
			"CloudFront-Policy", "Path=/films/; HttpOnly; Secure; SameSite=Lax", page, host + "/a",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSigner(t, ecKey())
			cookies, err := s.Cookies(c.resource, c.terms, c.options)
			if err != nil {
				t.Fatal(err)
			}
			names := []string{c.first, "CloudFront-Signature", "CloudFront-Key-Pair-Id", "CloudFront-Hash-Algorithm"}
			for i, cookie := range cookies {
				_, attributes, _ := strings.Cut(cookie.String(), "; ")
				if cookie.Name != names[i] || attributes != c.want || cookie.Valid() != nil {
					t.Errorf("got %s", cookie)
				}
			}
			for url, allowed := range map[string]bool{c.opens: true, c.closed: false} {
				if d := checkCookies(url, cookies); url != "" && d.Allowed != allowed {
					t.Errorf("%s: allowed %v, %s", url, d.Allowed, d.Reason)
				}
			}
			clear, err := s.ClearCookies(c.resource, c.options)
			if c.resource == "" {
				return
			}
			if err != nil || len(clear) != 5 {
				t.Fatalf("clear: %v, %v", clear, err)
			}
			for _, cookie := range clear {
				if cookie.MaxAge >= 0 || cookie.Value != "" || cookie.Domain != cookies[0].Domain ||
					c.terms.Resource == "" && cookie.Path != cookies[0].Path {
					t.Errorf("clear: %s", cookie)
				}
			}
		})
	}
}

func checkCookies(url string, cookies []*http.Cookie) verify.Decision {
	return verify.New(map[string]crypto.PublicKey{keyID: ecKey().Public()}).
		Check(verify.Request{URL: url, Cookies: values(cookies), Time: now, IP: ip.Addr().Next()})
}

func TestCookiesRefuse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		resource string
		options  signer.CookieOptions
		want     error
	}{
		"domain of another": {host + "/*", signer.CookieOptions{Domain: "example.com"}, signer.ErrCookieDomain},
		"domain like the host's": {
			"https://badexample.com/*", signer.CookieOptions{Domain: "example.com"}, signer.ErrCookieDomain,
		},
		"domain below the host": {
			"https://example.com/*", signer.CookieOptions{Domain: "a.example.com"}, signer.ErrCookieDomain,
		},
		"domain of one label":   {"https://example.com/*", signer.CookieOptions{Domain: "com"}, signer.ErrCookieDomain},
		"domain that is shared": {host + "/*", signer.CookieOptions{Domain: "cloudfront.net"}, signer.ErrCookieDomain},
		"domain is an address": {
			"https://127.0.0.1:8443/*", signer.CookieOptions{Domain: "127.0.0.1"}, signer.ErrCookieDomain,
		},
		"path of another":      {host + "/films/*", signer.CookieOptions{Path: "/a"}, signer.ErrCookiePath},
		"path too narrow":      {host + "/films/*", signer.CookieOptions{Path: "/films/7"}, signer.ErrCookiePath},
		"path inside a name":   {host + "/films/*", signer.CookieOptions{Path: "/fil"}, signer.ErrCookiePath},
		"path without a slash": {host + "/films/*", signer.CookieOptions{Path: "films"}, signer.ErrCookiePath},
		"SameSite over http": {
			"http://h.example/*", signer.CookieOptions{SameSite: http.SameSiteNoneMode}, signer.ErrCookieSameSite,
		},
		"backslash": {host + `\*`, signer.CookieOptions{}, policy.ErrBackslash},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSigner(t, ecKey())
			if _, err := s.Cookies(c.resource, signer.Terms{Until: end}, c.options); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if _, err := s.ClearCookies(c.resource, c.options); !errors.Is(err, c.want) {
				t.Errorf("clear: got %v, want %v", err, c.want)
			}
		})
	}
}

// A cookie's domain is a name alone.
func TestCookieDomainIsAName(t *testing.T) {
	t.Parallel()
	for _, domain := range []string{"example.com:443", "example.com/", "example.com?", "*.example.com", "example .com"} {
		_, err := newSigner(t, ecKey()).Cookies("https://a.example.com/*", signer.Terms{Until: end},
			signer.CookieOptions{Domain: domain})
		if !errors.Is(err, signer.ErrCookieDomain) {
			t.Errorf("%s: %v", domain, err)
		}
	}
}

// Cookies of several resources are told apart by their paths.
func TestCookiesOfSeveral(t *testing.T) {
	t.Parallel()
	s := newSigner(t, ecKey())
	all, err := s.CookiesContext(
		t.Context(),
		[]string{host + "/films/7/*", host + "/films/8/*"},
		signer.Terms{Until: end},
		signer.CookieOptions{},
	)
	if err != nil || len(all) != 8 {
		t.Fatalf("%v, %v", all, err)
	}
	for i, path := range []string{"/films/7/", "/films/8/"} {
		for _, c := range all[4*i : 4*i+4] {
			if c.Path != path {
				t.Errorf("%s", c)
			}
		}
		d := check(ecKey(), host+path+"a", now)
		if d.Allowed {
			t.Error("allowed without cookies")
		}
		request := verify.Request{URL: host + path + "a", Cookies: values(all[4*i : 4*i+4]), Time: now}
		if d := verify.New(map[string]crypto.PublicKey{keyID: ecKey().Public()}).Check(request); !d.Allowed {
			t.Errorf("%s: %s", path, d.Reason)
		}
	}
	for _, c := range []struct {
		resources []string
		path      string
	}{
		{[]string{host + "/films/7/*", host + "/films/*"}, ""},
		{[]string{host + "/films/*", host + "/films/7/*"}, ""},
		{[]string{host + "/films/*.mp4", host + "/films/*.jpg"}, ""},
		{[]string{host + "/films/7/*", host + "/films/8/*"}, "/films"},
		{[]string{host + "/a/*", host + "/a/*"}, ""},
	} {
		_, err := s.CookiesContext(t.Context(), c.resources, signer.Terms{Until: end}, signer.CookieOptions{Path: c.path})
		if !errors.Is(err, signer.ErrCookiePath) {
			t.Errorf("%v: %v", c.resources, err)
		}
	}
	similar := []string{host + "/a/*", host + "/ab/*"}
	if _, err := s.CookiesContext(t.Context(), similar, signer.Terms{Until: end}, signer.CookieOptions{}); err != nil {
		t.Error(err)
	}
}

// A cookie's name and value have at most 4,096 bytes together.
func TestCookieSize(t *testing.T) {
	t.Parallel()
	s := newSigner(t, ecKey())
	largest := 0
	for n := 2900; n < 3100; n++ {
		cookies, err := s.Cookies(
			"https://h.example/"+strings.Repeat("x", n)+"/*",
			signer.Terms{Until: end},
			signer.CookieOptions{},
		)
		if err != nil {
			if !errors.Is(err, signer.ErrCookieSize) {
				t.Fatal(err)
			}
			continue
		}
		for _, c := range cookies {
			largest = max(largest, len(c.Name)+len(c.Value))
		}
	}
	if largest < 4093 || largest > 4096 {
		t.Errorf("the largest cookie has %d bytes", largest)
	}
}

// The public suffix list of a kept library is the judge of shared domains.
func TestCookieDomainIsNotShared(t *testing.T) {
	t.Parallel()
	s := newSigner(t, ecKey(), signer.WithPublicSuffixes(publicsuffix.List))
	for domain, want := range map[string]error{
		"co.uk": signer.ErrCookieDomain, "github.io": signer.ErrCookieDomain, "cloudfront.net": signer.ErrCookieDomain,
		"CloudFront.NET": signer.ErrCookieDomain, "com.au": signer.ErrCookieDomain, "公司.cn": signer.ErrCookieDomain,
		"s3.amazonaws.com": signer.ErrCookieDomain, "uk": signer.ErrCookieDomain, "127.0.0.1": signer.ErrCookieDomain,
		"foo.co.uk": nil, "x.github.io": nil, "d111111abcdef8.cloudfront.net": nil,
		"example.com": nil, "食狮.公司.cn": nil,
	} {
		_, err := s.Cookies("https://a."+domain+"/*", signer.Terms{Until: end}, signer.CookieOptions{Domain: domain})
		if domain == "127.0.0.1" || domain == "s3.amazonaws.com" {
			if err == nil {
				t.Errorf("%s: accepted", domain)
			}
			continue
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", domain, err)
		}
	}
	for _, domain := range []string{"cloudfront.net", "cloudfront.cn", "net"} { // known without a list
		_, err := newSigner(
			t,
			ecKey(),
		).Cookies("https://a."+domain+"/*", signer.Terms{Until: end}, signer.CookieOptions{Domain: domain})
		if !errors.Is(err, signer.ErrCookieDomain) {
			t.Errorf("%s: %v", domain, err)
		}
	}
}

func TestPartitionedCookies(t *testing.T) {
	t.Parallel()
	s := newSigner(t, ecKey())
	cleared, err := s.ClearCookies(host+"/films/7/*", signer.CookieOptions{Partitioned: true})
	if err != nil || len(cleared) != 5 {
		t.Fatal(cleared, err)
	}
	for _, c := range cleared {
		if !c.Partitioned || !c.Secure || c.SameSite != http.SameSiteNoneMode || c.MaxAge != -1 {
			t.Errorf("%s", c)
		}
	}
	for _, c := range []struct {
		resource string
		sameSite http.SameSite
	}{{host + "/*", http.SameSiteLaxMode}, {host + "/*", http.SameSiteStrictMode}, {"http://h.example/*", 0}} {
		_, err := s.Cookies(
			c.resource,
			signer.Terms{Until: end},
			signer.CookieOptions{Partitioned: true, SameSite: c.sameSite},
		)
		if !errors.Is(err, signer.ErrCookieSameSite) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// Any SameSite is kept where nothing is partitioned.
func TestCookieSameSite(t *testing.T) {
	t.Parallel()
	for given, want := range map[http.SameSite]http.SameSite{
		0: http.SameSiteLaxMode, http.SameSiteLaxMode: http.SameSiteLaxMode, http.SameSiteStrictMode: http.SameSiteStrictMode,
		http.SameSiteNoneMode: http.SameSiteNoneMode,
	} {
		options := signer.CookieOptions{SameSite: given}
		cookies, err := newSigner(t, ecKey()).Cookies(host+"/films/*", signer.Terms{Until: end}, options)
		if err != nil || cookies[0].SameSite != want || cookies[0].Partitioned {
			t.Errorf("%v: %v, %v", given, cookies, err)
		}
	}
}
