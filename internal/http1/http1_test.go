package http1_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/privatecdn/internal/http1"
)

// handler answers by path with everything a handler may do.
func handler(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/x-test") // which net/http would guess
	switch r.URL.Path {
	case "/length":
		w.Header().Set("Content-Length", "5")
		_, _ = io.WriteString(w, "hel")
		_, _ = io.WriteString(w, "lo")
	case "/chunks":
		_, _ = io.WriteString(w, "hel")
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, "lo")
		_, _ = io.WriteString(w, strings.Repeat("x", 5000))
	case "/empty":
		w.Header().Set("Content-Length", "0")
	case "/status":
		w.Header().Set("Content-Length", "2")
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, "no")
	case "/304":
		w.WriteHeader(http.StatusNotModified)
		_, err := io.WriteString(w, "body")
		if !errors.Is(err, http.ErrBodyNotAllowed) {
			panic(err)
		}
	case "/204":
		w.WriteHeader(http.StatusNoContent)
	case "/short":
		w.Header().Set("Content-Length", "9")
		_, _ = io.WriteString(w, "abc")
	case "/abort":
		panic(http.ErrAbortHandler)
	case "/panic":
		panic("on purpose")
	case "/split":
		w.Header().Set("X-Own", "a\r\nX-Injected: b")
		w.Header().Set("Content-Length", "0")
	default:
		body, _ := io.ReadAll(r.Body)
		text := fmt.Sprintf("%s %s %s host=%s q=%s a=%v body=%s", r.Method, r.RequestURI, r.Proto, r.Host, r.URL.RawQuery, r.Header["A"], body)
		w.Header().Set("Content-Length", fmt.Sprint(len(text)))
		_, _ = io.WriteString(w, text)
	}
}

func quiet() *http.Server {
	return &http.Server{Handler: http.HandlerFunc(handler), ErrorLog: log.New(io.Discard, "", 0)}
}

func start(t *testing.T, serve func(net.Listener, *http.Server) error) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := quiet()
	done := make(chan error, 1)
	go func() { done <- serve(l, srv) }()
	t.Cleanup(func() {
		srv.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("Serve returned %v", err)
		}
	})
	return l.Addr().String()
}

// exchange sends raw bytes, closes its side and reads everything that comes,
// as the status lines, bodies and headers of so many responses.
func exchange(t *testing.T, addr, raw string, method string, responses int) string {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.WriteString(c, raw); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	r := bufio.NewReader(c)
	for range responses {
		resp, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			fmt.Fprintf(&all, "broken off\n")
			break
		}
		body, err := io.ReadAll(resp.Body)
		resp.Header.Del("Date")
		fmt.Fprintf(&all, "%s %s %v length=%d broken=%v %q\n", resp.Proto, resp.Status, resp.Header, resp.ContentLength, err != nil, body)
	}
	return all.String()
}

// Whatever comes, a viewer cannot tell this server from net/http's.
func TestLikeNetHTTP(t *testing.T) {
	t.Parallel()
	ours := start(t, http1.Serve)
	theirs := start(t, func(l net.Listener, srv *http.Server) error { return srv.Serve(l) })
	const h = "Host: a.example\r\n"
	for name, c := range map[string]struct {
		raw       string
		responses int
	}{
		"plain":              {"GET /x?y=%20z HTTP/1.1\r\n" + h + "A: 1\r\na: 2\r\n\r\n", 1},
		"pipelined":          {"GET /1 HTTP/1.1\r\n" + h + "\r\nGET /2 HTTP/1.1\r\n" + h + "\r\nGET /length HTTP/1.1\r\n" + h + "\r\n", 3},
		"then a body":        {"GET /1 HTTP/1.1\r\n" + h + "\r\nPOST /2 HTTP/1.1\r\n" + h + "Content-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\n" + h + "\r\n", 3},
		"chunked body":       {"POST /1 HTTP/1.1\r\n" + h + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /2 HTTP/1.1\r\n" + h + "\r\n", 2},
		"get with body":      {"GET /1 HTTP/1.1\r\n" + h + "Content-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\n" + h + "\r\n", 2},
		"both lengths":       {"GET /1 HTTP/1.1\r\n" + h + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /2 HTTP/1.1\r\n" + h + "\r\n", 2},
		"close":              {"GET /1 HTTP/1.1\r\n" + h + "Connection: close\r\n\r\nGET /2 HTTP/1.1\r\n" + h + "\r\n", 2},
		"HTTP/1.0":           {"GET /1 HTTP/1.0\r\n" + h + "\r\nGET /2 HTTP/1.0\r\n\r\n", 2},
		"keep-alive":         {"GET /1 HTTP/1.1\r\n" + h + "Connection: Keep-Alive\r\n\r\nGET /2 HTTP/1.1\r\n" + h + "\r\n", 2},
		"no host":            {"GET /1 HTTP/1.1\r\n\r\n", 1},
		"two hosts":          {"GET /1 HTTP/1.1\r\n" + h + h + "\r\n", 1},
		"bad host":           {"GET /1 HTTP/1.1\r\nHost: a b\r\n\r\n", 1},
		"absolute":           {"GET http://b.example/1 HTTP/1.1\r\n" + h + "\r\n", 1},
		"double slash":       {"GET //b/1 HTTP/1.1\r\n" + h + "\r\n", 1},
		"bad escape":         {"GET /%zz HTTP/1.1\r\n" + h + "\r\n", 1},
		"odd path":           {"GET /a/../b;c/%2e%2e HTTP/1.1\r\n" + h + "\r\n", 1},
		"space in name":      {"GET /1 HTTP/1.1\r\n" + h + "A : 1\r\n\r\n", 1},
		"folded line":        {"GET /1 HTTP/1.1\r\n" + h + "A: 1\r\n 2\r\n\r\n", 1},
		"control in value":   {"GET /1 HTTP/1.1\r\n" + h + "A: \x01\r\n\r\n", 1},
		"no colon":           {"GET /1 HTTP/1.1\r\n" + h + "A\r\n\r\n", 1},
		"bare line feeds":    {"GET /1 HTTP/1.1\nHost: a.example\n\n", 1},
		"leading empty line": {"\r\nGET /1 HTTP/1.1\r\n" + h + "\r\n", 1},
		"large head":         {"GET /1 HTTP/1.1\r\n" + h + "A: " + strings.Repeat("x", 9000) + "\r\n\r\n", 1},
		"expect":             {"GET /1 HTTP/1.1\r\n" + h + "Expect: 100-continue\r\n\r\n", 1},
		"nonsense":           {"nonsense\r\n\r\n", 1},
		"other version":      {"GET /1 HTTP/3.0\r\n" + h + "\r\n", 1},
		"empty target":       {"GET  HTTP/1.1\r\n" + h + "\r\n", 1},
		"two pieces":         {"GET /length HTTP/1.1\r\n" + h + "\r\n", 1},
		"chunks":             {"GET /chunks HTTP/1.1\r\n" + h + "\r\nGET /1 HTTP/1.1\r\n" + h + "\r\n", 2},
		"empty":              {"GET /empty HTTP/1.1\r\n" + h + "\r\nGET /1 HTTP/1.1\r\n" + h + "\r\n", 2},
		"status":             {"GET /status HTTP/1.1\r\n" + h + "\r\n", 1},
		"304":                {"GET /304 HTTP/1.1\r\n" + h + "\r\nGET /1 HTTP/1.1\r\n" + h + "\r\n", 2},
		"204":                {"GET /204 HTTP/1.1\r\n" + h + "\r\nGET /1 HTTP/1.1\r\n" + h + "\r\n", 2},
		"less than promised": {"GET /short HTTP/1.1\r\n" + h + "\r\nGET /1 HTTP/1.1\r\n" + h + "\r\n", 2},
		"aborted":            {"GET /abort HTTP/1.1\r\n" + h + "\r\nGET /1 HTTP/1.1\r\n" + h + "\r\n", 2},
		"panic":              {"GET /panic HTTP/1.1\r\n" + h + "\r\n", 1},
		"injected header":    {"GET /split HTTP/1.1\r\n" + h + "\r\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, want := exchange(t, ours, c.raw, "GET", c.responses), exchange(t, theirs, c.raw, "GET", c.responses)
			if got != want {
				t.Errorf("%q\n gave %s\n want %s", c.raw, got, want)
			}
		})
	}
	t.Run("HEAD", func(t *testing.T) {
		t.Parallel()
		const raw = "HEAD /length HTTP/1.1\r\n" + h + "\r\nHEAD /status HTTP/1.1\r\n" + h + "\r\n"
		if got, want := exchange(t, ours, raw, "HEAD", 2), exchange(t, theirs, raw, "HEAD", 2); got != want {
			t.Errorf("gave %s\n want %s", got, want)
		}
	})
}

// A request that comes byte by byte is a request.
func TestSlowRequest(t *testing.T) {
	t.Parallel()
	c, err := net.Dial("tcp", start(t, http1.Serve))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		for _, b := range []byte("GET /length HTTP/1.1\r\nHost: a\r\n\r\n") {
			_, _ = c.Write([]byte{b})
		}
	}()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("%v, %v", resp, err)
	}
}

// A head that never ends is given up after ReadHeaderTimeout, and so is a
// connection that asks nothing after IdleTimeout.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	addr := start(t, func(l net.Listener, srv *http.Server) error {
		srv.ReadHeaderTimeout, srv.IdleTimeout = 50*time.Millisecond, 50*time.Millisecond
		return http1.Serve(l, srv)
	})
	for _, raw := range []string{"GET / HTTP/1.1\r\nHost: a\r\n", ""} {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_, _ = io.WriteString(c, raw)
		_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
		if _, err := io.ReadAll(c); err != nil {
			t.Errorf("after %q the connection is not closed: %v", raw, err)
		}
	}
}

// Many connections at once, some ended by a shutdown.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := quiet()
	done := make(chan error, 1)
	go func() { done <- http1.Serve(l, srv) }()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 20}}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			for j := range 50 {
				path := fmt.Sprintf("/%d/%d", i, j)
				resp, err := client.Get("http://" + l.Addr().String() + path)
				if err != nil {
					t.Error(err)
					return
				}
				body, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				if !strings.HasPrefix(string(body), "GET "+path+" ") {
					t.Errorf("%s gave %s", path, body)
				}
			}
		})
	}
	wg.Wait()
	if err := srv.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("Serve returned %v", err)
	}
	if _, err := client.Get("http://" + l.Addr().String()); err == nil {
		t.Error("it answers after the shutdown")
	}
}
