package edge_test

import (
	"bufio"
	"crypto/tls"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/signer/verify"
)

const secret = "what only a signature opens"

func fuzzEdge(f *testing.F) *edge.Edge {
	return newEdge(f, "s3", edge.Options{
		Clock: func() time.Time { return caseStart },
		Buckets: map[string]fs.FS{"": fstest.MapFS{
			"public/a.txt":         {Data: []byte("open")},
			"public/deep/b.txt":    {Data: []byte("open")},
			"private/a.txt":        {Data: []byte(secret)},
			"private/public/a.txt": {Data: []byte(secret)},
			"Public/a.txt":         {Data: []byte(secret)},
			"publicity/a.txt":      {Data: []byte(secret)},
			"a.txt":                {Data: []byte(secret)},
		}}})
}

// send puts raw bytes in front of the edge, as a server reads them; nil for
// what no server takes for a request.
func send(e http.Handler, raw string) *httptest.ResponseRecorder {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
	if err != nil {
		return nil
	}
	r.TLS, r.RemoteAddr = &tls.ConnectionState{}, "192.0.2.1:1"
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

// No spelling of a path opens what its plain spelling does not.
func FuzzPath(f *testing.F) {
	for _, p := range []string{
		"/public/a.txt", "/private/a.txt", "/public/../private/a.txt", "/public/%2e%2e/private/a.txt",
		"/public/..%2fprivate/a.txt",
		"//private/a.txt", "/public//../private/a.txt", "/public/./../a.txt", "/public%2f..%2fa.txt", "/%70ublic/../a.txt",
		"/public/;/../a.txt", "/public/..\\private/a.txt", "/public/%5c..%5cprivate/a.txt",
		"/public/%252e%252e/private/a.txt",
		"/public/a.txt/../../private/a.txt", "https://cdn.example.com/private/a.txt",
		"http://other/public/../private/a.txt", "/./a.txt",
		"/public/..;/private/a.txt", "/public/%00/../private/a.txt", "/PUBLIC/../private/a.txt",
		"/public/..", "*", "/?/public/a.txt",
	} {
		f.Add(p)
	}
	e := fuzzEdge(f)
	f.Fuzz(func(t *testing.T, path string) {
		w := send(e, "GET "+path+" HTTP/1.1\r\nHost: cdn.example.com\r\n\r\n")
		if w != nil && strings.Contains(w.Body.String(), secret) {
			t.Errorf("%q opens what is signed", path)
		}
	})
}

// No Host and request target open anything beside the directory of a wildcard.
func FuzzHost(f *testing.F) {
	for _, host := range []string{
		"cdn.example.com", "cdn.example.com/private", "cdn.example.com:443", "cdn.example.com?",
		"cdn.example.com/private?", "#", "x@y",
		"[::1]", "[::1%25eth0]", "cdn.example.com.", "..", ":", "cdn.example.com:443/private",
		`cdn.example.com\private`, "",
	} {
		f.Add(host, "/a.txt", true)
		f.Add(host, "https://cdn.example.com/private/../a.txt", false)
	}
	e := fuzzEdge(f)
	g := grant{kind: "custom", until: caseStart.Unix() + 3600, key: "p256", hash: "SHA256",
		resource: "http*://cdn.example.com/private/*"}
	f.Fuzz(func(t *testing.T, host, target string, secure bool) {
		path, _, _ := strings.Cut(target, "?")
		query := g.signURL(t, "/?")[len("/?&"):]
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{}, Host: host,
			RequestURI: path + "?" + query, Header: http.Header{}}
		if secure {
			r.TLS = &tls.ConnectionState{}
		}
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if strings.Contains(w.Body.String(), secret) && !strings.Contains(path, "/private/") {
			t.Errorf("%q opens %q", host, path)
		}
	})
}

// No query and no cookie opens anything without the key: not one made up, and
// not a good signature with something beside it.
func FuzzSignedRequest(f *testing.F) {
	stranger := grant{kind: "custom", until: caseStart.Unix() + 3600,
		key: "stranger", id: "K0000000000000", hash: "SHA256"}
	for _, q := range []string{
		"", "Expires=1767229200&Signature=x&Key-Pair-Id=K", "Policy=e30_&Signature=a_&Key-Pair-Id=",
		"Expires=&Expires=1", "a=1&Hash-Algorithm=SHA256",
		"Signature=%41&Policy=&Key-Pair-Id=K&Key-Pair-Id=L", "&&&=&", "?", "x=1?Signature=y",
		"Expires=99999999999999999999",
	} {
		f.Add(q, "CloudFront-Policy=e30_; CloudFront-Signature=a; CloudFront-Key-Pair-Id=K")
	}
	e := fuzzEdge(f)
	const url = "https://cdn.example.com/private/a.txt"
	strangers := stranger.signURL(f, url)[len(url)+1:]
	good := grant{kind: "canned", until: caseStart.Unix() + 3600, key: "p256", hash: "SHA256"}.signURL(f, url)[len(url)+1:]
	f.Fuzz(func(t *testing.T, query, cookie string) {
		for _, q := range []string{query, query + "&" + strangers, strangers + "&" + query} {
			w := send(e, "GET /private/a.txt?"+q+" HTTP/1.1\r\nHost: cdn.example.com\r\nCookie: "+cookie+"\r\n\r\n")
			if w != nil && w.Code == http.StatusOK {
				t.Errorf("opened by %q and cookie %q", q, cookie)
			}
		}
		w := send(e, "GET /private/a.txt?"+query+"&"+good+" HTTP/1.1\r\nHost: cdn.example.com\r\n\r\n")
		if w != nil && w.Code == http.StatusOK && verify.Strip(query+"&"+good) != "" {
			t.Errorf("a good signature opens another URL: %q", query)
		}
	})
}
