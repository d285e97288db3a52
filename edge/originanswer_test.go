package edge_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

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

// CloudFront itself answers a preflight request of a policy, which has all of the
// method and the two headers; the origin answers others.
func TestPreflightServer(t *testing.T) {
	t.Parallel()
	s := headersPolicy(corsPolicy)
	s.behavior += "\nAllowedMethods: [GET, HEAD, OPTIONS]"
	e := webShape(t, s, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Server", "origin") })
	for _, c := range []struct{ method, origin, asked, server string }{
		{http.MethodOptions, "https://www.example.com", "GET", "CloudFront"},
		{http.MethodOptions, "", "GET", "origin"},
		{http.MethodOptions, "https://www.example.com", "", "origin"},
		{http.MethodGet, "https://www.example.com", "GET", "origin"},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(c.method, homeOf(e), nil)
		r.Header.Set("Origin", c.origin)
		r.Header.Set("Access-Control-Request-Method", c.asked)
		e.ServeHTTP(w, r)
		if w.Code != 200 || w.Header().Get("Server") != c.server || w.Body.Len() > 0 ||
			w.Header()["Access-Control-Max-Age"] != nil { // of which the policy says nothing
			t.Errorf("%+v: %d %v %s", c, w.Code, w.Header(), w.Body)
		}
	}
}

// The first error that can have a page of its own is 400. The page is compressed
// as any object.
func TestErrorPageOf400(t *testing.T) {
	t.Parallel()
	s := shape{config: "CustomErrorResponses: [{ErrorCode: 400, ResponseCode: 200, ResponsePagePath: /page.html}]",
		behavior: "Compress: true"}
	page := strings.Repeat("/page.html", 200)
	e := webShape(t, s, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "2000")
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Path != "/page.html" {
			w.Header().Set("X-Refused", "here")
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = w.Write([]byte(page))
	})
	if r := get(t, e, homeOf(e)); r.StatusCode != 200 || body(t, r) != page || r.Header["X-Refused"] != nil {
		t.Errorf("%s %v", r.Status, r.Header)
	}
	r := get(t, e, homeOf(e), "Accept-Encoding", "gzip")
	if r.StatusCode != 200 || r.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("compressed: %s %v", r.Status, r.Header)
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

// What a function makes comes from CloudFront; an error that it makes is a refusal.
func TestServerOfFunction(t *testing.T) {
	t.Parallel()
	for status, refused := range map[int]edge.Reason{204: "", 399: "", 400: edge.ReasonFunctionRefused} {
		code := fmt.Sprintf("function handler() { return { statusCode: %d } }", status)
		e := webShape(t, fn("AutoPublish: true, "+runtime2, code),
			func(http.ResponseWriter, *http.Request) { t.Error("the origin is asked") })
		r := get(t, e, homeOf(e))
		if r.StatusCode != status || r.Header.Get("Server") != "CloudFront" || reason(r) != refused {
			t.Errorf("%s %v", r.Status, r.Header)
		}
	}
}

// A range is cut from a whole object for GET, and from nothing else.
func TestRangesOfWholeObjects(t *testing.T) {
	t.Parallel()
	e := newEdge(t, "s3", edge.Options{})
	whole := get(t, e, publicURL)
	both := get(t, e, publicURL, "Range", "bytes=1-2", "If-None-Match", whole.Header.Get("Etag"))
	if both.StatusCode != 304 || both.Header["Content-Range"] != nil {
		t.Errorf("a range of an object that the viewer has: %s %v", both.Status, both.Header)
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, parseRequest(t, http.MethodHead, publicURL, "HTTP/1.1", http.Header{"Range": {"bytes=1-2"}}, ""))
	if w.Code != 200 || w.Header().Get("Content-Length") != "6" || w.Header()["Content-Range"] != nil {
		t.Errorf("HEAD: %d %v", w.Code, w.Header())
	}
}

// An origin that takes no ranges is passed on whole where nothing is cached, with
// the headers by which S3 names a request if it is not S3.
func TestOriginWithoutRanges(t *testing.T) {
	t.Parallel()
	s := shape{behavior: "CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}
	e := webShape(t, s, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amz-Request-Id", "1")
		w.Header().Set("Content-Length", "10")
		_, _ = w.Write([]byte("0123456789"))
	})
	r := get(t, e, homeOf(e), "Range", "bytes=1-2")
	if text := body(t, r); r.StatusCode != 200 || text != "0123456789" || r.Header.Get("X-Amz-Request-Id") != "1" {
		t.Errorf("%s %v %q", r.Status, r.Header, text)
	}
}

// The origin is told what CloudFront found out about a viewer.
func TestViewerHeaders(t *testing.T) {
	t.Parallel()
	var got http.Header
	e := webShape(t, shape{behavior: "OriginRequestPolicyId: 33f36d7e-f396-46d9-90e0-52428a34d9dc\n" +
		"CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad"},
		func(_ http.ResponseWriter, r *http.Request) { got = r.Header })
	for agent, want := range map[string]string{
		"X11; Linux x86_64":         "Desktop",
		"SmartTV iPad":              "Smarttv Ios",
		"HbbTV Mobile":              "Smarttv",
		"iPad Mobile":               "Tablet Ios",
		"Firefox Tablet":            "Tablet",
		"Android 15":                "Tablet Android",
		"Android 15; Mobile":        "Mobile Android",
		"iPhone":                    "Mobile Ios",
		"BlackBerry Mobile":         "Mobile",
		"AppleTV":                   "Smarttv",
		"Android 15; SMART-TV":      "Smarttv Android",
		"iPhone; Android 15 Tablet": "Tablet Ios Android",
	} {
		get(t, e, homeOf(e), "User-Agent", agent)
		var is []string
		for _, device := range []string{"Desktop", "Smarttv", "Tablet", "Mobile", "Ios", "Android"} {
			switch value := got.Get("Cloudfront-Is-" + device + "-Viewer"); value {
			case "true":
				is = append(is, device)
			case "":
				t.Errorf("nothing says whether %s is %s", agent, device)
			}
		}
		if strings.Join(is, " ") != want {
			t.Errorf("%s is %s, want %s", agent, is, want)
		}
	}
	for _, c := range []struct {
		major, minor      int
		cipher            uint16
		resumed           bool
		remote            string
		version, tls, own string
	}{
		{2, 0, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, false, "192.0.2.1:4711",
			"2.0", "TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:fullHandshake", "192.0.2.1:4711"},
		{1, 1, tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, true, "192.0.2.1",
			"1.1", "TLSv1.2:ECDHE-ECDSA-CHACHA20-POLY1305:sessionResumed", "192.0.2.1:0"},
	} {
		r := parseRequest(t, http.MethodGet, homeOf(e), "HTTP/1.1", http.Header{}, "")
		r.Proto, r.ProtoMajor, r.ProtoMinor = fmt.Sprintf("HTTP/%d.%d", c.major, c.minor), c.major, c.minor
		r.TLS = &tls.ConnectionState{Version: tls.VersionTLS12, CipherSuite: c.cipher, DidResume: c.resumed}
		r.RemoteAddr = c.remote
		e.ServeHTTP(httptest.NewRecorder(), r)
		for name, want := range map[string]string{"Http-Version": c.version, "Tls": c.tls, "Address": c.own} {
			if value := got.Get("Cloudfront-Viewer-" + name); value != want {
				t.Errorf("%s is %q, want %q", name, value, want)
			}
		}
	}
}

// A function of the response does not change the body's length.
func TestFunctionKeepsLength(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"e.response.headers = {}", "e.response.headers['content-length'] = { value: '1' }"} {
		s := fn("AutoPublish: true, "+runtime2, "function handler(e) { "+code+"; return e.response }")
		s.behavior = strings.Replace(s.behavior, "viewer-request", "viewer-response", 1)
		e := webShape(t, s, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("four")) })
		if r := get(t, e, homeOf(e)); r.Header.Get("Content-Length") != "4" || body(t, r) != "four" {
			t.Errorf("%s: %s %v", code, r.Status, r.Header)
		}
	}
}

// What is put in place of an origin's answer closes that one.
func TestReplacedAnswersAreClosed(t *testing.T) {
	t.Parallel()
	const page = "CustomErrorResponses: [{ErrorCode: 503, ResponseCode: 200, ResponsePagePath: /page.html}]"
	for name, c := range map[string]struct {
		config, policy string
		status         int
		says           string
	}{
		"stale on an error": {"", "658327ea-f89d-4fab-a63d-7e88639e58f6", 503, "hello"},
		"still the same":    {"", "658327ea-f89d-4fab-a63d-7e88639e58f6", 304, "hello"},
		"an error page":     {page, "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", 503, "page"},
	} {
		now, closed, asked := caseStart, false, 0
		origin := roundTripper(func(r *http.Request) (*http.Response, error) {
			if asked++; r.URL.Path == "/page.html" {
				return answer(strings.NewReader("page"), 4), nil
			} else if asked == 1 {
				return answer(strings.NewReader("hello"), 5, "Cache-Control", "max-age=60, stale-if-error=600"), nil
			}
			resp, err := closing{strings.NewReader("left unread"), &closed}.RoundTrip(r)
			resp.StatusCode = c.status
			return resp, err
		})
		s := shape{config: c.config, behavior: "CachePolicyId: " + c.policy, origins: custom("o", "web.example.com")}
		e := newEdge(t, "", edge.Options{Text: s.text(), Clock: func() time.Time { return now },
			Origins: map[string]http.RoundTripper{"o": origin}})
		get(t, e, homeOf(e))
		now = now.Add(2 * time.Minute)
		if got := body(t, get(t, e, homeOf(e))); got != c.says || !closed {
			t.Errorf("%s: %q, closed: %t", name, got, closed)
		}
	}
}

// An object of an eighth of the cache is stored, a larger one is not; the
// answer to HEAD is stored whatever the object's size.
func TestLargestStored(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method      string
		cache, size int64
		want        int
	}{
		{http.MethodGet, 64000, 0, 1}, {http.MethodGet, 64000, 8000, 1}, {http.MethodGet, 64000, 8001, 2},
		{http.MethodHead, 64000, 8001, 1}, {http.MethodGet, 0, 8 << 20, 1}, {http.MethodGet, 0, 8<<20 + 1, 2},
	} {
		asked := 0
		e := httpEdge(t, c.cache, func(*http.Request) (*http.Response, error) {
			asked++
			return answer(io.LimitReader(zeros{}, c.size), c.size), nil
		})
		for range 2 {
			w := httptest.NewRecorder()
			e.ServeHTTP(w, parseRequest(t, c.method, "https://cdn.example.com/x", "HTTP/1.1", http.Header{}, ""))
			if got := w.Header().Get("Content-Length"); got != strconv.FormatInt(c.size, 10) {
				t.Errorf("%s of %d bytes: %s", c.method, c.size, got)
			}
		}
		if asked != c.want {
			t.Errorf("%s of %d bytes: asked %d times, want %d", c.method, c.size, asked, c.want)
		}
	}
}

// The body of a RoundTripper that leaves ContentLength zero is sent.
func TestBodyWithoutLength(t *testing.T) {
	t.Parallel()
	s := shape{behavior: "CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad", origins: custom("o", "web.example.com")}
	origin := roundTripper(func(*http.Request) (*http.Response, error) {
		return answer(strings.NewReader("hello"), 0), nil
	})
	e := newEdge(t, "", edge.Options{Text: s.text(), Origins: map[string]http.RoundTripper{"o": origin}})
	if got := body(t, get(t, e, homeOf(e))); got != "hello" {
		t.Errorf("the body is %q", got)
	}
}

// A range of an object that is too large for the cache is requested as a range,
// once the object's size is known.
func TestRangesOfLargeObject(t *testing.T) {
	t.Parallel()
	var ranges []string
	closed := make([]bool, 4)
	e := httpEdge(t, 64000, func(r *http.Request) (*http.Response, error) {
		resp := answer(nil, 8001, "Cache-Control", "max-age=60")
		resp.Body = closing{io.LimitReader(zeros{}, 8001), &closed[len(ranges)]}
		ranges = append(ranges, r.Header.Get("Range"))
		return resp, nil
	})
	for range 3 {
		get(t, e, "https://cdn.example.com/x", "Range", "bytes=0-1")
	}
	if got := strings.Join(ranges, ","); got != ",bytes=0-1,bytes=0-1,bytes=0-1" || slices.Contains(closed, false) {
		t.Errorf("the origin is asked for %q, and the answers are closed: %v", got, closed)
	}
}

// S3's own IDs are removed from what a bucket answers, and not from what a
// website does, which is an HTTP origin.
func TestIDsOfS3(t *testing.T) {
	t.Parallel()
	bucket := oac("OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv4")
	website := shape{bucket: "WebsiteConfiguration: {IndexDocument: index.html}",
		origins: websiteOrigin, resources: public}
	for s, want := range map[*shape]bool{&bucket: false, &website: true} {
		e := newEdge(t, "", edge.Options{Text: s.text(),
			Buckets: map[string]fs.FS{"": fstest.MapFS{"home.html": {Data: []byte("home")}}}})
		r := get(t, e, homeOf(e))
		if _, has := r.Header["X-Amz-Id-2"]; r.StatusCode != http.StatusOK || has != want {
			t.Errorf("%s: %s with S3's IDs: %t, want %t", s.origins, r.Status, has, want)
		}
	}
}
