// Package forwarding decides what of a request is in the cache key and what
// reaches the origin, by a behavior's cache policy and origin request policy.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-the-cache-key.html
package forwarding

import (
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/internal/infra"
)

// Policy is what the policies of a behavior say together.
type Policy struct {
	keyHeaders          []string
	keyCookies, keyArgs selection
	gzip, brotli        bool

	headers, cookies, args either // what reaches the origin
}

// New returns the policy of a behavior. What is in the cache key reaches the
// origin too.
func New(b *infra.Behavior) *Policy {
	c := &b.CachePolicy
	headers := headerSelection(c.Headers)
	p := &Policy{
		keyHeaders: headers.names, keyCookies: selectionOf(c.Cookies), keyArgs: selectionOf(c.QueryStrings),
		gzip: c.Gzip, brotli: c.Brotli,
	}
	p.headers, p.cookies, p.args = either{headers}, either{p.keyCookies}, either{p.keyArgs}
	if o := b.OriginRequestPolicy; o != nil {
		p.headers = append(p.headers, headerSelection(o.Headers))
		p.cookies = append(p.cookies, selectionOf(o.Cookies))
		p.args = append(p.args, selectionOf(o.QueryStrings))
	}
	return p
}

// Key is what an object is cached under.
type Key struct {
	Distribution string
	Origin       string // objects of different origins never meet
	Method       string
	Path         string
	Query        string
	Cookies      []Cookie
	Encoding     string // see Policy.Encoding
}

// Key returns the text of a key. header returns the values of a request header.
// Each part comes with its length, so that no path can look like another path
// and a query.
func (p *Policy) Key(k Key, header func(name string) []string) string {
	var buffer [512]byte
	text := buffer[:0]
	part := func(name, value string) {
		text = append(append(strconv.AppendInt(text, int64(len(name)), 10), ':'), name...)
		text = append(append(strconv.AppendInt(text, int64(len(value)), 10), ':'), value...)
	}
	part("distribution", k.Distribution)
	part("origin", k.Origin)
	part("method", k.Method)
	part("path", k.Path)
	part("query string", p.KeyQuery(k.Query))
	for _, name := range p.keyHeaders {
		part(name, strings.Join(header(name), ","))
	}
	part("cookies", joinCookies(k.Cookies, p.keyCookies.includes))
	part("encoding", k.Encoding)
	return string(text)
}

// Part is a part of a cache key.
type Part struct{ Name, Value string }

// Parts returns the parts of a key's text.
func Parts(key string) (parts []Part) {
	next := func() (text string) {
		length, rest, _ := strings.Cut(key, ":")
		n, _ := strconv.Atoi(length)
		text, key = rest[:n], rest[n:]
		return text
	}
	for key != "" {
		parts = append(parts, Part{next(), next()})
	}
	return parts
}

// KeyQuery returns the part of a raw query that is in the cache key.
func (p *Policy) KeyQuery(raw string) string { return filterQuery(raw, p.keyArgs.includes) }

// Parameters returns the query parameters that reach the origin and, where
// responses are cached, are in the cache key: names, or "*" and "!NAME" for all
// but some.
func (p *Policy) Parameters(cached bool) []string {
	from := p.args
	if cached {
		from = either{p.keyArgs}
	}
	var names, except []string
	all := false
	for _, s := range from {
		switch s.kind {
		case "whitelist":
			names = append(names, s.names...)
		case "all", "allExcept":
			all = true
			except = append(except, s.names...)
		}
	}
	if !all {
		return slices.Compact(slices.Sorted(slices.Values(names)))
	}
	names = []string{"*"}
	for _, n := range slices.Compact(slices.Sorted(slices.Values(except))) {
		if !from.includes(n) {
			names = append(names, "!"+n)
		}
	}
	return names
}

// Query returns the part of a raw query that reaches the origin.
func (p *Policy) Query(raw string) string { return filterQuery(raw, p.args.includes) }

// Cookies returns the Cookie header that reaches the origin.
func (p *Policy) Cookies(cookies []Cookie) string { return joinCookies(cookies, p.cookies.includes) }

// ForwardsCookies reports whether cookies can reach the origin.
func (p *Policy) ForwardsCookies() bool {
	return slices.ContainsFunc(p.cookies, func(s selection) bool { return s.kind != "none" })
}

// Header reports whether a request header, by its canonical name, reaches the
// origin.
func (p *Policy) Header(name string) bool { return p.headers.includes(name) }

// CloudFrontHeaders returns the headers of CloudFront's own that the policies
// include by name.
func (p *Policy) CloudFrontHeaders() (names []string) {
	for _, s := range p.headers {
		for _, name := range s.names {
			if IsCloudFront(name) && s.includes(name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// IsCloudFront reports whether a header, by its canonical name, is one that
// CloudFront adds. Policies have to name each.
func IsCloudFront(name string) bool { return strings.HasPrefix(name, "Cloudfront-") }

// Compresses reports whether compressed objects are requested from the origin
// and cached.
func (p *Policy) Compresses() bool { return p.gzip || p.brotli }

// Encoding returns a viewer's Accept-Encoding as CloudFront normalizes it:
// "br,gzip", "br", "gzip" or "".
func (p *Policy) Encoding(accept []string) string {
	list := strings.Join(accept, ",")
	br, gz := p.brotli && accepts(list, "br"), p.gzip && accepts(list, "gzip")
	switch {
	case br && gz:
		return "br,gzip"
	case br:
		return "br"
	case gz:
		return "gzip"
	default:
		return ""
	}
}

func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		weight, found := strings.CutPrefix(strings.ReplaceAll(q, " ", ""), "q=")
		return !found || strings.Trim(weight, "0.") != ""
	}
	return false
}
