package attacks_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"example.com/privatecdn/edge/edgetest"
)

// outside are objects that a signature for /hls/* does not open.
var outside = []string{"PRIVATE report", "PRIVATE film", "PRIVATE other film", "PRIVATE segment of another film"}

// ask hands a request to the edge as no server would: Host and target are
// whatever they are.
func ask(t *testing.T, s *edgetest.Server, host, target string) {
	t.Helper()
	path, query, _ := strings.Cut(target, "?")
	r := &http.Request{
		Method: http.MethodGet, Proto: "HTTP/2.0", ProtoMajor: 2, Host: host, RequestURI: target,
		RemoteAddr: "192.0.2.1:1234", URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{},
		Body: http.NoBody, TLS: &tls.ConnectionState{},
	}
	w := httptest.NewRecorder()
	s.Edge.ServeHTTP(w, r)
	for _, text := range outside {
		if strings.Contains(w.Body.String(), text) {
			t.Fatalf("Host %q, target %q: %s", host, target, w.Body)
		}
	}
}

// FuzzHost sends a signature for a directory with any Host.
func FuzzHost(f *testing.F) {
	s := edgetest.NewServer(f, app, content)
	open := wildcard(f, s, "/hls/*")
	name := host(s)
	for _, h := range []string{
		"", name, name + "/hls", name + "/hls/", name + "?", name + "#", name + "\\hls", "x@" + name, name + "@x",
		name + "%2fhls", strings.ToUpper(name), name + ".", "[::1]", "[" + name + "/hls]", name + "\x00/hls",
		name + ":443/hls", "s3.amazonaws.com",
	} {
		for _, target := range []string{"/report.pdf", "/hls/1.ts", "/film", "//report.pdf", "/hls/../report.pdf"} {
			f.Add(h, target)
		}
	}
	f.Fuzz(func(t *testing.T, host, target string) {
		ask(t, s, host, target+"?"+open)
		ask(t, s, host, target)
	})
}

// FuzzTarget sends a signature for a directory, and for one object in it, with
// any target at the right host.
func FuzzTarget(f *testing.F) {
	s := edgetest.NewServer(f, app, content)
	directory, object := wildcard(f, s, "/hls/*"), query(f, s, "/hls/1.ts")
	for _, target := range []string{
		"/", "/report.pdf", "/hls/1.ts", "/hls/../report.pdf", "/hls/%2e%2e/report.pdf", "/hls/..%2freport.pdf",
		"/hls%2f..%2freport.pdf",
		"//report.pdf", "/./report.pdf", "/public/../report.pdf", "/public/%2e%2e/film", "https://x/report.pdf", "*",
		"film", "/film?v=1",
		"/filmXv=1", "/%66ilm", "/FILM", "/film%00", "/film;x", "/film/", "/hls/1.ts/../../film", "/hls/\\..\\film",
		"/public%2f..%2ffilm",
		"/film?Policy=", "/film?Expires=9999999999&Signature=x&Key-Pair-Id=K", "/report.pdf?X-Amz-Signature=x", "/h\xff/film",
	} {
		f.Add(target, "")
		f.Add(target, "&a=b")
	}
	f.Fuzz(func(t *testing.T, target, more string) {
		for _, q := range []string{directory, object} {
			joint := "?"
			if strings.Contains(target, "?") {
				joint = "&"
			}
			ask(t, s, host(s), target+joint+q+more)
			ask(t, s, host(s), target+joint+more+"&"+q)
		}
	})
}
