package edge

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"reflect"
	"strconv"

	"example.com/privatecdn/edge/internal/cache"
)

const serverName = "CloudFront"

// What X-Cache says, before " from cloudfront".
const (
	fromHit      = "Hit"
	fromMiss     = "Miss"
	fromRefresh  = "RefreshHit"
	fromError    = "Error"
	fromRedirect = "Redirect"
	fromFunction = "FunctionGeneratedResponse"
)

// response is an answer on its way to the viewer. Its header is its own; the
// body is either kept, possibly still growing, or streamed.
type response struct {
	status  int
	header  http.Header
	from    string // X-Cache
	refusal *Refusal
	content bool // came from the origin or the cache, so policies apply to it

	kept   *cache.Body
	offset int64 // of what is sent of kept
	length int64 // bytes to send, -1 when unknown
	stream io.ReadCloser
}

func newResponse(status int, from string) *response {
	return &response{status: status, header: http.Header{}, from: from}
}

func (r *response) setBody(b []byte) {
	r.discard()
	r.kept, r.offset, r.length, r.stream = cache.NewBody(b), 0, int64(len(b)), nil
	r.header.Set("Content-Length", strconv.Itoa(len(b)))
}

// discard closes a body that is not going to be sent.
func (r *response) discard() {
	if r.stream != nil {
		r.stream.Close()
		r.stream = nil
	}
	if r.kept != nil {
		r.kept.Leave()
	}
}

// empty takes the body away, and with it the headers that describe one.
func (r *response) empty() {
	r.discard()
	r.kept, r.length = nil, 0
	r.header.Del("Content-Length")
}

// bodyless reports whether a status is never followed by a body.
func bodyless(status int) bool {
	return status < 200 || status == http.StatusNoContent || status == http.StatusNotModified
}

// write sends the response. An origin that breaks off in the middle breaks off
// the viewer's connection too, so that nobody takes a part for the whole.
func (r *response) write(ctx context.Context, w http.ResponseWriter, head bool) {
	defer r.discard()
	if h := w.Header(); !sameMap(h, r.header) {
		clear(h)
		maps.Copy(h, r.header)
	}
	if h := w.Header(); h["Content-Type"] == nil {
		h["Content-Type"] = nil // an origin that names no type has none guessed for it
	}
	w.WriteHeader(r.status)
	if head || bodyless(r.status) {
		return
	}
	flush := func() { _ = http.NewResponseController(w).Flush() }
	var err error
	switch {
	case r.kept != nil:
		err = r.kept.WriteTo(ctx, w, r.offset, r.length, flush)
	case r.stream != nil && r.length < 0:
		err = copyFlushing(w, r.stream, flush)
	case r.stream != nil:
		_, err = io.Copy(w, r.stream)
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
}

// sameMap reports whether a response was written into the header it goes out
// with.
func sameMap(a, b http.Header) bool {
	return reflect.ValueOf(a).UnsafePointer() == reflect.ValueOf(b).UnsafePointer()
}

// copyFlushing hands on each piece as it comes: a body without a length may be
// events that the viewer waits for.
func copyFlushing(w io.Writer, r io.Reader, flush func()) error {
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return err
			}
			flush()
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// bytes returns the whole body, for a CloudFront function or an error page.
func (r *response) bytes(ctx context.Context) ([]byte, error) {
	var b bytes.Buffer
	var err error
	if r.kept != nil {
		err = r.kept.WriteTo(ctx, &b, r.offset, r.length, func() {})
	} else if r.stream != nil {
		_, err = b.ReadFrom(r.stream)
	}
	return b.Bytes(), err
}
