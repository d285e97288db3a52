package edge_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/privatecdn/edge"
)

// webShape serves s, whose origin o is an HTTP server.
func webShape(t *testing.T, s shape, origin http.HandlerFunc) *edge.Edge {
	t.Helper()
	server := httptest.NewServer(origin)
	t.Cleanup(server.Close)
	s.origins = "\n- {Id: o, DomainName: web.example.com, CustomOriginConfig: {OriginProtocolPolicy: https-only}}"
	e, err := edge.New(edge.Options{Text: s.text(), Buckets: map[string]fs.FS{"": fstest.MapFS{}},
		Origins: map[string]http.RoundTripper{"web.example.com": to(server.URL)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func homeOf(e *edge.Edge) string { return "https://" + e.Deployments()[0].Hosts[0] + "/home.html" }

const corsPolicy = "CorsConfig: {AccessControlAllowCredentials: false, AccessControlAllowHeaders: {Items: [x-a]}, " +
	"AccessControlAllowMethods: {Items: [GET]}, OriginOverride: true, " +
	"AccessControlAllowOrigins: {Items: [\"https://www.example.com\"]}}"

// A policy that overrides removes the CORS headers of the origin, those it does
// not set itself too, and no others.
func TestCORSOverrides(t *testing.T) {
	t.Parallel()
	e := webShape(t, headersPolicy(corsPolicy), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		w.Header().Set("Access-Control-Expose-Headers", "X-Secret")
		w.Header().Set("X-Kept", "kept")
	})
	const own = "https://www.example.com"
	for origin, allowed := range map[string]string{own: own, "https://other.test": ""} {
		h := get(t, e, homeOf(e), "Origin", origin).Header
		if h.Get("Access-Control-Allow-Origin") != allowed || h["Access-Control-Allow-Credentials"] != nil ||
			h["Access-Control-Expose-Headers"] != nil || h.Get("X-Kept") != "kept" {
			t.Errorf("%s: %v", origin, h)
		}
	}
}

// CloudFront itself answers a preflight request of a policy.
func TestPreflightServer(t *testing.T) {
	t.Parallel()
	s := headersPolicy(corsPolicy)
	s.behavior += "\nAllowedMethods: [GET, HEAD, OPTIONS]"
	e := webShape(t, s, func(http.ResponseWriter, *http.Request) { t.Error("the origin is asked") })
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodOptions, homeOf(e), nil)
	r.Header.Set("Origin", "https://www.example.com")
	r.Header.Set("Access-Control-Request-Method", "GET")
	e.ServeHTTP(w, r)
	if w.Code != 200 || w.Header().Get("Server") != "CloudFront" || w.Body.Len() > 0 {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

// The first error that can have a page of its own is 400.
func TestErrorPageOf400(t *testing.T) {
	t.Parallel()
	s := shape{config: "CustomErrorResponses: [{ErrorCode: 400, ResponseCode: 200, ResponsePagePath: /page.html}]"}
	e := webShape(t, s, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/page.html" {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = w.Write([]byte(r.URL.Path))
	})
	if r := get(t, e, homeOf(e)); r.StatusCode != 200 || body(t, r) != "/page.html" {
		t.Errorf("%s %v", r.Status, r.Header)
	}
}

// An error page that is itself no success leaves the error as it was.
func TestErrorPageMoved(t *testing.T) {
	t.Parallel()
	s := shape{config: "CustomErrorResponses: [{ErrorCode: 404, ResponseCode: 200, ResponsePagePath: /page.html}]"}
	e := webShape(t, s, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/page.html" {
			w.WriteHeader(http.StatusMultipleChoices)
		} else {
			w.WriteHeader(http.StatusNotFound)
		}
	})
	if r := get(t, e, homeOf(e)); r.StatusCode == 200 {
		t.Errorf("%s %v", r.Status, r.Header)
	}
}

// A bucket answers at its own address in its own Region, not at its website's
// and not in another Region.
func TestBucketAddress(t *testing.T) {
	t.Parallel()
	e := newEdge(t, "s3", edge.Options{})
	for host, s3 := range map[string]bool{
		"content.s3.us-east-1.amazonaws.com": true, "content.s3.amazonaws.com": true, "content.s3.localhost": true,
		"content.s3.eu-west-1.amazonaws.com": false, "content.s3-website-us-east-1.amazonaws.com": false,
		"other.s3.amazonaws.com": false,
	} {
		r := get(t, e, "https://"+host+"/public/a.txt")
		if byS3 := strings.Contains(r.Header.Get("Server"), "AmazonS3") && r.Header.Get("X-Cache") == ""; byS3 != s3 {
			t.Errorf("%s: %s %v", host, r.Status, r.Header)
		}
	}
}

// An origin access control signs over what the viewer sends as authorization,
// or leaves it where it says no-override.
func TestViewerAuthorizationAtBucket(t *testing.T) {
	t.Parallel()
	for signing, want := range map[string]int{"always": 200, "no-override": 400} {
		s := oac("OriginAccessControlOriginType: s3, SigningBehavior: " + signing + ", SigningProtocol: sigv4")
		s.behavior = "OriginRequestPolicyId: b689b0a8-53d0-40ab-baf2-68738e2966ac"
		e, err := edge.New(edge.Options{Text: s.text(),
			Buckets: map[string]fs.FS{"": fstest.MapFS{"home.html": {Data: []byte("home")}}}})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		if r := get(t, e, homeOf(e), "Authorization", "Basic dTpw"); r.StatusCode != want {
			t.Errorf("%s: %s %s", signing, r.Status, body(t, r))
		}
	}
}

// Without a default behavior that has a bucket, the deployment's is another's.
func TestBucketOfDeployment(t *testing.T) {
	t.Parallel()
	text := strings.Replace(templateText(t, "s3"), "DefaultCacheBehavior:\n          TargetOriginId: bucket",
		"DefaultCacheBehavior:\n          TargetOriginId: web", 1)
	text = strings.Replace(text, "        Origins:\n", "        Origins:\n"+
		"          - {Id: web, DomainName: web.example.com, CustomOriginConfig: {OriginProtocolPolicy: https-only}}\n", 1)
	e := newEdge(t, "", edge.Options{Text: []byte(text),
		Origins: map[string]http.RoundTripper{"web.example.com": http.DefaultTransport}})
	if d := e.Deployments()[0]; d.Bucket.Name != "content" {
		t.Errorf("the bucket is %v", d.Bucket)
	}
}

// A range's length is what is sent.
func TestLengthOfRange(t *testing.T) {
	t.Parallel()
	e := newEdge(t, "s3", edge.Options{Buckets: map[string]fs.FS{"": fstest.MapFS{
		"public/a.txt": {Data: []byte("more than twelve bytes")}}}})
	r := get(t, e, "https://cdn.example.com/public/a.txt", "Range", "bytes=0-11")
	if text := body(t, r); r.Header.Get("Content-Length") != "12" || text != "more than tw" {
		t.Errorf("%s %v %q", r.Status, r.Header, text)
	}
}

// What a function makes comes from CloudFront.
func TestServerOfFunction(t *testing.T) {
	t.Parallel()
	s := fn("AutoPublish: true, "+runtime2, "function handler() { return { statusCode: 204 } }")
	e := webShape(t, s, func(http.ResponseWriter, *http.Request) { t.Error("the origin is asked") })
	if r := get(t, e, homeOf(e)); r.StatusCode != 204 || r.Header.Get("Server") != "CloudFront" {
		t.Errorf("%s %v", r.Status, r.Header)
	}
}
