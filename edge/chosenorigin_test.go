package edge_test

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/privatecdn/edge"
)

// telling is an origin that tells how it was asked.
type telling struct{}

func (telling) RoundTrip(r *http.Request) (*http.Response, error) {
	text := fmt.Sprintf("%s %s %q %q", r.URL, r.Host, r.Header["X-Own"], r.Header["X-Chosen"])
	return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: int64(len(text)),
		Body: io.NopCloser(strings.NewReader(text))}, nil
}

// What a function chooses reaches the origin: a website's address is an HTTP
// origin even if the bucket is in the template, and custom headers replace the
// origin's own.
func TestChosenOrigin(t *testing.T) {
	t.Parallel()
	const (
		website = "content.s3-website-us-east-1.amazonaws.com"
		bucket  = "content.s3.us-east-1.amazonaws.com"
		web     = "\n- {Id: web, DomainName: web.example.com," +
			" CustomOriginConfig: {OriginProtocolPolicy: http-only, HTTPPort: 8080}," +
			" OriginCustomHeaders: [{HeaderName: X-Own, HeaderValue: own}]}"
		asked = "http://web.example.com:8080/home.html"
		own   = `web.example.com ["own"] []`
	)
	origins := map[string]http.RoundTripper{
		website: telling{}, "web.example.com": telling{}, "other.example.com": telling{},
	}
	for choice, want := range map[string]string{
		"update({domainName: '" + website + "'})": "https://" + website + "/home.html " + website + " [] []",
		"select('web')": asked + " " + own,
		"select('web', {domainName: 'web.example.com'})":   asked + " " + own,
		"select('web', {hostHeader: 'h.example.com'})":     asked + ` h.example.com ["own"] []`,
		"select('web', {domainName: 'other.example.com'})": `other.example.com:8080/home.html other.example.com ["own"]`,
		"update({domainName: 'web.example.com', originPath: '/p/', customHeaders: {'x-chosen': 'c'}})": "" +
			`https://web.example.com/p/home.html web.example.com [] ["c"]`,
		"select('web', {customOriginConfig: {port: 8443, protocol: 'https'}})": "" +
			"https://web.example.com:8443/home.html " + own,
		"select('web', {customOriginConfig: {port: 80, protocol: 'http'}})":   "http://web.example.com/home.html " + own,
		"select('web', {customOriginConfig: {port: 443, protocol: 'https'}})": "https://web.example.com/home.html " + own,
		"select('web', {originAccessControlConfig: {enabled: false}})":        asked + " " + own,
		"select('web', {domainName: '" + bucket + "'})":                       "AccessDenied",
		"select('o', {originAccessControlConfig: {enabled: false}})":          "AccessDenied",
		"select('o', {customOriginConfig: {port: 8443, protocol: 'https'}})":  "home",
		"update({domainName: '" + bucket + "'})":                              "home",
	} {
		choice = strings.NewReplacer("select", "selectRequestOriginById", "update", "updateRequestOrigin").Replace(choice)
		s := fn("AutoPublish: true, "+runtime2,
			"import cf from 'cloudfront'; function handler(e) { cf."+choice+"; return e.request }").with(web)
		s.bucket, s.protocol = "BucketName: content", "ViewerProtocolPolicy: allow-all"
		e, err := edge.New(edge.Options{Text: s.text(), Origins: origins,
			Buckets: map[string]fs.FS{"": fstest.MapFS{"home.html": {Data: []byte("home")}}}})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		if got := body(t, get(t, e, "http"+strings.TrimPrefix(homeOf(e), "https"))); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", choice, got, want)
		}
	}
}

// A function of a viewer's response is checked as that of its request is.
func TestViewerResponseFunctionRefused(t *testing.T) {
	t.Parallel()
	s := shape{
		behavior: "FunctionAssociations: [{EventType: viewer-response, FunctionARN: !GetAtt F.FunctionARN}]",
		resources: `
F: {Type: AWS::CloudFront::Function, Properties: {Name: f, AutoPublish: true,
  FunctionConfig: {Comment: c, Runtime: cloudfront-js-1.0},
  FunctionCode: "async function handler(e) { return e.response }"}}`,
	}
	if got := s.respond(t, "/"); !strings.Contains(got, "has no async") {
		t.Error(got)
	}
}
