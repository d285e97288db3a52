package edge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/privatecdn/edge"
)

// roundTripper makes an origin of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(body io.Reader, length int64, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: http.StatusOK, Header: h, Body: io.NopCloser(body), ContentLength: length}
}

func httpEdge(t *testing.T, size int64, origin roundTripper) *edge.Edge {
	t.Helper()
	origins := map[string]http.RoundTripper{"origin.example.com": origin}
	return newEdge(t, "http", edge.Options{CacheSize: size, Origins: origins})
}

// A hundred viewers who miss the same object at once cost the origin one
// request, whether it tells the length or not.
func TestConcurrentMissesAreOne(t *testing.T) {
	t.Parallel()
	for _, length := range []int64{5, -1} {
		t.Run(fmt.Sprint(length), func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			release := make(chan struct{})
			e := httpEdge(t, 0, func(*http.Request) (*http.Response, error) {
				asked.Add(1)
				<-release
				return answer(strings.NewReader("hello"), length), nil
			})
			var wg sync.WaitGroup
			for range 100 {
				wg.Go(func() {
					if got := body(t, get(t, e, "https://cdn.example.com/x")); got != "hello" {
						t.Errorf("a viewer got %q", got)
					}
				})
			}
			time.Sleep(20 * time.Millisecond) // let some of them wait; the count holds anyway
			close(release)
			wg.Wait()
			if n := asked.Load(); n != 1 {
				t.Errorf("the origin was asked %d times", n)
			}
		})
	}
}

// An answer that must not be shared is fetched for each viewer, who gets his own,
// compressed.
func TestPrivateAnswersAreNotShared(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	e := httpEdge(t, 0, func(*http.Request) (*http.Response, error) {
		n := asked.Add(1)
		time.Sleep(5 * time.Millisecond)
		text := fmt.Sprintf("answer %2000d", n)
		return answer(strings.NewReader(text), 2007, "Cache-Control", "private", "Content-Type", "text/plain"), nil
	})
	var seen sync.Map
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			r := get(t, e, "https://cdn.example.com/x", "Accept-Encoding", "gzip")
			text := body(t, r)
			if r.Header.Get("Content-Encoding") != "gzip" {
				t.Errorf("a viewer got %v", r.Header)
			}
			if _, twice := seen.LoadOrStore(text, true); twice {
				t.Errorf("two viewers got %q", text)
			}
		})
	}
	wg.Wait()
}

// A body is handed on while it comes: the first half is read before the origin
// has sent the second.
func TestBodiesAreStreamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method string
		length int64
	}{
		"known": {http.MethodGet, 10}, "unknown": {http.MethodGet, -1},
		"not cached, known": {http.MethodPost, 10}, "not cached": {http.MethodPost, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			r, w := io.Pipe()
			srv := httptest.NewServer(httpEdge(t, 0, func(*http.Request) (*http.Response, error) {
				return answer(r, c.length), nil
			}))
			defer srv.Close()
			go func() { _, _ = io.WriteString(w, "first") }()
			req, err := http.NewRequestWithContext(ctx, c.method, srv.URL+"/x", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			half := make([]byte, 5)
			if _, err := io.ReadFull(resp.Body, half); err != nil || string(half) != "first" {
				t.Fatalf("the first half is %q, %v", half, err)
			}
			go func() { _, _ = io.WriteString(w, "after"); w.Close() }()
			if rest := body(t, resp); rest != "after" {
				t.Errorf("the rest is %q", rest)
			}
		})
	}
}

// An origin that breaks off breaks off the viewer's connection, and nothing of
// it stays in the cache.
func TestBrokenOrigin(t *testing.T) {
	t.Parallel()
	for name, length := range map[string]int64{"known": 10, "unknown": -1, "streamed": 9000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			broken := atomic.Bool{}
			broken.Store(true)
			srv := httptest.NewServer(httpEdge(t, 64000, func(*http.Request) (*http.Response, error) {
				if broken.Load() {
					return answer(io.MultiReader(strings.NewReader("hel"), brokenReader{}), length), nil
				}
				return answer(strings.NewReader("hello"), 5), nil
			}))
			defer srv.Close()
			resp, err := http.Get(srv.URL + "/x")
			if err == nil {
				_, err = io.ReadAll(resp.Body)
				resp.Body.Close()
			}
			if err == nil {
				t.Error("the viewer took a part for the whole")
			}
			broken.Store(false)
			eventually(t, "the whole object", func() bool {
				resp, err := http.Get(srv.URL + "/x")
				if err != nil {
					return false
				}
				defer resp.Body.Close()
				text, err := io.ReadAll(resp.Body)
				return err == nil && string(text) == "hello"
			})
		})
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

// A body of unknown length that outgrows the cache goes to its viewer whole,
// and the origin's connection is given back.
func TestSpilledBody(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	closed := make(chan struct{})
	e := httpEdge(t, 64000, func(*http.Request) (*http.Response, error) {
		resp := answer(io.LimitReader(zeros{}, size), -1)
		resp.Body = closer{resp.Body, closed}
		return resp, nil
	})
	if n := len(body(t, get(t, e, "https://cdn.example.com/x"))); n != size {
		t.Errorf("%d bytes of %d came", n, size)
	}
	select {
	case <-closed:
	case <-time.After(30 * time.Second):
		t.Error("the origin's body was left open")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type closer struct {
	io.Reader
	closed chan struct{}
}

func (c closer) Close() error { close(c.closed); return nil }

// A viewer who leaves does not keep the next one from the object he asked for.
func TestLeaderLeaves(t *testing.T) {
	t.Parallel()
	started, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	e := httpEdge(t, 0, func(r *http.Request) (*http.Response, error) {
		once.Do(func() { close(started) })
		select {
		case <-release:
			return answer(strings.NewReader("hello"), 5), nil
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	})
	ctx, leave := context.WithCancel(context.Background())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		r := parseRequest(t, http.MethodGet, "https://cdn.example.com/x", "HTTP/1.1", nil, "").WithContext(ctx)
		_ = aborted(func() { e.ServeHTTP(httptest.NewRecorder(), r) })
	}()
	<-started
	leave()
	close(release)
	<-gone
	if got := body(t, get(t, e, "https://cdn.example.com/x")); got != "hello" {
		t.Errorf("the next viewer got %q", got)
	}
}

// Many viewers of one growing body all get the same bytes.
func TestManyReadersOfAGrowingBody(t *testing.T) {
	t.Parallel()
	whole := bytes.Repeat([]byte("0123456789"), 10000)
	e := httpEdge(t, 0, func(*http.Request) (*http.Response, error) {
		return answer(&slowReader{data: whole}, int64(len(whole))), nil
	})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if got := body(t, get(t, e, "https://cdn.example.com/x")); got != string(whole) {
				t.Errorf("a viewer got %d bytes", len(got))
			}
			if got := body(t, get(t, e, "https://cdn.example.com/x", "Range", "bytes=50000-50009")); got != "0123456789" {
				t.Errorf("a range is %q", got)
			}
		})
	}
	wg.Wait()
}

type slowReader struct {
	data []byte
	off  int
}

func (r *slowReader) Read(p []byte) (int, error) {
	if r.off == len(r.data) {
		return 0, io.EOF
	}
	time.Sleep(100 * time.Microsecond)
	n := copy(p[:min(len(p), 1000)], r.data[r.off:])
	r.off += n
	return n, nil
}

// Within stale-while-revalidate viewers get the stale object at once, while one
// request asks the origin.
func TestStaleWhileRevalidate(t *testing.T) {
	t.Parallel()
	var clock atomic.Int64
	var asked atomic.Int64
	release := make(chan struct{})
	origin := roundTripper(func(*http.Request) (*http.Response, error) {
		n := asked.Add(1)
		if n > 1 {
			<-release
		}
		text := fmt.Sprint(n)
		return answer(strings.NewReader(text), int64(len(text)),
			"Cache-Control", "max-age=60, stale-while-revalidate=60"), nil
	})
	now := func() time.Time { return caseStart.Add(time.Duration(clock.Load())) }
	e := newEdge(t, "http", edge.Options{Clock: now,
		Origins: map[string]http.RoundTripper{"origin.example.com": origin}})
	object := func() string { return body(t, get(t, e, "https://cdn.example.com/x")) }
	if got := object(); got != "1" {
		t.Fatalf("first %q", got)
	}
	clock.Store(int64(90 * time.Second))
	for range 3 {
		if got := object(); got != "1" {
			t.Errorf("stale %q", got)
		}
	}
	close(release)
	eventually(t, "the fresh object", func() bool { return object() == "2" })
	if n := asked.Load(); n != 2 {
		t.Errorf("the origin was asked %d times", n)
	}
}
