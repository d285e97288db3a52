package edge_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/edge/internal/s3"
)

// presigned is an S3 presigned URL, made by the SDK for the bucket's own host
// and put on the distribution's.
func presigned(t *testing.T, method, key string, at time.Time, lifetime time.Duration) string {
	t.Helper()
	req, err := http.NewRequest(method, "https://content.s3.us-east-1.amazonaws.com/"+key, nil)
	if err != nil {
		t.Fatal(err)
	}
	q := req.URL.Query()
	q.Set("X-Amz-Expires", strconv.Itoa(int(lifetime.Seconds())))
	req.URL.RawQuery = q.Encode()
	local := s3.LocalCredentials
	credentials := aws.Credentials{AccessKeyID: local.AccessKeyID, SecretAccessKey: local.SecretAccessKey}
	signed, _, err := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }).
		PresignHTTP(context.Background(), credentials, req, "UNSIGNED-PAYLOAD", "s3", "us-east-1", at)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(signed, "content.s3.us-east-1.amazonaws.com", "cdn.example.com", 1)
}

// Presigned mode, whole: S3 checks the signature behind CloudFront, which hands
// it on; a cached answer outlives it by no more than the cache's time.
func TestPresignedMode(t *testing.T) {
	t.Parallel()
	c := &conformanceCase{template: "s3", set: [][2]string{
		{"Default.TrustedKeyGroups", ""},
		{"Dist.Origins.0.S3OriginConfig", `{OriginAccessIdentity: ""}`},
		{"Key.QueryStringsConfig", "{QueryStringBehavior: all}"},
		{"Cache.MaxTTL", "600"}, {"Cache.DefaultTTL", "600"},
	}}
	now := caseStart
	run := &caseRun{t: t, c: c}
	e := newEdge(t, "", edge.Options{Text: run.template(), Clock: func() time.Time { return now }})
	if access := e.Deployments()[0].Behaviors[1].Access; access != deployment.Presigned {
		t.Errorf("the behavior is %s", access)
	}
	url := presigned(t, http.MethodGet, "private/a.txt", now, 10*time.Minute)
	expect := func(url string, status int) {
		t.Helper()
		if r := get(t, e, url); r.StatusCode != status {
			t.Errorf("%s after %s: %s %s", url, now.Sub(caseStart), r.Status, body(t, r))
		}
	}
	expect("https://cdn.example.com/private/a.txt", http.StatusForbidden)
	expect(url, http.StatusOK)
	expect(strings.Replace(url, "a.txt", "b.txt", 1), http.StatusForbidden)
	expect(strings.Replace(url, "X-Amz-Expires=600", "X-Amz-Expires=900", 1), http.StatusForbidden)
	now = now.Add(9 * time.Minute)
	expect(url, http.StatusOK) // from the cache
	now = now.Add(2 * time.Minute)
	expect(url, http.StatusForbidden)

	head := presigned(t, http.MethodHead, "private/a.txt", now, time.Minute)
	w := httptest.NewRecorder()
	e.ServeHTTP(w, parseRequest(t, http.MethodHead, head, "HTTP/1.1", nil, ""))
	if w.Code != http.StatusOK {
		t.Errorf("HEAD: %d", w.Code)
	}
	expect(head, http.StatusForbidden)
}
