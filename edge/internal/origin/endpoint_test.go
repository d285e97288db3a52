package origin_test

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"example.com/privatecdn/edge/internal/origin"
	"example.com/privatecdn/edge/internal/s3"
	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/infra"
)

const oaiUser = "0123456789abcdef"

// endpoint is a bucket of our own kind that only the owner of LocalCredentials
// may read: it tells whether a signature is right.
func endpoint(t *testing.T) *httptest.Server {
	t.Helper()
	server, err := s3.New(&infra.Bucket{Name: "media", ARN: "arn:aws:s3:::media", Region: "eu-west-1"}, time.Now,
		s3.Content{Files: fstest.MapFS{
			"a.txt": {Data: []byte("hello")}, "grüße/a b+c.txt": {Data: []byte("signs and spaces")},
		}})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(server)
	t.Cleanup(h.Close)
	return h
}

func newEndpoint(t *testing.T, url, secret string) *origin.Endpoint {
	t.Helper()
	e, err := origin.NewEndpoint(origin.EndpointOptions{
		URL: url, Bucket: "media", Region: "eu-west-1",
		Credentials: credentials.NewStaticCredentialsProvider(s3.LocalCredentials.AccessKeyID, secret, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEndpointSigns(t *testing.T) {
	t.Parallel()
	server := endpoint(t)
	right := newEndpoint(t, server.URL, s3.LocalCredentials.SecretAccessKey)
	for path, want := range map[string]string{
		"/a.txt":                           "hello",
		"/gr%C3%BC%C3%9Fe/a%20b%2Bc.txt":   "signs and spaces",
		"/a.txt?response-content-type=a/b": "hello",
	} {
		response, body, err := get(t, right, "GET", "https://any.host"+path)
		if err != nil || response.StatusCode != 200 || body != want {
			t.Errorf("GET %s: %v, %q, %v", path, response, body, err)
		}
	}
	_, body, err := get(t, newEndpoint(t, server.URL, "wrong"), "GET", "https://any.host/a.txt")
	if err != nil || !strings.Contains(body, "SignatureDoesNotMatch") {
		t.Errorf("with a wrong secret: %q, %v", body, err)
	}
}

// What another signer has left in a request does not reach the server, and the
// server is not asked to compress.
func TestEndpointHeaders(t *testing.T) {
	t.Parallel()
	var seen http.Header
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.Header }))
	t.Cleanup(server.Close)
	r, _ := http.NewRequestWithContext(t.Context(), "GET", "https://any.host/a.txt", nil)
	r.Header = http.Header{"Authorization": {"old"}, "X-Amz-Security-Token": {"old"}, "X-Other": {"kept"}}
	response, err := newEndpoint(t, server.URL, "any").RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if !strings.HasPrefix(seen.Get("Authorization"), "AWS4-HMAC-SHA256 ") || seen["X-Amz-Security-Token"] != nil ||
		seen.Get("X-Other") != "kept" || seen["Accept-Encoding"] != nil {
		t.Errorf("the server saw %v", seen)
	}
}

func TestEndpointOptions(t *testing.T) {
	t.Parallel()
	keys := credentials.NewStaticCredentialsProvider("a", "b", "")
	for name, o := range map[string]origin.EndpointOptions{
		"no host":        {URL: "http://", Bucket: "b", Credentials: keys},
		"no scheme":      {URL: "127.0.0.1:9000", Bucket: "b", Credentials: keys},
		"another scheme": {URL: "ftp://127.0.0.1:9000", Bucket: "b", Credentials: keys},
		"no bucket":      {URL: "http://127.0.0.1:9000", Credentials: keys},
		"no credentials": {URL: "http://127.0.0.1:9000", Bucket: "b"},
	} {
		if _, err := origin.NewEndpoint(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, url := range []string{"http://127.0.0.1:9000", "https://s3.example.com"} {
		if _, err := origin.NewEndpoint(origin.EndpointOptions{URL: url, Bucket: "b", Credentials: keys}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestRemoteBucket puts the bucket's policy before an S3-compatible server
// that has none.
func TestRemoteBucket(t *testing.T) {
	t.Parallel()
	backend := s3mem.New()
	quiet := gofakes3.WithLogger(gofakes3.StdLog(log.New(io.Discard, "", 0)))
	fake := httptest.NewServer(gofakes3.New(backend, quiet).Server())
	t.Cleanup(fake.Close)
	if err := backend.CreateBucket("media"); err != nil {
		t.Fatal(err)
	}
	const object = "0123456789"
	meta := map[string]string{"Content-Type": "text/x-ten"}
	_, err := backend.PutObject("media", "dir/ten.txt", meta, strings.NewReader(object), int64(len(object)), nil)
	if err != nil {
		t.Fatal(err)
	}
	bucket := &infra.Bucket{
		Name: "media", ARN: "arn:aws:s3:::media", Region: "eu-west-1",
		Policy: []bucketpolicy.Statement{{
			Effect: "Allow", Principals: []bucketpolicy.Principal{{Kind: "CanonicalUser", Value: oaiUser}},
			Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::media/*"},
		}},
	}
	server, err := s3.NewRemote(bucket, time.Now, newEndpoint(t, fake.URL, "any"))
	if err != nil {
		t.Fatal(err)
	}

	cases := map[string]struct {
		principal   s3.Principal
		path, rnge  string
		status      int
		body, ctype string
	}{
		"OAI":       {s3.OAI("E2", oaiUser), "/dir/ten.txt", "", 200, object, "text/x-ten"},
		"range":     {s3.OAI("E2", oaiUser), "/dir/ten.txt", "bytes=2-4", 206, "234", "text/x-ten"},
		"missing":   {s3.OAI("E2", oaiUser), "/none", "", 403, "", "application/xml"},
		"anonymous": {s3.Principal{}, "/dir/ten.txt", "", 403, "", "application/xml"},
		"dots":      {s3.OAI("E2", oaiUser), "/x/../dir/ten.txt", "", 403, "", "application/xml"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := s3.WithPrincipal(context.Background(), c.principal)
			r, _ := http.NewRequestWithContext(ctx, "GET", "https://"+"media.s3.eu-west-1.amazonaws.com"+c.path, nil)
			if c.rnge != "" {
				r.Header.Set("Range", c.rnge)
			}
			response, err := server.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, _ := io.ReadAll(response.Body)
			if response.StatusCode != c.status || c.body != "" && string(body) != c.body ||
				response.Header.Get("Content-Type") != c.ctype {
				t.Errorf("got %d, %q, %s", response.StatusCode, body, response.Header.Get("Content-Type"))
			}
		})
	}
}
