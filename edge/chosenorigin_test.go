package edge_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/privatecdn/edge"
)

// What a function chooses reaches the origin: a website's address is an HTTP
// origin even if the bucket is in the template, and custom headers replace the
// origin's own.
func TestChosenOrigin(t *testing.T) {
	t.Parallel()
	const website = "content.s3-website-us-east-1.amazonaws.com"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %q %q", r.Host, r.Header["X-Own"], r.Header["X-Chosen"])
	}))
	t.Cleanup(server.Close)
	const web = "\n- {Id: web, DomainName: web.example.com, CustomOriginConfig: {OriginProtocolPolicy: https-only}," +
		" OriginCustomHeaders: [{HeaderName: X-Own, HeaderValue: own}]}"
	for choice, want := range map[string]string{
		"cf.updateRequestOrigin({domainName: '" + website + "'})": website + ` [] []`,
		"cf.selectRequestOriginById('web')":                       `web.example.com ["own"] []`,
		"cf.selectRequestOriginById('web'); cf.updateRequestOrigin({domainName: 'web.example.com'," +
			" customHeaders: {'x-chosen': 'c'}, originAccessControlConfig: {enabled: false}})": `web.example.com [] ["c"]`,
	} {
		s := fn("AutoPublish: true, "+runtime2,
			"import cf from 'cloudfront'; function handler(e) { "+choice+"; return e.request }").with(web)
		s.bucket = "BucketName: content"
		e, err := edge.New(edge.Options{
			Text: s.text(), Buckets: map[string]fs.FS{"": fstest.MapFS{"home.html": {Data: []byte("home")}}},
			Origins: map[string]http.RoundTripper{website: to(server.URL), "web.example.com": to(server.URL),
				"o": to("http://127.0.0.1:1")}, // the origin that is not chosen
		})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		if got := body(t, get(t, e, "https://"+e.Deployments()[0].Hosts[0]+"/home.html")); got != want {
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
