package edge_test

import (
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"

	"example.com/privatecdn/edge"
)

// A compressed answer decodes to the object.
func TestCompressedAnswerDecodes(t *testing.T) {
	t.Parallel()
	object := strings.Repeat("what compresses well ", 500)
	content := fstest.MapFS{"public/a.txt": {Data: []byte(object)}}
	e := newEdge(t, "s3", edge.Options{Buckets: map[string]fs.FS{"": content}})
	for coding, decode := range map[string]func(io.Reader) (io.Reader, error){
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	} {
		r := get(t, e, publicURL, "Accept-Encoding", coding)
		if r.Header.Get("Content-Encoding") != coding ||
			r.Header["Accept-Ranges"] != nil || r.Header["Content-Length"] != nil {
			t.Errorf("%s: %v", coding, r.Header)
		}
		plain, err := decode(r.Body)
		if err != nil {
			t.Errorf("%s: %v", coding, err)
			continue
		}
		if text, err := io.ReadAll(plain); err != nil || string(text) != object {
			t.Errorf("%s decodes to %d bytes, %v", coding, len(text), err)
		}
		w := httptest.NewRecorder()
		accepts := http.Header{"Accept-Encoding": {coding}}
		e.ServeHTTP(w, parseRequest(t, http.MethodHead, publicURL, "HTTP/1.1", accepts, ""))
		if w.Header().Get("Content-Encoding") != coding || w.Body.Len() > 0 {
			t.Errorf("%s, HEAD: %v with %d bytes", coding, w.Header(), w.Body.Len())
		}
	}
}

// A range outside of the object is answered by an error page, which is not the
// object: neither ETag nor date is its own.
func TestUnsatisfiableRange(t *testing.T) {
	t.Parallel()
	r := get(t, newEdge(t, "s3", edge.Options{}), publicURL, "Range", "bytes=99-")
	if r.StatusCode != 416 || r.Header["Etag"] != nil || r.Header["Last-Modified"] != nil {
		t.Errorf("%s %v", r.Status, r.Header)
	}
	got := body(t, r)
	if r.Header.Get("Content-Range") != "bytes */6" || !strings.Contains(got, "<Code>InvalidRange</Code>") {
		t.Errorf("%v %s", r.Header, got)
	}
}

// CloudFront compresses up to 10,000,000 bytes, and only for GET and HEAD.
func TestWhatIsCompressed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method string
		size   int64
		coding string
	}{{"HEAD", 10_000_000, "gzip"}, {"HEAD", 10_000_001, ""}, {"POST", 2000, ""}, {"GET", 2000, "gzip"}} {
		e := httpEdge(t, 0, func(*http.Request) (*http.Response, error) {
			return answer(strings.NewReader(strings.Repeat("a", 2000)), c.size, "Content-Type", "text/plain"), nil
		})
		w := httptest.NewRecorder()
		accepts := http.Header{"Accept-Encoding": {"gzip"}}
		e.ServeHTTP(w, parseRequest(t, c.method, "https://cdn.example.com/x", "HTTP/1.1", accepts, ""))
		if got := w.Header().Get("Content-Encoding"); w.Code != 200 || got != c.coding {
			t.Errorf("%s of %d bytes: %d %q", c.method, c.size, w.Code, got)
		}
	}
}
