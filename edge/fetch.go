package edge

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/edge/internal/cache"
	"example.com/privatecdn/edge/internal/forwarding"
)

// fetch responds from the cache or from the origin.
func (q *request) fetch() *response {
	if q.behavior.CachePolicy.MaxTTL <= 0 || !slices.Contains(q.behavior.CachedMethods, q.http.Method) {
		return q.bypassCache()
	}
	q.cacheKey = q.keyFor(strings.Replace(q.http.Method, http.MethodHead, http.MethodGet, 1))
	store := q.edge.cache
	if e := store.Get(q.cacheKey); e != nil && e.Fresh(q.now) {
		return q.serveHit(e)
	}
	if q.http.Method == http.MethodHead {
		q.cacheKey = q.keyFor(http.MethodHead) // the origin's response to HEAD cannot serve a GET
	}
	if q.behavior.forward.ForwardsCookies() { // then requests are not collapsed
		return q.lead(store.Alone(q.cacheKey), store.Get(q.cacheKey))
	}
	stale, flight, lead := store.Join(q.cacheKey, q.now)
	switch {
	case flight == nil: // settled since we looked
		return q.serveHit(stale)
	case stale != nil && !stale.Always && q.now.Before(stale.StaleWhile):
		if lead {
			own := *q // goes on when its viewer has been served
			own.out = http.Header{}
			go func() { own.lead(flight, stale).discard() }()
		}
		return q.serveHit(stale)
	case !lead:
		return q.follow(flight)
	}
	return q.lead(flight, stale)
}

func (q *request) keyFor(method string) string {
	return q.behavior.forward.Key(forwarding.Key{
		Distribution: q.dist.ID, Origin: q.origin().key, Method: method,
		Path: q.path, Query: q.query, Cookies: q.cookies, Encoding: q.acceptEncoding(),
	}, q.headerValues)
}

// acceptEncoding returns the viewer's Accept-Encoding as it is in the cache key.
// Nothing is compressed for HTTP/1.0.
func (q *request) acceptEncoding() string {
	if !q.http.ProtoAtLeast(1, 1) {
		return ""
	}
	return q.behavior.forward.Encoding(q.header["Accept-Encoding"])
}

// serveHit answers with an entry that needs no asking.
func (q *request) serveHit(e *cache.Entry) *response {
	if e.Body == nil {
		return q.bypassCache()
	}
	return q.serveEntry(e, fromHit)
}

// follow waits for what another viewer's request brings. What is not to be
// shared is fetched for this viewer alone.
func (q *request) follow(f *cache.Flight) *response {
	e, err := f.Wait(q.http.Context())
	if err != nil {
		panic(http.ErrAbortHandler) // the viewer has left
	}
	if e == nil {
		return q.bypassCache()
	}
	return q.serveHit(e)
}

// lead asks the origin on behalf of everyone who waits for key. It goes on
// when its own viewer leaves.
func (q *request) lead(f *cache.Flight, stale *cache.Entry) *response {
	defer func() {
		if p := recover(); p != nil {
			f.Settle(nil) // others must not wait for ever
			panic(p)
		}
	}()
	resp, err := q.askOrigin(context.WithoutCancel(q.http.Context()), q.conditionsFor(stale))
	failed := err != nil || resp.StatusCode >= 500
	if failed && stale != nil && stale.Status < 400 && q.now.Before(stale.StaleIfError) {
		closeBody(resp)
		e := *stale
		e.Expires = q.now.Add(q.lifetimeOf(http.StatusBadGateway).Error)
		f.Settle(&e)
		return q.serveEntry(&e, fromHit)
	}
	if err != nil {
		return q.storeFailure(f, err)
	}
	if resp.StatusCode == http.StatusNotModified && stale != nil && stale.Body != nil {
		closeBody(resp)
		e := q.refreshed(stale, resp.Header)
		f.Settle(e)
		return q.serveEntry(e, fromRefresh)
	}
	return q.store(f, resp)
}

// conditionsFor returns the headers that make a request conditional on what is
// in the cache.
func (q *request) conditionsFor(stale *cache.Entry) http.Header {
	h := http.Header{}
	if stale == nil || stale.Always || q.behavior.forward.ForwardsCookies() {
		return h
	}
	for name, of := range map[string]string{"If-None-Match": "Etag", "If-Modified-Since": "Last-Modified"} {
		if v := stale.Header.Get(of); v != "" {
			h.Set(name, v)
		}
	}
	return h
}

// refreshed is a stale entry that the origin says is still right.
func (q *request) refreshed(stale *cache.Entry, update http.Header) *cache.Entry {
	e := *stale
	e.Header = stale.Header.Clone()
	for _, name := range []string{"Cache-Control", "Expires", "Date"} {
		if v := update[name]; v != nil {
			e.Header[name] = v
		}
	}
	q.setTimes(&e)
	return &e
}

// serveEntry makes a response of what of an entry the viewer asked for.
func (q *request) serveEntry(e *cache.Entry, from string) *response {
	r := q.newResponse(e.Status, from, e.Header)
	r.content, r.body, r.length = true, e.Body, e.Size
	if from == fromHit {
		q.age = e.Age(q.now)
		r.header.Set("Age", strconv.FormatInt(int64(q.age/time.Second), 10))
	}
	q.finishContent(r)
	q.applyRange(r)
	return r
}

// finishContent marks what the origin refused and applies the viewer's
// conditions to what it returned.
func (q *request) finishContent(r *response) {
	if r.status >= 400 {
		r.from = fromError
		r.refusal = &Refusal{Reason: ReasonOriginRefused, Why: "the origin returned " + strconv.Itoa(r.status)}
	}
	if r.status == http.StatusOK && isReadMethod(q.http.Method) {
		q.applyConditions(r)
	}
}

func closeBody(resp *http.Response) {
	if resp != nil {
		resp.Body.Close()
	}
}
