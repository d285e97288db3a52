package edge

import (
	"context"
	"maps"
	"net/http"
	"strconv"

	"example.com/privatecdn/edge/internal/cache"
)

const serverName = "CloudFront"

// What X-Cache says.
const (
	fromSuffix   = " from cloudfront"
	fromHit      = "Hit" + fromSuffix
	fromMiss     = "Miss" + fromSuffix
	fromRefresh  = "RefreshHit" + fromSuffix
	fromError    = "Error" + fromSuffix
	fromRedirect = "Redirect" + fromSuffix
	fromFunction = "FunctionGeneratedResponse" + fromSuffix
)

// response is a response on its way to the viewer. Its header is the
// http.ResponseWriter's.
type response struct {
	status  int
	header  http.Header
	from    string // X-Cache
	refusal *Refusal
	content bool // came from the origin or the cache, so policies apply to it

	body   *cache.Body
	offset int64 // of what is sent of body
	length int64 // bytes to send, -1 when unknown
}

// newResponse begins a response with a copy of header, in place of one begun
// before.
func (q *request) newResponse(status int, from string, header http.Header) *response {
	clear(q.out)
	maps.Copy(q.out, header)
	return &response{status: status, header: q.out, from: from}
}

func (r *response) setBody(b []byte) {
	r.discard()
	r.body, r.offset, r.length = cache.NewBody(b), 0, int64(len(b))
	r.header.Set("Content-Length", strconv.Itoa(len(b)))
}

// discard ends the reading of the body, sent or not.
func (r *response) discard() {
	if r.body != nil {
		r.body.Leave()
	}
}

// bodyless reports whether a status is never followed by a body.
func bodyless(status int) bool {
	return status < 200 || status == http.StatusNoContent || status == http.StatusNotModified
}

// write sends the response. If an origin breaks off in the middle, so does the
// viewer's connection, so that nobody takes a part for the whole.
func (r *response) write(ctx context.Context, w http.ResponseWriter, head bool) {
	defer r.discard()
	if r.header["Content-Type"] == nil {
		r.header["Content-Type"] = nil // net/http guesses none
	}
	w.WriteHeader(r.status)
	if head || bodyless(r.status) {
		return
	}
	flush := func() { _ = http.NewResponseController(w).Flush() }
	if r.body.WriteTo(ctx, w, r.offset, r.length, flush) != nil {
		panic(http.ErrAbortHandler)
	}
}
