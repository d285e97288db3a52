package attacks_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/signer"
)

// A wildcard signature for a directory is extended by an HTTP/2 authority that contains the directory. 400.
func TestAuthorityWithPath(t *testing.T) {
	s := serve(t, app)
	q := wildcard(t, s, "/hls/*")
	opened(t, h2Get(t, s, host(s), "/hls/1.ts?"+q))
	status(t, h2Get(t, s, host(s)+"/hls", "/report.pdf?"+q), 400)
	status(t, h2Get(t, s, host(s)+"/hls/", "/report.pdf?"+q), 400)
}

// Signed cookies for a directory are extended by an authority that contains the directory. 400.
func TestAuthorityWithPathCookies(t *testing.T) {
	s := serve(t, app)
	c := cookies(t, s, "/hls/*")
	opened(t, h2Get(t, s, host(s), "/hls/1.ts", "cookie", c))
	status(t, h2Get(t, s, host(s)+"/hls", "/report.pdf", "cookie", c), 400)
}

// The path comes in a host field, with no authority beside it. 400, or the stream is reset.
func TestHostFieldWithPath(t *testing.T) {
	s := serve(t, app)
	q := wildcard(t, s, "/hls/*")
	closed(t, h2(t, s, ":method", "GET", ":scheme", "https", ":path", "/report.pdf?"+q, "host", host(s)+"/hls"))
}

// The path comes behind the distribution's own host name. 400.
func TestDomainNameWithPath(t *testing.T) {
	s := serve(t, app)
	q := wildcard(t, s, "/hls/*")
	domain := s.Edge.Deployments()[0].Hosts[0]
	status(t, h2Get(t, s, domain+"/hls", "/report.pdf?"+q), 400)
}

// The authority contains a query, so that the path becomes part of it. 400.
func TestAuthorityWithQuery(t *testing.T) {
	s := serve(t, app)
	status(t, h2Get(t, s, host(s)+"/film?x=", "/report.pdf?"+query(t, s, "/film")), 400)
	status(t, h2Get(t, s, host(s)+"?", "/report.pdf?"+query(t, s, "/film")), 400)
}

// The authority contains a fragment, a user name or a backslash. 400.
func TestAuthorityWithOtherSeparators(t *testing.T) {
	s := serve(t, app)
	q := wildcard(t, s, "/hls/*")
	for _, authority := range []string{
		host(s) + "#", "user@" + host(s), host(s) + `\hls`, "x:y@" + host(s), host(s) + "/", host(s) + ":1:2",
		" " + host(s), host(s) + "\t",
	} {
		closed(t, h2Get(t, s, authority, "/report.pdf?"+q))
	}
}

// The authority contains the separators as percent escapes. 400.
func TestAuthorityEscaped(t *testing.T) {
	s := serve(t, app)
	q := wildcard(t, s, "/hls/*")
	for _, separator := range []string{"%2f", "%2F", "%3f", "%23", "%5c", "%00", "%0d%0a"} {
		status(t, h2Get(t, s, host(s)+separator+"hls", "/report.pdf?"+q), 400)
	}
}

// A Host of HTTP/1.1 contains the directory that is signed. 400.
func TestHostHeaderWithPath(t *testing.T) {
	s := serve(t, app)
	q := wildcard(t, s, "/hls/*")
	status(t, raw(t, s, "GET /report.pdf?"+q+" HTTP/1.1\nHost: "+host(s)+"/hls\nConnection: close\n\n"), 400)
	status(t, raw(t, s, "GET /report.pdf?"+q+" HTTP/1.0\nHost: "+host(s)+"/hls\n\n"), 400)
}

// A request has two Host headers, of which the second is signed for. 400.
func TestTwoHosts(t *testing.T) {
	s := serve(t, app)
	q := wildcard(t, s, "/hls/*")
	status(t, raw(t, s, "GET /report.pdf?"+q+" HTTP/1.1\nHost: "+host(s)+"\nHost: "+host(s)+"/hls\n\n"), 400)
}

// A request of HTTP/1.0 has no Host. 400.
func TestNoHost(t *testing.T) {
	s := serve(t, app)
	status(t, raw(t, s, "GET /public/picture.jpg HTTP/1.0\n\n"), 400)
}

// An absolute request target names the signed host and path, the Host header another. The
// target's host is what counts.
func TestAbsoluteTarget(t *testing.T) {
	s := serve(t, app)
	q := wildcard(t, s, "/hls/*")
	opened(t, get(t, s, s.URL+"/hls/1.ts?"+q))
	status(t, get(t, s, s.URL+"/report.pdf?"+q), 403)
	closed(t, get(t, s, "https://"+host(s)+"/hls@evil.example/report.pdf?"+q))
	status(t, get(t, s, "https://user@"+host(s)+"/report.pdf?"+q), 403)
}

// The request target is a host and port, a star or an opaque URL, with no slash to begin with. 400.
func TestTargetWithoutSlash(t *testing.T) {
	s := serve(t, app)
	for _, line := range []string{"GET http:report.pdf", "GET *", "CONNECT " + host(s), "GET https:hls/1.ts"} {
		status(t, raw(t, s, line+" HTTP/1.1\nHost: "+host(s)+"\nConnection: close\n\n"), 400)
	}
}

// A URL is longer than 8,192 bytes. 414, and the connection is closed.
func TestLongURL(t *testing.T) {
	s := serve(t, app)
	room := 8192 - len(s.URL+"/public/picture.jpg?")
	opened(t, get(t, s, "/public/picture.jpg?"+strings.Repeat("a", room)))
	r := get(t, s, "/public/picture.jpg?"+strings.Repeat("a", room+1))
	status(t, r, 414)
	status(t, h2Get(t, s, host(s), "/public/picture.jpg?"+strings.Repeat("a", room+1)), 414)
}

// URL and headers together are larger than 32,768 bytes. 494.
func TestLargeHeaders(t *testing.T) {
	s := serve(t, app)
	opened(t, get(t, s, "/public/picture.jpg", "Cookie: "+strings.Repeat("a=1; ", 6400)))
	status(t, get(t, s, "/public/picture.jpg", "Cookie: "+strings.Repeat("a=1; ", 6560)), 494)
}

// A request has thousands of headers. 494.
func TestManyHeaders(t *testing.T) {
	s := serve(t, app)
	var many []string
	for i := range 4000 {
		many = append(many, fmt.Sprintf("X-%d: y", i))
	}
	status(t, get(t, s, "/public/picture.jpg", many...), 494)
}

// A range header requests thousands of parts of one byte each. The whole object, once.
func TestManyRanges(t *testing.T) {
	s := serve(t, app)
	var ranges []string
	for i := range 2000 {
		ranges = append(ranges, fmt.Sprintf("%d-%d", 2*i, 2*i))
	}
	opened(t, get(t, s, "/public/picture.jpg", "Range: bytes="+strings.Join(ranges, ",")))
}

// A private object that is in the cache is asked for without a signature. 403.
func TestCachedObjectUnsigned(t *testing.T) {
	s := serve(t, app)
	opened(t, get(t, s, "/film?"+query(t, s, "/film")))
	status(t, get(t, s, "/film"), 403)
	status(t, get(t, s, "/film", `If-None-Match: *`), 403)
	status(t, get(t, s, "/film", "Range: bytes=0-3"), 403)
	status(t, get(t, s, "/film", "Cache-Control: only-if-cached"), 403)
}

// twoOrigins has a signed bucket by default, and public/* at an HTTP origin
// whose function takes the prefix off the path.
func twoOrigins(t *testing.T, code string) []byte {
	t.Helper()
	return edited(t, func(resources map[string]any) {
		config := distribution(t, resources)
		config["Origins"] = append(config["Origins"].([]any), map[string]any{"Id": "web", "DomainName": "web.example.com",
			"CustomOriginConfig": map[string]any{"OriginProtocolPolicy": "https-only"}})
		public := config["CacheBehaviors"].([]any)[0].(map[string]any)
		public["TargetOriginId"] = "web"
		addFunction(resources, public, code)
	})
}

// edited returns the app's template after a change of its resources.
func edited(t *testing.T, change func(resources map[string]any)) []byte {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(readFile(t, app), &doc); err != nil {
		t.Fatal(err)
	}
	change(doc["Resources"].(map[string]any))
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func distribution(t *testing.T, resources map[string]any) map[string]any {
	t.Helper()
	for _, r := range resources {
		if r := r.(map[string]any); r["Type"] == "AWS::CloudFront::Distribution" {
			return r["Properties"].(map[string]any)["DistributionConfig"].(map[string]any)
		}
	}
	t.Fatal("the template has no distribution")
	return nil
}

func addFunction(resources, behavior map[string]any, code string) {
	resources["Function"] = map[string]any{"Type": "AWS::CloudFront::Function", "Properties": map[string]any{
		"Name": "fn", "AutoPublish": true, "FunctionCode": code,
		"FunctionConfig": map[string]any{"Comment": "c", "Runtime": "cloudfront-js-2.0"}}}
	behavior["FunctionAssociations"] = []any{map[string]any{"EventType": "viewer-request",
		"FunctionARN": map[string]any{"Fn::GetAtt": []any{"Function", "FunctionARN"}}}}
}

// public answers every path as an HTTP origin.
type public struct{}

func (public) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Cache-Control": {"max-age=60"}}, ContentLength: 6,
		Body: io.NopCloser(strings.NewReader("public")), Request: r}, nil
}

func withWeb(o *edge.Options) { o.Origins = map[string]http.RoundTripper{"web.example.com": public{}} }

// A function removes the prefix of a public path, which then is that of a private object in the
// cache. Entries of different origins are separate.
func TestCacheAcrossOrigins(t *testing.T) {
	s := serve(t, twoOrigins(t, `function handler(e) {
		e.request.uri = e.request.uri.replace('/public', '');
		return e.request;
	}`), edgetest.WithEdge(withWeb))
	opened(t, get(t, s, "/film?"+query(t, s, "/film")))
	if r := get(t, s, "/public/film"); r.StatusCode != 200 || r.Text != "public" {
		t.Errorf("%d %q, want the public object", r.StatusCode, r.Text)
	}
	if r := get(t, s, "/film?"+query(t, s, "/film")); r.Text != "PRIVATE film" {
		t.Errorf("the signed viewer gets %q", r.Text)
	}
}

// A function puts line breaks, lengths and separators of a cache key into the path. No entry
// but the path's own.
func TestCacheKeyForged(t *testing.T) {
	s := serve(t, twoOrigins(t, `function handler(e) {
		const parts = ['\n', '\0', '?', ' ', '\x05', '\r\n\r\n', '\n\nCookie:'];
		e.request.uri = '/film' + parts[e.request.uri.length % parts.length] + 'x';
		return e.request;
	}`), edgetest.WithEdge(withWeb))
	opened(t, get(t, s, "/film?"+query(t, s, "/film")))
	for i := range 7 {
		if r := get(t, s, "/public/"+strings.Repeat("a", i)); strings.Contains(r.Text, "PRIVATE") {
			t.Errorf("%d: %q", i, r.Text)
		}
	}
}

// record collects what an edge logs and reports.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (c *record) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(p)
}

func (c *record) into(o *edge.Options) {
	o.Log = slog.New(slog.NewTextHandler(c, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.OnRefusal = func(r edge.Refusal) { fmt.Fprintf(c, "\n%s %s %s %s", r.Method, r.URL, r.Why, r.Hint) }
}

// lacks checks that what was recorded is not empty and contains none of the words.
func (c *record) lacks(t *testing.T, words ...string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	text := c.text.String()
	if text == "" {
		t.Error("nothing was recorded")
	}
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("the record contains %q: %q", w, text)
		}
	}
}

// recorded serves the app with a record of its log and refusals.
func recorded[T edgetest.Template](t *testing.T, template T) (*edgetest.Server, *record) {
	t.Helper()
	c := &record{}
	return serve(t, template, edgetest.WithEdge(func(o *edge.Options) { withWeb(o); c.into(o) })), c
}

// terminal are characters that a terminal acts on or hides.
var terminal = []string{"\x1b", "\u009b", "\u0085", "\u202e", "\u2066", "\u200f", "\x07", "\x9b31m"}

// A path contains C1 and bidirectional control characters as they are. The log has them escaped.
func TestTerminalPath(t *testing.T) {
	s, c := recorded(t, app)
	for _, char := range terminal[1:] {
		closed(t, get(t, s, "/"+char+"x"))
	}
	c.lacks(t, terminal...)
}

// A query contains control characters. The log has them escaped.
func TestTerminalQuery(t *testing.T) {
	s, c := recorded(t, app)
	closed(t, get(t, s, "/x?a=\u009b31m&b=\u202e"))
	closed(t, h2Get(t, s, host(s), "/x?a=\u009b31m&b=\u202e"))
	c.lacks(t, terminal...)
}

// An HTTP/2 method contains control characters. The log has them escaped.
func TestTerminalMethod(t *testing.T) {
	s, c := recorded(t, app)
	closed(t, h2(t, s, ":method", "GET\u009b31m", ":scheme", "https", ":authority", host(s), ":path", "/x"))
	closed(t, get(t, s, "/x"))
	c.lacks(t, terminal...)
}

// An HTTP/2 authority contains control characters. The log has them escaped.
func TestTerminalAuthority(t *testing.T) {
	s, c := recorded(t, app)
	status(t, h2Get(t, s, host(s)+"\u009b31m\u202e", "/x"), 400)
	c.lacks(t, terminal...)
}

// A key pair ID and a policy contain control characters. The log has them escaped.
func TestTerminalKeyID(t *testing.T) {
	s, c := recorded(t, app)
	closed(t, get(t, s, "/x?Key-Pair-Id=\u009b31m\u202e&Policy=a&Signature=b"))
	closed(t, get(t, s, "/x?Expires=\u009b31m&Signature=b&Key-Pair-Id=K"))
	c.lacks(t, terminal...)
}

// A function logs control characters that a viewer sent. The log has them escaped.
func TestTerminalFunction(t *testing.T) {
	s, c := recorded(t, twoOrigins(t, `function handler(e) {
		console.log('says ' + decodeURIComponent(e.request.querystring.a.value)); return e.request; }`))
	opened(t, get(t, s, "/public/x?a=%1b%5b31m%c2%9b%e2%80%ae"))
	c.lacks(t, terminal...)
}

const (
	s3Signature = "5f1c2a9be07d4f3386aa0912bb7744d1c05e88fa61723b9d0e4f5a6b7c8d9e0f"
	s3Token     = "IQoJb3JpZ2luX2VjEXAMPLETOKEN"
)

// A presigned URL is refused. The record has neither its signature nor its session token.
func TestPresignedURLInLog(t *testing.T) {
	s, c := recorded(t, app)
	closed(t, get(t, s, "/report.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Security-Token="+s3Token+
		"&X-Amz-Signature="+s3Signature))
	c.lacks(t, s3Signature, s3Token)
}

// The names of S3's parameters are escaped or written in another case. The record has neither
// signature nor token.
func TestPresignedURLEscapedInLog(t *testing.T) {
	s, c := recorded(t, app)
	closed(t, get(t, s, "/report.pdf?X-Amz-%53ignature="+s3Signature+"&x-amz-security-tok%65n="+s3Token))
	c.lacks(t, s3Signature, s3Token)
}

// A request with an Authorization header of S3 is refused. The record has no signature.
func TestAuthorizationInLog(t *testing.T) {
	s, c := recorded(t, app)
	closed(t, get(t, s, "/report.pdf?x="+s3Signature,
		"Authorization: AWS4-HMAC-SHA256 Credential=A/x, SignedHeaders=host, Signature="+s3Signature,
		"X-Amz-Security-Token: "+s3Token))
	c.lacks(t, s3Signature, s3Token)
}

// A function logs its whole event with a presigned URL and CloudFront's cookies in it. The log
// has none of their signatures.
func TestFunctionLogsSignatures(t *testing.T) {
	s, c := recorded(t, twoOrigins(t, `function handler(e) { console.log(JSON.stringify(e)); return e.request; }`))
	opened(t, get(t, s, "/public/x?X-Amz-Signature="+s3Signature, "Cookie: CloudFront-Signature=abcdefghijklmnop; a=b"))
	c.lacks(t, s3Signature, "abcdefghijklmnop")
}

// An origin's error repeats the URL it was asked for. The record has no signature.
func TestOriginErrorRepeatsURL(t *testing.T) {
	c := &record{}
	s := serve(t, twoOrigins(t, `function handler(e) { return e.request; }`), edgetest.WithEdge(func(o *edge.Options) {
		c.into(o)
		o.Origins = map[string]http.RoundTripper{"web.example.com": failing{}}
	}))
	closed(t, get(t, s, "/public/x?X-Amz-Signature="+s3Signature))
	c.lacks(t, s3Signature)
}

type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("Get https://web.example.com/x?X-Amz-Signature=" + s3Signature + ": connection refused")
}

// A refused viewer reads the debug headers. They have no signature of the request and no control character.
func TestDebugHeaders(t *testing.T) {
	s, _ := recorded(t, app)
	_, signature, _ := strings.Cut(query(t, s, "/film"), "Signature=")
	signature, _, _ = strings.Cut(signature, "&")
	r := get(t, s, "/report.pdf?"+query(t, s, "/film")+"&x=\u009b31m")
	closed(t, r)
	for name, values := range r.Header {
		if text := strings.Join(values, " "); strings.Contains(text, signature) || strings.ContainsRune(text, 0x9b) ||
			strings.Contains(text, "\x9b") {
			t.Errorf("%s: %q", name, text)
		}
	}
}

// A web page requests the local bucket under a host that merely ends like S3's. The distribution answers, and refuses.
func TestBucketByLookalikeHost(t *testing.T) {
	s := serve(t, app)
	bucket := s.Edge.Deployments()[0].Bucket.Name
	for _, h := range []string{"s3.evilamazonaws.com", "s3.x.amazonaws.com.evil.example",
		"s3.localhost.evil.example", "s3-evil.amazonaws.com", "s3.evil.amazonaws.com",
		bucket + ".s3.evilamazonaws.com", bucket + ".s3.localhost.evil.example"} {
		r := h2Get(t, s, h, "/"+bucket+"/report.pdf")
		closed(t, r)
		if r.Header.Get("Server") == "AmazonS3" && r.Header.Get("X-Cache") == "" {
			t.Errorf("%s: the bucket answered itself", h)
		}
	}
}

// An invalidation path has many stars, each of which could stand for anything. It is compared in one pass.
func TestInvalidationStars(t *testing.T) {
	s := serve(t, app)
	opened(t, get(t, s, "/public/picture.jpg"))
	if n := s.Edge.Invalidate("/" + strings.Repeat("*p", 2000) + "*"); n != 0 {
		t.Errorf("%d entries", n)
	}
	if n := s.Edge.Invalidate("/public/*"); n != 1 {
		t.Errorf("%d entries, want 1", n)
	}
}

// A viewer claims an address that a policy allows, in X-Forwarded-For. The connection's address counts.
func TestForwardedFor(t *testing.T) {
	s := serve(t, app)
	url := signedFor(t, s, "/film", "203.0.113.0/24")
	status(t, get(t, s, url, "X-Forwarded-For: 203.0.113.7", "Forwarded: for=203.0.113.7", "X-Real-IP: 203.0.113.7",
		"CloudFront-Viewer-Address: 203.0.113.7:1", "True-Client-IP: 203.0.113.7"), 403)
}

// A public path is asked for, with headers that other servers take for the real one. The public object.
func TestOverrideHeaders(t *testing.T) {
	s := serve(t, app)
	r := get(t, s, "/public/picture.jpg", "X-Original-URL: /report.pdf", "X-Rewrite-URL: /report.pdf",
		"X-HTTP-Method-Override: PUT", "X-Forwarded-Host: evil.example", "X-Forwarded-Prefix: /report.pdf")
	if r.Text != "public picture" {
		t.Errorf("%d %q", r.StatusCode, r.Text)
	}
}

// A redirect to HTTPS is made to carry a line break, or to lead to another host. The path is
// sent back as it came, below the same host.
func TestRedirect(t *testing.T) {
	s := serve(t, app)
	for _, target := range []string{"/%0d%0aSet-Cookie:%20a=b", "//evil.example/x", `/\evil.example/x`, "/@evil.example"} {
		r := plain(t, s, target)
		if to := r.Header.Get("Location"); r.StatusCode != 301 || to != s.URL+target || r.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d to %q", target, r.StatusCode, to)
		}
	}
}

// A GET has a body, with a second request in it. 403, and the second one is not answered.
func TestBodyOnGet(t *testing.T) {
	s := serve(t, app)
	status(t, raw(t, s, "GET /public/picture.jpg HTTP/1.1\nHost: "+host(s)+
		"\nContent-Length: 30\n\nGET /film HTTP/1.1\nHost: x\n\n"), 403)
	closed(t, raw(t, s, "GET /film HTTP/1.1\nHost: "+host(s)+
		"\nTransfer-Encoding: chunked\nContent-Length: 4\nConnection: close\n\n0\n\n"))
}

// A wildcard's directory is left by dot segments, plain, escaped and escaped twice. 403 or the
// object is not found.
func TestDotSegmentsOutOfWildcard(t *testing.T) {
	s := serve(t, app)
	q := wildcard(t, s, "/hls/*")
	for _, path := range []string{"/hls/../report.pdf", "/hls/%2e%2e/report.pdf", "/hls/..%2freport.pdf",
		"/hls/%252e%252e/report.pdf", `/hls/..\report.pdf`, "/hls/..;/report.pdf", "/hls/./../report.pdf",
		"/hls//../../report.pdf", "/hls/%00/../../report.pdf"} {
		closed(t, get(t, s, path+"?"+q))
		closed(t, h2Get(t, s, host(s), path+"?"+q))
	}
}

// A public directory is left by dot segments, plain, escaped and escaped twice. 403.
func TestDotSegmentsOutOfPublic(t *testing.T) {
	s := serve(t, app)
	for _, path := range []string{"/public/../report.pdf", "/public/%2e%2e/report.pdf", "/public/..%2freport.pdf",
		"/public/%252e%252e/report.pdf", `/public/..\report.pdf`, "/public/..;/report.pdf", "/public/./../report.pdf"} {
		closed(t, get(t, s, path))
		closed(t, h2Get(t, s, host(s), path))
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// signedFor returns the request target of a path, signed for viewers in a range of addresses.
func signedFor(t *testing.T, s *edgetest.Server, path, cidr string) string {
	t.Helper()
	url, err := s.Signer.URL(s.URL+path, signer.Terms{For: time.Hour, IP: netip.MustParsePrefix(cidr)})
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(url, s.URL)
}
