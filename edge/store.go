package edge

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/edge/internal/cache"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/pathpattern"
)

// setTimes sets for how long an entry is served, and reports whether it is stored.
func (q *request) setTimes(e *cache.Entry) (keep bool) {
	p := q.lifetimeOf(e.Status)
	ttl, keep := p.Lifetime(e.Status, e.Header, q.now)
	e.Stored, e.Expires = q.now, q.now.Add(ttl)
	e.StaleIfError, e.StaleWhile = p.Stale(e.Header, e.Stored, e.Expires)
	return keep
}

// storeFailure responds for an origin that returned no response, which is cached
// as an error of the origin is.
func (q *request) storeFailure(f *cache.Flight, err error) *response {
	r := q.originFailure(err)
	e := &cache.Entry{Path: q.storedPath(), Status: r.status, Header: r.header.Clone(), Body: r.body, Size: r.length}
	q.setTimes(e)
	f.Settle(e)
	return r
}

// store turns an origin's answer into a cache entry where it may be one, and
// into the response. The body is served while it comes in.
func (q *request) store(f *cache.Flight, resp *http.Response) *response {
	store, key := q.edge.cache, q.cacheKey
	e := q.newEntry(resp)
	keep := q.setTimes(e)
	if resp.ContentLength > store.MaxObject() && q.http.Method != http.MethodHead {
		if keep {
			store.Put(key, &cache.Entry{Path: e.Path, Tags: e.Tags, Expires: e.Expires})
		}
		keep = false
	}
	switch {
	case !keep:
		f.Settle(nil)
		return q.streamOrRange(resp)
	case q.http.Method == http.MethodHead:
		closeBody(resp)
		e.Body = cache.NewBody(nil)
		f.Settle(e)
	case resp.ContentLength >= 0:
		e.Body.Expect(resp.ContentLength)
		f.Settle(e)
		go func() {
			if _, whole := e.Body.Fill(resp.Body, resp.ContentLength); !whole {
				store.Drop(key, e)
			}
		}()
	default:
		go fillUnknown(f, e, resp, store.MaxObject())
	}
	r := q.serveEntry(e, fromMiss)
	if cookies := resp.Header["Set-Cookie"]; cookies != nil && q.behavior.forward.ForwardsCookies() {
		r.header["Set-Cookie"] = cookies // also where it is not stored
	}
	return r
}

// fillUnknown shares an entry once its length is known. When it is too long,
// the viewer that brought it reads on by itself.
func fillUnknown(f *cache.Flight, e *cache.Entry, resp *http.Response, limit int64) {
	size, whole := e.Body.Fill(resp.Body, limit)
	if !whole {
		f.Settle(nil)
		return
	}
	known := *e
	known.Size, known.Header = size, e.Header.Clone()
	setLength(known.Header, size)
	f.Settle(&known)
}

func (q *request) newEntry(resp *http.Response) *cache.Entry {
	h := q.originResponseHeader(resp.Header)
	setLength(h, resp.ContentLength)
	for _, name := range cache.Unstored(h) {
		delete(h, name)
	}
	return &cache.Entry{
		Path: q.storedPath(), Status: resp.StatusCode, Header: h, Body: &cache.Body{}, Size: resp.ContentLength,
		Tags:   q.tagsOf(h),
		Always: resp.Header.Get("Vary") == "*" && q.behavior.CachePolicy.MinTTL == 0,
	}
}

func setLength(h http.Header, n int64) {
	if n >= 0 {
		h.Set("Content-Length", strconv.FormatInt(n, 10))
	}
}

// lifetimeOf returns how long a response with a status is cached.
func (q *request) lifetimeOf(status int) cache.Policy {
	c := &q.behavior.CachePolicy
	p := cache.Policy{Min: c.MinTTL, Default: c.DefaultTTL, Max: c.MaxTTL, Error: awsname.ErrorTTL}
	if e, set := q.dist.errors[status]; set {
		p.Error = e.MinTTL
	}
	if q.behavior.Origin.Bucket != nil {
		p.Error = max(p.Error, time.Second) // as HTTP 4xx and 5xx status codes in the guide says
	}
	return p
}

// tagsOf returns an object's cache tags, which an invalidation finds it by.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-by-tags.html
func (q *request) tagsOf(h http.Header) []string {
	if q.dist.CacheTagHeader == "" {
		return nil
	}
	split := func(c rune) bool { return c == ',' || c == ' ' }
	tags := strings.FieldsFunc(strings.ToLower(strings.Join(h.Values(q.dist.CacheTagHeader), ",")), split)
	return tags[:min(len(tags), maxTags)]
}

// maxTags is how many cache tags an object can have.
const maxTags = 50

// storedPath returns what an invalidation finds an object by: its path and the
// query parameters in the cache key.
func (q *request) storedPath() string {
	path := pathpattern.Normalize(q.path)
	if query := q.behavior.forward.KeyQuery(q.query); query != "" {
		path += "?" + query
	}
	return path
}
