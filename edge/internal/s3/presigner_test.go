package s3_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"example.com/privatecdn/edge/internal/s3"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/signer/presign"
)

const cdn = "d111111abcdef8.cloudfront.net"

// presignedNoon begins a window of every length.
var presignedNoon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// presignedAt returns what signer/presign makes at a time, rounded to half an
// hour and living for one.
func presignedAt(t *testing.T, at time.Time, method, key string) presign.Presigned {
	t.Helper()
	p, err := presign.New(presign.Config{
		Bucket: "media", Region: "eu-west-1", Host: cdn,
		Lifetime: time.Hour, Window: 30 * time.Minute, CacheTTL: 30 * time.Minute,
		Credentials: credentials.NewStaticCredentialsProvider(s3.LocalCredentials.AccessKeyID,
			s3.LocalCredentials.SecretAccessKey, ""),
		Clock: func() time.Time { return at },
	})
	if err != nil {
		t.Fatal(err)
	}
	u, err := p.Presign(t.Context(), presign.Request{Method: method, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestAtTheBucket holds what S3 answers to a URL that came through the
// distribution: the object, for the method it was signed for, until it ends.
func TestAtTheBucket(t *testing.T) {
	t.Parallel()
	objects := fstest.MapFS{}
	for _, key := range []string{"film.mp4", "a b/ü+~'(1)*!$&=;,:@.txt", "100%/%2F.bin", "emoji 🎬.png", "#1?x=2"} {
		objects[key] = &fstest.MapFile{Data: []byte(key), ModTime: presignedNoon}
	}
	for _, test := range []struct {
		name                    string
		signed, asked           time.Duration
		method, change, replace string // the method signed for and, if it differs, asked with
		want                    int
	}{
		{"at once", 0, 0, "GET", "", "", 200},
		{"HEAD", 0, 0, "HEAD", "", "", 200},
		{"at the window's end", 30*time.Minute - time.Second, 30 * time.Minute, "GET", "", "", 200},
		{"just before it ends", 29 * time.Minute, time.Hour - time.Second, "GET", "", "", 200},
		{"after it ended", 29 * time.Minute, time.Hour + time.Second, "GET", "", "", 403},
		{"with another method", 0, 0, "GET HEAD", "", "", 403},
		{"with a parameter more", 0, 0, "GET", "?", "?versionId=1&", 403},
		{"another's signature", 0, 0, "HEAD", "Credential=", "Credential=x", 403},
		{"longer than signed", 0, 0, "GET", "Expires=3600", "Expires=7200", 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bucket := &infra.Bucket{Name: "media", ARN: "arn:aws:s3:::media", Region: "eu-west-1"}
			asked := func() time.Time { return presignedNoon.Add(test.asked) }
			server, err := s3.New(bucket, asked, s3.Content{Files: objects})
			if err != nil {
				t.Fatal(err)
			}
			for key := range objects {
				method, asks, differs := strings.Cut(test.method, " ")
				if !differs {
					asks = method
				}
				u := presignedAt(t, presignedNoon.Add(test.signed), method, key)
				if !strings.HasPrefix(u.URL, "https://"+cdn+"/") {
					t.Fatalf("not on the distribution: %s", u.URL)
				}
				// What CloudFront asks S3: the raw path and query, at the origin's host.
				asked := strings.Replace(strings.Replace(u.URL, test.change, test.replace, 1), cdn, bucketHost, 1)
				request, err := http.NewRequestWithContext(t.Context(), asks, asked, nil)
				if err != nil {
					t.Fatal(err)
				}
				response, err := server.RoundTrip(request)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(response.Body)
				if err != nil {
					t.Fatal(err)
				}
				if response.StatusCode != test.want || test.want == 200 && test.method == "GET" && string(body) != key {
					t.Errorf("%q: %d, want %d: %s", key, response.StatusCode, test.want, body)
				}
			}
		})
	}
}
