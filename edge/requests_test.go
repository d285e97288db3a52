package edge_test

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/privatecdn/edge"
)

// closing is an origin that says when its body is closed.
type closing struct {
	io.Reader
	closed *bool
}

func (c closing) Close() error { *c.closed = true; return nil }

func (c closing) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Body: c}, nil
}

// A body that a function puts in place of the origin's closes that one.
func TestReplacedBodyIsClosed(t *testing.T) {
	t.Parallel()
	s := fn("AutoPublish: true, "+runtime2,
		"function handler(e) { e.response.body = 'own'; return e.response }")
	s.behavior = strings.Replace(s.behavior, "viewer-request", "viewer-response", 1) +
		"\nCachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	closed := false
	e, err := edge.New(edge.Options{Text: s.text(), Buckets: map[string]fs.FS{"": fstest.MapFS{}},
		Origins: map[string]http.RoundTripper{"o": closing{strings.NewReader("the origin's"), &closed}}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if got := body(t, get(t, e, homeOf(e))); got != "own" || !closed {
		t.Errorf("the body is %q; the origin's is closed: %t", got, closed)
	}
}

// recording is an origin that fails, and keeps the headers of its requests.
type recording struct{ asked []http.Header }

func (r *recording) RoundTrip(req *http.Request) (*http.Response, error) {
	r.asked = append(r.asked, req.Header)
	return &http.Response{StatusCode: 503, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}

// The second origin of a group is asked as the first was, with the viewer's
// range and conditions.
func TestFailoverKeepsConditions(t *testing.T) {
	t.Parallel()
	const web = "CustomOriginConfig: {OriginProtocolPolicy: https-only}"
	s := shape{config: group(503), behavior: "CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad", origins: "" +
		"\n- {Id: first, DomainName: a.example.com, " + web + "}\n- {Id: second, DomainName: b.example.com, " + web + "}"}
	first, second := &recording{}, &recording{}
	e, err := edge.New(edge.Options{Text: s.text(), Buckets: map[string]fs.FS{"": fstest.MapFS{}},
		Origins: map[string]http.RoundTripper{"first": first, "second": second}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	get(t, e, homeOf(e), "Range", "bytes=1-2", "If-None-Match", `"1"`, "Accept", "text/css")
	if len(first.asked) != 1 || len(second.asked) != 1 {
		t.Fatalf("asked %v, then %v", first.asked, second.asked)
	}
	for _, name := range []string{"Range", "If-None-Match", "Accept", "User-Agent"} {
		if a, b := first.asked[0][name], second.asked[0][name]; !slices.Equal(a, b) {
			t.Errorf("%s: %q, then %q", name, a, b)
		}
	}
	if h := second.asked[0]; h.Get("Range") == "" || h.Get("If-None-Match") == "" || h.Get("Accept") != "" {
		t.Errorf("the second origin got %v", h)
	}
}

// The deployment says which parameters are in the cache key or, where nothing is
// cached, reach the origin.
func TestQueryParametersOfDeployment(t *testing.T) {
	t.Parallel()
	const allViewer = "\nOriginRequestPolicyId: 216adef6-5c7f-47e4-b989-5492eafa07d3"
	for policy, want := range map[string]string{
		"CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad": "*", // CachingDisabled
		"CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6": "",  // CachingOptimized
	} {
		s := shape{behavior: policy + allViewer}
		e, err := edge.New(edge.Options{Text: s.text(), Buckets: map[string]fs.FS{"": fstest.MapFS{}}})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		if got := strings.Join(e.Deployments()[0].Behaviors[0].QueryParameters, ","); got != want {
			t.Errorf("%s: %s, want %s", policy, got, want)
		}
	}
}

// Only requests that read fail over to the second member of a group, and the
// answer of the first is closed.
func TestFailover(t *testing.T) {
	t.Parallel()
	s := shape{origins: failing, config: group(503),
		behavior: "AllowedMethods: [GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE]"}
	closed := false
	first := roundTripper(func(r *http.Request) (*http.Response, error) {
		resp, err := closing{strings.NewReader("down"), &closed}.RoundTrip(r)
		resp.StatusCode = http.StatusServiceUnavailable
		return resp, err
	})
	second := roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.ProtoMajor != 1 || r.ProtoMinor != 1 {
			t.Errorf("the request is HTTP/%d.%d", r.ProtoMajor, r.ProtoMinor)
		}
		return answer(strings.NewReader("second"), 6), nil
	})
	e := newEdge(t, "", edge.Options{Text: s.text(),
		Origins: map[string]http.RoundTripper{"first": first, "second": second}})
	for _, c := range []struct {
		method string
		want   int
	}{{http.MethodHead, 200}, {http.MethodGet, 200}, {http.MethodOptions, 200}, {http.MethodPost, 503}} {
		closed = false
		w := httptest.NewRecorder()
		e.ServeHTTP(w, parseRequest(t, c.method, homeOf(e), "HTTP/1.1", http.Header{}, ""))
		if w.Code != c.want || !closed {
			t.Errorf("%s: %d, want %d; the first answer is closed: %t", c.method, w.Code, c.want, closed)
		}
	}
}
