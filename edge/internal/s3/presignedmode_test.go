package s3_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/edge/internal/s3"
	"example.com/privatecdn/signer/presign"
)

// TestPresignedMode is presigned mode whole: the construct's template, the
// presigner, the edge's cache and the bucket that checks the signature. An
// object is served from the cache after its URL has expired, and not longer
// than the exposure.
func TestPresignedMode(t *testing.T) {
	t.Parallel()
	const lifetime, window, ttl = 60 * time.Minute, 30 * time.Minute, 30 * time.Minute
	srv := edgetest.NewServer(t, "../../../constructs/privatecdn/testdata/golden/presigned-whole.template.json",
		fstest.MapFS{"film.mp4": {Data: []byte("film"), ModTime: modified}},
		edgetest.WithStart(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)))
	presigner, err := presign.New(presign.Config{
		Deployment: srv.Edge.Deployments()[0], Lifetime: lifetime, Window: window, Clock: srv.Clock.Now,
		Credentials: credentials.NewStaticCredentialsProvider(s3.LocalCredentials.AccessKeyID,
			s3.LocalCredentials.SecretAccessKey, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	sign := func() string {
		t.Helper()
		u, err := presigner.Presign(t.Context(), presign.Request{Method: "GET", Key: "film.mp4"})
		if err != nil {
			t.Fatal(err)
		}
		return u.URL
	}
	says := func(url, want string) {
		t.Helper()
		if r := srv.Get(url); !strings.Contains(r.Text, want) {
			t.Errorf("%d %s, want %s", r.StatusCode, r.Text, want)
		}
	}

	plain, _, _ := strings.Cut(sign(), "?")
	says(plain, "<Code>AccessDenied</Code>")
	says(strings.Replace(sign(), "film.mp4", "other.mp4", 1), "<Code>SignatureDoesNotMatch</Code>")
	first := sign()
	srv.Opens(first)
	srv.Clock.Advance(window - time.Second)
	if sign() != first {
		t.Error("within a window there are two URLs")
	}
	srv.ServesFromCache(sign())
	srv.Clock.Advance(time.Second)
	if sign() == first {
		t.Error("the next window has the same URL")
	}
	srv.Clock.Advance(lifetime - window - time.Second) // the last second of the first URL
	srv.AsksOrigin(first)
	srv.Clock.Advance(ttl - time.Second)
	srv.ServesFromCache(first)
	srv.Clock.Advance(2 * time.Second) // beyond lifetime and TTL
	says(first, "<Message>Request has expired</Message>")
	srv.Opens(sign())
}
