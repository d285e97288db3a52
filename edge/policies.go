package edge

import (
	"net/http"
	"strings"
	"time"

	"example.com/privatecdn/edge/internal/cache"
	"example.com/privatecdn/internal/infra"
)

// keyPolicy is what a cache policy takes into the cache key.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-the-cache-key.html
type keyPolicy struct {
	headers        []string
	cookies, query selection
	gzip, brotli   bool
}

func newKeyPolicy(b *infra.Behavior) keyPolicy {
	p := b.CachePolicy
	return keyPolicy{
		headers: headerSelection(p.Headers).names,
		cookies: selectionOf(p.Cookies),
		query:   selectionOf(p.QueryStrings),
		gzip:    p.Gzip, brotli: p.Brotli,
	}
}

// cacheKey is the request's key in the cache. No part of a signature is in it.
func (q *request) cacheKey() string {
	k := &q.behavior.key
	var b strings.Builder
	b.Grow(len(q.path) + 64)
	b.WriteString(q.dist.ID)
	b.WriteByte(' ')
	if q.http.Method == http.MethodOptions {
		b.WriteString(http.MethodOptions)
	}
	b.WriteByte(' ')
	b.WriteString(q.path)
	if k.query.kind != "none" {
		if q := filterQuery(q.query, k.query.includes); q != "" {
			b.WriteByte('?')
			b.WriteString(q)
		}
	}
	for _, name := range k.headers {
		b.WriteString("\n" + name + ":")
		b.WriteString(strings.Join(q.headerValues(name), ","))
	}
	if k.cookies.kind != "none" {
		b.WriteString("\n\nCookie:")
		b.WriteString(filterCookies(q.cookies, k.cookies.includes))
	}
	if k.gzip || k.brotli {
		b.WriteString("\n\n\n")
		b.WriteString(q.acceptEncoding())
	}
	return b.String()
}

// acceptEncoding is the viewer's Accept-Encoding as CloudFront normalizes it:
// "br,gzip", "br", "gzip" or "". Nothing is compressed for HTTP/1.0.
func (q *request) acceptEncoding() string {
	k := &q.behavior.key
	if !q.http.ProtoAtLeast(1, 1) {
		return ""
	}
	accepted := strings.Join(q.header["Accept-Encoding"], ",")
	br, gz := k.brotli && accepts(accepted, "br"), k.gzip && accepts(accepted, "gzip")
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

// forwarding is what reaches the origin: the cache key and what the origin
// request policy adds.
type forwarding struct{ headers, cookies, query either }

func newForwarding(b *infra.Behavior) forwarding {
	c := b.CachePolicy
	f := forwarding{
		headers: either{headerSelection(c.Headers)},
		cookies: either{selectionOf(c.Cookies)},
		query:   either{selectionOf(c.QueryStrings)},
	}
	if o := b.OriginRequestPolicy; o != nil {
		f.headers = append(f.headers, headerSelection(o.Headers))
		f.cookies = append(f.cookies, selectionOf(o.Cookies))
		f.query = append(f.query, selectionOf(o.QueryStrings))
	}
	return f
}

// ttlPolicy is how long a behavior's objects are kept.
type ttlPolicy struct{ min, def, max time.Duration }

func newTTLPolicy(p infra.CachePolicy) ttlPolicy {
	return ttlPolicy{p.MinTTL, p.DefaultTTL, p.MaxTTL}
}

// defaultErrorTTL is the error caching minimum TTL where none is set.
const defaultErrorTTL = 10 * time.Second

func (q *request) lifetimeOf(status int) cache.Policy {
	t := q.behavior.lifetime
	p := cache.Policy{Min: t.min, Default: t.def, Max: t.max, Error: defaultErrorTTL}
	if c, set := q.dist.errors[status]; set {
		p.Error = c.MinTTL
	}
	return p
}
