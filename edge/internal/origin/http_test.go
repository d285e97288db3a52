package origin_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/privatecdn/edge/internal/origin"
	"example.com/privatecdn/internal/infra"
)

// short is a timeout that is meant to pass.
const short = 30 * time.Millisecond

// leadTo dials one server whatever the name asked for.
func leadTo(server *httptest.Server) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}
}

func get(t *testing.T, transport http.RoundTripper, method, url string) (*http.Response, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody) // as a server's requests have it
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.RoundTrip(r)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, string(body), err
}

func TestHTTPPassesOn(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		io.WriteString(w, r.Host+" "+r.RequestURI+" "+r.Header.Get("Accept-Encoding"))
	}))
	t.Cleanup(server.Close)
	transport := origin.NewTestHTTP(&infra.Origin{DomainName: "app.example.com"}, leadTo(server), nil)

	response, body, err := get(t, transport, "GET", "http://app.example.com/a//b/%2e%2e/c?x=1&x=2")
	if err != nil {
		t.Fatal(err)
	}
	if want := "app.example.com /a//b/%2e%2e/c?x=1&x=2 "; body != want {
		t.Errorf("the origin saw %q, want %q", body, want)
	}
	if got := response.Header.Get("Content-Encoding"); got != "gzip" {
		t.Errorf("Content-Encoding is %q: the body was changed on its way", got)
	}
	response, _, err = get(t, transport, "GET", "http://app.example.com/moved")
	if err != nil || response.StatusCode != 302 {
		t.Errorf("redirect: %v, %v; it is the viewer's to follow", response, err)
	}
}

func TestHTTPConnectFails(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	cases := map[string]struct {
		dial    func(context.Context) error
		timeout bool
	}{
		"refused": {func(context.Context) error { return refused }, false},
		"silence": {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, true},
	}
	for name, c := range cases {
		for _, method := range []string{"GET", "POST"} {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				var dials atomic.Int32
				transport := origin.NewTestHTTP(&infra.Origin{DomainName: "app.example.com", ConnectTimeout: short, Attempts: 2},
					func(ctx context.Context, _, _ string) (net.Conn, error) {
						dials.Add(1)
						return nil, c.dial(ctx)
					}, nil)
				_, _, err := get(t, transport, method, "http://app.example.com/")
				checkFailure(t, err, "connect", 2, c.timeout)
				if dials.Load() != 2 {
					t.Errorf("%d dials", dials.Load())
				}
			})
		}
	}
}

// onceOpen is a body that cannot be read once it is closed.
type onceOpen struct {
	io.Reader
	closed bool
}

func (b *onceOpen) Close() error { b.closed = true; return nil }

func (b *onceOpen) Read(p []byte) (int, error) {
	if b.closed {
		return 0, io.ErrClosedPipe
	}
	return b.Reader.Read(p)
}

// The body of a request is still there for the attempt after one that could not
// connect, and closed at the end.
func TestHTTPSendsBodyAtSecondAttempt(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	t.Cleanup(server.Close)
	var dials atomic.Int32
	transport := origin.NewTestHTTP(&infra.Origin{DomainName: "app.example.com"},
		func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials.Add(1) == 1 {
				return nil, errors.New("connection refused")
			}
			return leadTo(server)(ctx, network, address)
		}, nil)
	sent := &onceOpen{Reader: strings.NewReader("body")}
	r, _ := http.NewRequestWithContext(t.Context(), "POST", "http://app.example.com/", sent)
	response, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got, err := io.ReadAll(response.Body); err != nil || string(got) != "body" || !sent.closed {
		t.Errorf("the origin saw %q, %v; the body is closed: %v", got, err, sent.closed)
	}
}

// checkFailure compares an error's step, attempts and whether it is a timeout.
func checkFailure(t *testing.T, err error, step string, attempts int, timeout bool) {
	t.Helper()
	want := fmt.Sprintf("failed to %s, attempts: %d: ", step, attempts)
	if err == nil || !strings.Contains(err.Error(), want) || origin.IsTimeout(err) != timeout {
		t.Errorf("%v, a timeout: %v; want %s, a timeout: %v", err, origin.IsTimeout(err), want, timeout)
	}
}

func TestHTTPReadTimeout(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]int{"GET": 3, "HEAD": 3, "POST": 1} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				<-r.Context().Done()
			}))
			t.Cleanup(server.Close)
			transport := origin.NewTestHTTP(
				&infra.Origin{DomainName: "app.example.com", ReadTimeout: short}, leadTo(server), nil)
			_, _, err := get(t, transport, method, "http://app.example.com/")
			checkFailure(t, err, "respond", want, true)
			if int(asked.Load()) != want {
				t.Errorf("%d requests, want %d", asked.Load(), want)
			}
		})
	}
}

func TestHTTPStalledBody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	transport := origin.NewTestHTTP(
		&infra.Origin{DomainName: "app.example.com", ReadTimeout: 5 * short}, leadTo(server), nil)
	if _, body, err := get(t, transport, "GET", "http://app.example.com/"); err == nil || body != "half" {
		t.Errorf("got %q, %v; want the half and an error", body, err)
	}
}

func TestHTTPCertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	o := &infra.Origin{DomainName: "example.com"} // in httptest's certificate

	elsewhere := &infra.Origin{DomainName: "lb.test"}
	for name, c := range map[string]struct {
		origin *infra.Origin
		host   string // of the request
		roots  *x509.CertPool
		opens  bool
	}{
		"for the origin":           {o, "example.com", trusted, true},
		"for the forwarded host":   {elsewhere, "www.example.com", trusted, true},
		"for the origin, not host": {o, "cdn.other.test", trusted, true},
		"for neither":              {elsewhere, "other.test", trusted, false},
		"nobody vouches for":       {o, "example.com", nil, false},
	} {
		var conn net.Conn
		transport := origin.NewTestHTTP(c.origin, func(ctx context.Context, network, address string) (_ net.Conn, err error) {
			conn, err = leadTo(server)(ctx, network, address)
			return conn, err
		}, c.roots)
		r, _ := http.NewRequestWithContext(t.Context(), "GET", "https://"+c.origin.DomainName+"/", nil)
		r.Host = c.host
		response, err := transport.RoundTrip(r)
		if !c.opens {
			checkFailure(t, err, "connect", 1, false)
			if _, err := conn.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
				t.Errorf("a certificate %s: the connection is left open: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("a certificate %s: %v", name, err)
			continue
		}
		response.Body.Close()
	}
}

// TestHTTPSilentHandshake: a server that takes the connection and says nothing
// is one that cannot be connected to.
func TestHTTPSilentHandshake(t *testing.T) {
	t.Parallel()
	transport := origin.NewTestHTTP(&infra.Origin{DomainName: "app.example.com", ConnectTimeout: short, Attempts: 2},
		func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			t.Cleanup(func() { far.Close() })
			go func() { _, _ = io.Copy(io.Discard, far) }()
			return near, nil
		}, nil)
	_, _, err := get(t, transport, "GET", "https://app.example.com/")
	checkFailure(t, err, "connect", 2, true)
}

func TestHTTPViewerGone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // until then the server does not see a viewer go
		cancel()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	r, _ := http.NewRequestWithContext(ctx, "POST", "http://app.example.com/", strings.NewReader("body"))
	_, err := origin.NewTestHTTP(&infra.Origin{DomainName: "app.example.com"}, leadTo(server), nil).RoundTrip(r)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want the context's", err)
	}
}
