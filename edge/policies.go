package edge

import (
	"encoding/binary"
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

// cacheKey returns what the response to a method is cached under. No part of a signature is
// in it. Each part comes with its length, so that no path that a function makes
// can look like another path and a query. The origin is part of it, because
// behaviors with different origins would otherwise share the paths of a
// function; CloudFront documents host and path only.
func (q *request) cacheKey(method string) string {
	k := &q.behavior.key
	key := make([]byte, 0, len(q.path)+128)
	part := func(s string) {
		key = binary.AppendUvarint(key, uint64(len(s)))
		key = append(key, s...)
	}
	part(q.dist.ID)
	part(q.behavior.Origin.ID)
	part(q.behavior.Origin.DomainName + q.behavior.Origin.Path)
	part(method)
	part(q.path)
	part(filterQuery(q.query, k.query.includes))
	for _, name := range k.headers {
		part(name)
		part(strings.Join(q.headerValues(name), ","))
	}
	part(filterCookies(q.cookies, k.cookies.includes))
	part(q.acceptEncoding())
	return string(key)
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
