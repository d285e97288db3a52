package edgetest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/signer/verify"
)

// failing is a test that records how it fails.
type failing struct {
	testing.TB
	helpers map[string]bool // the functions that call Helper
	said    string
	ends    []func()
}

func (f *failing) Cleanup(end func()) { f.ends = append(f.ends, end) }

func (f *failing) Helper() {
	pc, _, _, _ := runtime.Caller(1)
	f.helpers[runtime.FuncForPC(pc).Name()] = true
}

func (f *failing) Errorf(format string, args ...any) { f.say(fmt.Sprintf(format, args...)) }

func (f *failing) Fatal(args ...any) {
	f.say(fmt.Sprint(args...))
	panic(f)
}

// say records a failure, which must be reported at a line of the test.
func (f *failing) say(text string) {
	f.said += text
	calls := make([]uintptr, 20)
	frames := runtime.CallersFrames(calls[:runtime.Callers(3, calls)])
	for frame, more := frames.Next(); more; frame, more = frames.Next() {
		if strings.Contains(frame.Function, "/edgetest.") && !f.helpers[frame.Function] {
			f.said += " not a helper: " + frame.Function
		}
	}
}

// fails returns what a test says that does something.
func fails(t *testing.T, do func(f *failing)) (f *failing) {
	t.Helper()
	f = &failing{TB: t, helpers: map[string]bool{}}
	defer func() {
		if p := recover(); p != nil && p != f {
			panic(p)
		}
		for _, end := range f.ends {
			end()
		}
	}()
	do(f)
	return f
}

// brokenOrigin breaks off in the middle of its response.
type brokenOrigin struct{}

func (brokenOrigin) RoundTrip(*http.Request) (*http.Response, error) {
	body := io.MultiReader(strings.NewReader(strings.Repeat("part", 5000)), iotest.ErrReader(errors.New("gone")))
	return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: 40_000, Body: io.NopCloser(body)}, nil
}

func TestFailures(t *testing.T) {
	t.Parallel()
	broken := edgetest.WithEdge(func(o *edge.Options) {
		o.Origins = map[string]http.RoundTripper{"bucket": brokenOrigin{}}
	})
	for name, c := range map[string]struct {
		check func(*edgetest.Server)
		want  string
	}{
		"opens": {func(s *edgetest.Server) { s.Opens("/private/a.txt") },
			"/private/a.txt does not open: 403 Forbidden, missing-key not signed"},
		"a redirect opens": {func(s *edgetest.Server) { s.Opens(s.HTTP + "/private/a.txt") }, "does not open: 301 Moved"},
		"refuses": {func(s *edgetest.Server) { s.Refuses("/public/a.txt", verify.MissingKey) },
			`/public/a.txt: 200 OK, reason "", want a refusal for "missing-key"`},
		"refuses for another reason": {func(s *edgetest.Server) { s.Refuses("/private/a.txt", verify.Expired) },
			`403 Forbidden, reason "missing-key", want a refusal for "expired"`},
		"from the cache": {func(s *edgetest.Server) { s.ServesFromCache("/public/a.txt") },
			"/public/a.txt: Miss from cloudfront, want it from the cache"},
		"asks the origin": {func(s *edgetest.Server) { s.Get("/public/a.txt"); s.AsksOrigin("/public/a.txt") },
			"/public/a.txt: Hit from cloudfront, want the origin asked"},
		"no redirect": {func(s *edgetest.Server) { s.HTTP = s.URL; s.RedirectsToHTTPS("/public/a.txt") },
			`/public/a.txt over HTTP: 200 OK to "", want a redirect to https://`},
		"a redirect elsewhere": {func(s *edgetest.Server) { s.URL = "https://x"; s.RedirectsToHTTPS("/public/a.txt") },
			"want a redirect to https://x/public/a.txt"},
		"signs":       {func(s *edgetest.Server) { s.Signed("https://other.example/a.txt") }, "edgetest: "},
		"no signer":   {func(s *edgetest.Server) { s.Signer = nil; s.Signed("/a.txt") }, "nothing to sign for"},
		"no URL":      {func(s *edgetest.Server) { s.Get("http://[/") }, "edgetest: parse"},
		"unreachable": {func(s *edgetest.Server) { s.Get("ftp://host/") }, "edgetest: Get"},
	} {
		f := fails(t, func(f *failing) {
			s := edgetest.NewServer(f, templateFile, content)
			c.check(s)
		})
		if !strings.Contains(f.said, c.want) || strings.Contains(f.said, "not a helper") {
			t.Errorf("%s: said %q, want %q", name, f.said, c.want)
		}
	}
	f := fails(t, func(f *failing) { edgetest.NewServer(f, templateFile, content, broken).Get("/public/a.txt") })
	if !strings.Contains(f.said, "EOF") {
		t.Errorf("a body that breaks off: %q", f.said)
	}
}

func TestNewServerFails(t *testing.T) {
	t.Parallel()
	for want, start := range map[string]func(*failing){
		"no such file":     func(f *failing) { edgetest.NewServer(f, "none.yaml", content) },
		"unsupported type": func(f *failing) { edgetest.NewServer(f, map[string]any{"a": func() {}}, content) },
		"it has no AWS::CloudFront::Distribution": func(f *failing) { edgetest.NewServer(f, "Resources: {}\n", content) },
	} {
		if f := fails(t, start); !strings.Contains(f.said, want) || strings.Contains(f.said, "not a helper") {
			t.Errorf("said %q, want %q", f.said, want)
		}
	}
}

// The server stops when the test ends.
func TestServerStops(t *testing.T) {
	t.Parallel()
	var s *edgetest.Server
	fails(t, func(f *failing) { s = edgetest.NewServer(f, templateFile, content) })
	for _, url := range []string{s.URL, s.HTTP} {
		if _, err := s.Client().Get(url); err == nil || !strings.Contains(err.Error(), "refused") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// A template without trusted key groups needs no signer, a whole object may be
// revalidated, and headers come in pairs.
func TestServerUnsigned(t *testing.T) {
	t.Parallel()
	const template = `
Resources:
  B: {Type: AWS::S3::Bucket, Properties: {BucketName: content}}
  P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref B, PolicyDocument: {Version: "2012-10-17", Statement: [
    {Effect: Allow, Action: s3:GetObject, Principal: {Service: cloudfront.amazonaws.com},
     Resource: !Sub "${B.Arn}/*"}]}}}
  A: {Type: AWS::CloudFront::OriginAccessControl, Properties: {OriginAccessControlConfig: {Name: a,
    OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv4}}}
  D:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Restrictions: {GeoRestriction: {RestrictionType: blacklist, Locations: [FR]}}
        Origins: [{Id: o, DomainName: !GetAtt B.RegionalDomainName, S3OriginConfig: {}, OriginAccessControlId: !Ref A}]
        DefaultCacheBehavior: {TargetOriginId: o, ViewerProtocolPolicy: allow-all,
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6}
`
	s := edgetest.NewServer(t, template, fstest.MapFS{"a": {Data: []byte("a")}})
	if s.Signer != nil {
		t.Error("there is a signer")
	}
	s.AsksOrigin("/a", "Accept", "text/plain", "CloudFront-Viewer-Country", "DE")
	s.ServesFromCache(s.HTTP + "/a")
	s.Refuses("/a", edge.ReasonCountryBlocked, "Accept", "text/plain", "CloudFront-Viewer-Country", "FR")
	s.Opens("/a", "CloudFront-Viewer-Country")
}
