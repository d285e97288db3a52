package e2e_test

import (
	"crypto/tls"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/signer/presign"
)

// presigned is a distribution that leaves the signature to S3: without a key
// group or an identity, with the query in the cache key, and a cache time of
// half an hour.
const presigned = `
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {}}
  CachePolicy:
    Type: AWS::CloudFront::CachePolicy
    Properties:
      CachePolicyConfig:
        Name: presigned
        MinTTL: 0
        DefaultTTL: 1800
        MaxTTL: 1800
        ParametersInCacheKeyAndForwardedToOrigin:
          EnableAcceptEncodingGzip: true
          HeadersConfig: {HeaderBehavior: none}
          CookiesConfig: {CookieBehavior: none}
          QueryStringsConfig: {QueryStringBehavior: all}
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - Id: bucket
            DomainName: {"Fn::GetAtt": [Bucket, RegionalDomainName]}
            S3OriginConfig: {OriginAccessIdentity: ""}
        DefaultCacheBehavior:
          TargetOriginId: bucket
          ViewerProtocolPolicy: https-only
          CachePolicyId: {Ref: CachePolicy}
`

// TestPresignedExposure checks the times of presigned mode from the template to
// the viewer: a URL opens its object for its lifetime, the cache may serve a
// copy until the exposure ends, and nothing is served after that.
func TestPresignedExposure(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var passed atomic.Int64
	now := func() time.Time { return start.Add(time.Duration(passed.Load())) }
	e, err := edge.New(edge.Options{Text: []byte(presigned), Clock: now, Buckets: map[string]fs.FS{"": content()}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := presign.New(presign.Config{
		Deployment: e.Deployments()[0],
		Credentials: credentials.NewStaticCredentialsProvider(edge.LocalCredentials.AccessKeyID,
			edge.LocalCredentials.SecretAccessKey, ""),
		Lifetime: time.Hour, Window: 30 * time.Minute, Exposure: 90 * time.Minute, Clock: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	sign := func(method, key string) string {
		t.Helper()
		u, err := p.Presign(t.Context(), presign.Request{Method: method, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		if !u.Exposed.Equal(u.Signed.Add(90 * time.Minute)) {
			t.Errorf("exposed until %s", u.Exposed)
		}
		return u.URL
	}
	ask := func(method, url string, want int, cached string) {
		t.Helper()
		request := httptest.NewRequest(method, url, nil)
		request.TLS = &tls.ConnectionState{HandshakeComplete: true}
		answer := httptest.NewRecorder()
		e.ServeHTTP(answer, request)
		if got := answer.Header().Get("X-Cache"); answer.Code != want || !strings.HasPrefix(got, cached) {
			t.Errorf("%s after %s: %d, %s; want %d, %s\n%s", method, time.Duration(passed.Load()), answer.Code, got, want,
				cached, answer.Body)
		}
	}
	at := func(d time.Duration) { passed.Store(int64(d)) }

	u, v := sign(http.MethodGet, "films/1.ts"), sign(http.MethodGet, "films/2.ts")
	ask(http.MethodGet, u, 200, "Miss")
	ask(http.MethodHead, sign(http.MethodHead, "films/3.ts"), 200, "Miss")
	ask(http.MethodGet, strings.SplitN(u, "?", 2)[0], 403, "Error")
	ask(http.MethodGet, strings.Replace(u, "films/1", "films/2", 1), 403, "Error")
	at(29 * time.Minute)
	if sign(http.MethodGet, "films/1.ts") != u {
		t.Error("another URL in the same window")
	}
	ask(http.MethodGet, u, 200, "Hit")
	at(time.Hour - time.Second)
	if sign(http.MethodGet, "films/1.ts") == u {
		t.Error("the same URL in another window")
	}
	ask(http.MethodGet, v, 200, "Miss") // S3's last yes
	at(time.Hour + time.Second)
	ask(http.MethodGet, u, 403, "Error")
	ask(http.MethodGet, v, 200, "Hit")
	at(90*time.Minute - 2*time.Second)
	ask(http.MethodGet, v, 200, "Hit")
	at(90*time.Minute + time.Second)
	ask(http.MethodGet, v, 403, "Error")
}
