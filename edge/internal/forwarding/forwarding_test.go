package forwarding_test

import (
	"net/http"
	"reflect"
	"slices"
	"testing"

	"example.com/privatecdn/edge/internal/forwarding"
	"example.com/privatecdn/internal/infra"
)

func sel(kind string, names ...string) infra.Selection {
	return infra.Selection{Kind: kind, Names: names}
}

// policyOf returns the policy of a behavior with one selection for each kind.
func policyOf(headers, cookies, query infra.Selection, more ...infra.Selection) *forwarding.Policy {
	b := &infra.Behavior{CachePolicy: infra.CachePolicy{
		Headers: headers, Cookies: cookies, QueryStrings: query, Gzip: true, Brotli: true}}
	if len(more) > 0 {
		b.OriginRequestPolicy = &infra.OriginRequestPolicy{Headers: more[0], Cookies: more[1], QueryStrings: more[2]}
	}
	return forwarding.New(b)
}

var none = sel("none")

func TestHeader(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		s    infra.Selection
		want map[string]bool
	}{
		"none":      {none, map[string]bool{"X-A": false}},
		"whitelist": {sel("whitelist", "x-a"), map[string]bool{"X-A": true, "X-B": false}},
		"all":       {sel("allViewer"), map[string]bool{"X-A": true, "Cloudfront-Viewer-Country": false}},
		"all and one of CloudFront's": {sel("allViewerAndWhitelistCloudFront", "CloudFront-Viewer-Country"),
			map[string]bool{"X-A": true, "Cloudfront-Viewer-Country": true, "Cloudfront-Viewer-City": false}},
		"all but": {sel("allExcept", "X-A"),
			map[string]bool{"X-A": false, "X-B": true, "Cloudfront-Viewer-Country": false}},
		"a star is no wildcard": {sel("whitelist", "X-*"), map[string]bool{"X-A": false}},
	} {
		for header, want := range c.want {
			if got := policyOf(none, none, none, c.s, none, none).Header(header); got != want {
				t.Errorf("%s: %s by the origin request policy: %v", name, header, got)
			}
			if got := policyOf(c.s, none, none).Header(header); got != want {
				t.Errorf("%s: %s by the cache policy: %v", name, header, got)
			}
		}
	}
	p := policyOf(sel("whitelist", "CloudFront-Viewer-City", "X-A"), none, none,
		sel("allViewerAndWhitelistCloudFront", "CloudFront-Is-Mobile-Viewer"), none, none)
	want := []string{"Cloudfront-Viewer-City", "Cloudfront-Is-Mobile-Viewer"}
	if got := p.CloudFrontHeaders(); !reflect.DeepEqual(got, want) {
		t.Errorf("CloudFront's %q, want %q", got, want)
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	const raw = "&a=1&b=%20&&A=2&c&"
	for _, c := range []struct {
		s          infra.Selection
		want       string
		parameters []string
	}{
		{none, "", nil},
		{sel("all"), raw, []string{"*"}},
		{sel("whitelist", "c", "a"), "a=1&c", []string{"a", "c"}},
		{sel("allExcept", "a"), "&b=%20&&A=2&c&", []string{"*", "!a"}},
	} {
		key, request := policyOf(none, none, c.s), policyOf(none, none, none, none, none, c.s)
		if got := key.KeyQuery(raw); got != c.want {
			t.Errorf("%v: key %q, want %q", c.s, got, c.want)
		}
		if key.Query(raw) != c.want || request.Query(raw) != c.want {
			t.Errorf("%v: origin %q and %q, want %q", c.s, key.Query(raw), request.Query(raw), c.want)
		}
		if got := request.KeyQuery(raw); got != "" {
			t.Errorf("%v: %q is in the key", c.s, got)
		}
		if got := key.Parameters(true); !reflect.DeepEqual(got, c.parameters) {
			t.Errorf("%v: parameters %q, want %q", c.s, got, c.parameters)
		}
		if got := request.Parameters(false); !reflect.DeepEqual(got, c.parameters) {
			t.Errorf("%v: parameters %q, want %q", c.s, got, c.parameters)
		}
		if got := request.Parameters(true); got != nil {
			t.Errorf("%v: cached parameters %q", c.s, got)
		}
	}
	both := policyOf(none, none, sel("whitelist", "a"), none, none, sel("allExcept", "a", "b"))
	if got, want := both.Parameters(false), []string{"*", "!b"}; !reflect.DeepEqual(got, want) {
		t.Errorf("of both %q, want %q", got, want)
	}
	if got := both.Query(""); got != "" {
		t.Errorf("of nothing %q", got)
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	all := forwarding.ParseCookies([]string{`b=2; $Path=/; a="1"; lonely`,
		" a=0;CloudFront-Policy=p; CloudFront-Other=o", "CloudFront-Policy=q"})
	want := []forwarding.Cookie{{Name: "CloudFront-Other", Value: "o"}, {Name: "CloudFront-Policy", Value: "p"},
		{Name: "CloudFront-Policy", Value: "q"}, {Name: "a", Value: `"1"`}, {Name: "a", Value: "0"}, {Name: "b", Value: "2"}}
	if !reflect.DeepEqual(all, want) {
		t.Errorf("parsed %q, want %q", all, want)
	}
	for _, c := range []struct {
		s    infra.Selection
		want string
	}{
		{none, ""},
		{sel("all"), `CloudFront-Other=o; a="1"; a=0; b=2`},
		{sel("whitelist", "b"), "b=2"},
		{sel("whitelist", "?"), `a="1"; a=0; b=2`},
		{sel("whitelist", "*b*"), "b=2"},
		{sel("allExcept", "a", "CloudFront-*"), "b=2"},
	} {
		p := policyOf(none, c.s, none)
		if got := p.Cookies(all); got != c.want {
			t.Errorf("%v: %q, want %q", c.s, got, c.want)
		}
		if got := p.ForwardsCookies(); got != (c.want != "") {
			t.Errorf("%v: forwards %v", c.s, got)
		}
	}
	if !policyOf(none, none, none, none, sel("all"), none).ForwardsCookies() {
		t.Error("an origin request policy forwards cookies")
	}
}

func TestEncoding(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"": "", "gzip": "gzip", "br": "br", "GZIP, Br": "br,gzip",
		"deflate, gzip;q=0.5, br": "br,gzip", "br;q=0, gzip": "gzip",
		"gzip; q = 0.0": "", "gzip;q=1": "gzip", "gzipped": "", "*": "", "gzip;x=0": "gzip",
	} {
		if got := policyOf(none, none, none).Encoding([]string{accept}); got != want {
			t.Errorf("%q: %q, want %q", accept, got, want)
		}
	}
	for _, c := range []struct {
		gzip, brotli bool
		want         string
	}{{true, false, "gzip"}, {false, true, "br"}, {false, false, ""}} {
		p := forwarding.New(&infra.Behavior{CachePolicy: infra.CachePolicy{Gzip: c.gzip, Brotli: c.brotli}})
		if got := p.Encoding([]string{"gzip", "br"}); got != c.want || p.Compresses() != (c.want != "") {
			t.Errorf("gzip %v, brotli %v: %q %v", c.gzip, c.brotli, got, p.Compresses())
		}
	}
}

// Two keys are the same only if every part is.
func TestKey(t *testing.T) {
	t.Parallel()
	p := policyOf(sel("whitelist", "x-a"), sel("whitelist", "c"), sel("whitelist", "q"))
	base := forwarding.Key{Distribution: "E", Origin: "o", Method: "GET", Path: "/x/eleven-characters", Query: "q=1",
		Cookies: []forwarding.Cookie{{Name: "c", Value: "1"}}, Encoding: "br"}
	text := func(k forwarding.Key, h http.Header) string {
		return p.Key(k, func(name string) []string { return h[name] })
	}
	h := http.Header{"X-A": {"1"}}
	want := []forwarding.Part{{"distribution", "E"}, {"origin", "o"}, {"method", "GET"},
		{"path", "/x/eleven-characters"}, {"query string", "q=1"}, {"X-A", "1"}, {"cookies", "c=1"}, {"encoding", "br"}}
	if got := forwarding.Parts(text(base, h)); !slices.Equal(got, want) {
		t.Errorf("the parts are %q", got)
	}
	seen := map[string]string{text(base, h): "the key itself"}
	for name, change := range map[string]func(*forwarding.Key){
		"distribution": func(k *forwarding.Key) { k.Distribution = "F" },
		"origin":       func(k *forwarding.Key) { k.Origin = "p" },
		"method":       func(k *forwarding.Key) { k.Method = "OPTIONS" },
		"path":         func(k *forwarding.Key) { k.Path = "/y" },
		"query":        func(k *forwarding.Key) { k.Query = "q=2" },
		"in the path":  func(k *forwarding.Key) { k.Path, k.Query = k.Path+"?q=1", "" },
		"cookie":       func(k *forwarding.Key) { k.Cookies = nil },
		"encoding":     func(k *forwarding.Key) { k.Encoding = "gzip" },
	} {
		k := base
		change(&k)
		if other := seen[text(k, h)]; other != "" {
			t.Errorf("another %s is %s", name, other)
		}
		seen[text(k, h)] = name
	}
	other := policyOf(sel("whitelist", "x-b"), sel("whitelist", "c"), sel("whitelist", "q"))
	if other.Key(base, func(string) []string { return h["X-A"] }) == text(base, h) {
		t.Error("headers of two behaviors share a key")
	}
	for _, values := range [][]string{nil, {"2"}, {"1", "1"}} {
		if other := seen[text(base, http.Header{"X-A": values})]; other != "" {
			t.Errorf("header %q is %s", values, other)
		}
	}
	same := base
	same.Query, same.Cookies = "other=1&q=1", append(base.Cookies, forwarding.Cookie{Name: "d", Value: "1"})
	if text(same, http.Header{"X-A": {"1"}, "X-B": {"2"}}) != text(base, h) {
		t.Error("what the policy does not name is in the key")
	}
	pathEndsLater, queryBeginsEarlier := base, base
	pathEndsLater.Path, pathEndsLater.Query = "/x:q=1", "q=2"
	queryBeginsEarlier.Path, queryBeginsEarlier.Query = "/x", "q=1:q=2"
	if text(pathEndsLater, h) == text(queryBeginsEarlier, h) {
		t.Error("a path and a query share a key with a shorter path and a longer query")
	}
	if !forwarding.IsCloudFront("Cloudfront-Viewer-Country") || forwarding.IsCloudFront("X-Cloudfront-") {
		t.Error("IsCloudFront")
	}
}
