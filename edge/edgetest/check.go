package edgetest

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/signer"
)

// Clock is a clock that stands still until a test moves it.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the time on the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Response is a response with its whole body.
type Response struct {
	*http.Response
	Text string
}

// Client returns an HTTP client that connects to the server for every host,
// including the domain names of the distributions. It does not follow
// redirects.
func (s *Server) Client() *http.Client { return s.client }

// Signed returns a URL, or the URL of a path on the server, with a signature
// that is valid for an hour. For other terms use Signer.
func (s *Server) Signed(urlOrPath string) string {
	s.t.Helper()
	if s.Signer == nil {
		s.t.Fatal("edgetest: no behavior of the template trusts a key group, so there is nothing to sign for")
	}
	signed, err := s.Signer.URL(s.absolute(urlOrPath), signer.Terms{For: time.Hour})
	s.check(err)
	return signed
}

// check ends the test on an error.
func (s *Server) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal("edgetest: ", err)
	}
}

func (s *Server) absolute(urlOrPath string) string {
	if strings.HasPrefix(urlOrPath, "/") {
		return s.URL + urlOrPath
	}
	return urlOrPath
}

// Get requests a URL, or a path on the server, with headers given as name and
// value in turn.
func (s *Server) Get(urlOrPath string, headers ...string) *Response {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodGet, s.absolute(urlOrPath), nil)
	s.check(err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	return s.Do(req)
}

// Do sends a request to the server and reads the response.
func (s *Server) Do(req *http.Request) *Response {
	s.t.Helper()
	resp, err := s.client.Do(req)
	s.check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	s.check(err)
	return &Response{resp, string(body)}
}

// Opens checks that a viewer receives the content, and returns the response.
func (s *Server) Opens(urlOrPath string, headers ...string) *Response {
	s.t.Helper()
	r := s.Get(urlOrPath, headers...)
	if r.StatusCode/100 != 2 {
		s.t.Errorf("%s does not open: %s, %s %s", urlOrPath, r.Status,
			r.Header.Get("X-Privatecdn-Reason"), r.Header.Get("X-Privatecdn-Why"))
	}
	return r
}

// Refuses checks that a viewer is refused for a reason of package edge or
// package verify, and returns the response.
func (s *Server) Refuses(urlOrPath string, reason edge.Reason, headers ...string) *Response {
	s.t.Helper()
	r := s.Get(urlOrPath, headers...)
	if got := r.Header.Get("X-Privatecdn-Reason"); got != string(reason) {
		s.t.Errorf("%s: %s, reason %q, want a refusal for %q", urlOrPath, r.Status, got, reason)
	}
	return r
}

// ServesFromCache checks that an object is served from the cache, without a
// request to the origin.
func (s *Server) ServesFromCache(urlOrPath string, headers ...string) *Response {
	s.t.Helper()
	r := s.Opens(urlOrPath, headers...)
	if from := r.Header.Get("X-Cache"); from != "Hit from cloudfront" {
		s.t.Errorf("%s: %s, want it from the cache", urlOrPath, from)
	}
	return r
}

// AsksOrigin checks that an object is fetched from the origin or revalidated
// there.
func (s *Server) AsksOrigin(urlOrPath string, headers ...string) *Response {
	s.t.Helper()
	r := s.Opens(urlOrPath, headers...)
	if from := r.Header.Get("X-Cache"); from != "Miss from cloudfront" && from != "RefreshHit from cloudfront" {
		s.t.Errorf("%s: %s, want the origin asked", urlOrPath, from)
	}
	return r
}

// RedirectsToHTTPS checks that plain HTTP redirects to the same path over
// HTTPS.
func (s *Server) RedirectsToHTTPS(path string) *Response {
	s.t.Helper()
	r := s.Get(s.HTTP + path)
	if to := r.Header.Get("Location"); r.StatusCode != http.StatusMovedPermanently || to != s.URL+path {
		s.t.Errorf("%s over HTTP: %s to %q, want a redirect to %s", path, r.Status, to, s.URL+path)
	}
	return r
}
