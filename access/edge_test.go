package access_test

import (
	"crypto/tls"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/privatecdn/access"
	"example.com/privatecdn/edge"
)

// everything is a bucket that has every object. It implements fs.FS.
type everything struct{}

func (everything) Open(name string) (fs.File, error) {
	if name == "." {
		return fstest.MapFS{}.Open(name)
	}
	return fstest.MapFS{name: {Data: []byte(name)}}.Open(name)
}

// served reports whether an edge with a site's template returns the object at a
// path to somebody without a signature, or leads from plain HTTP to HTTPS.
func served(t *testing.T, s *site, method, scheme, path string) bool {
	t.Helper()
	e, err := edge.New(edge.Options{Text: s.template(), NoWatch: true, Buckets: map[string]fs.FS{"": everything{}},
		Origins: map[string]http.RoundTripper{"www.example.com": website{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	request := httptest.NewRequest(method, scheme+"://"+e.Deployments()[0].Hosts[0]+path, nil)
	if scheme == "https" {
		request.TLS = &tls.ConnectionState{HandshakeComplete: true}
	}
	response := httptest.NewRecorder()
	e.ServeHTTP(response, request)
	return response.Code == http.StatusOK || scheme == "http" && response.Code == http.StatusMovedPermanently
}

// website responds to every request with its method and path. It implements http.RoundTripper.
type website struct{}

func (website) RoundTrip(r *http.Request) (*http.Response, error) {
	response := httptest.NewRecorder()
	response.Header().Set("X-Method", r.Method)
	_, _ = response.WriteString("www:" + strings.TrimPrefix(r.URL.Path, "/"))
	result := response.Result()
	result.Request = r
	return result, nil
}

// Every witness of a finding about access is put to the edges of both templates:
// a path that became public opens and did not, a path that became signed did, a
// path that requires HTTPS opened over plain HTTP, and methods are refused on
// one side alone.
func TestWitnessesAtTheEdge(t *testing.T) {
	t.Parallel()
	confirmed := 0
	for name, c := range changes {
		old, now := c.sites()
		if old.resources["Other"] != nil || now.resources["Other"] != nil || strings.Contains(name, "origin path") ||
			strings.Contains(name, "error page") || strings.Contains(name, "may not read") {
			continue // the witness is another distribution's or another object's, or the page is what is served, or nothing
		}
		for _, f := range access.Diff(old.read(t), now.read(t)) {
			var before, after bool
			method, scheme := http.MethodGet, "https"
			switch {
			case f.Kind == access.BecamePublic && f.Severity == access.Widening && !strings.Contains(f.Sentence, "page of error"):
				before, after = false, true
			case f.Kind == access.BecameSigned && f.Severity == access.Narrowing:
				before, after = true, false
			case f.Kind == access.HTTPSRequired:
				before, after, scheme = true, false, "http"
			case f.Kind == access.MethodsWidened && f.Path == "web/*":
				before, after, method = false, true, http.MethodPut
			default:
				continue
			}
			confirmed++
			if got := served(t, old, method, scheme, f.Witness); got != before {
				t.Errorf("%s: %s %s: served before: %v", name, f.Kind, f.Witness, got)
			}
			if got := served(t, now, method, scheme, f.Witness); got != after {
				t.Errorf("%s: %s %s: served after: %v", name, f.Kind, f.Witness, got)
			}
		}
	}
	if confirmed < 45 {
		t.Errorf("only %d witnesses", confirmed)
	}
}
