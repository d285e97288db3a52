package s3_test

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

	"example.com/privatecdn/edge/internal/s3"
	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/infra"
)

func endpoint(url, secret string) s3.Endpoint {
	return s3.Endpoint{URL: url, Bucket: "media", Region: "eu-west-1",
		Credentials: credentials.NewStaticCredentialsProvider(s3.LocalCredentials.AccessKeyID, secret, "")}
}

func newRemote(t *testing.T, url, secret string) *s3.Server {
	t.Helper()
	server, err := s3.NewRemote(privateBucket(), at, endpoint(url, secret))
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// TestRemoteSigns puts a bucket before one that only the owner of
// LocalCredentials may read, which tells whether a signature is right.
func TestRemoteSigns(t *testing.T) {
	t.Parallel()
	owned, err := s3.New(&infra.Bucket{Name: "media", ARN: "arn:aws:s3:::media", Region: "eu-west-1"}, time.Now,
		s3.Content{Files: fstest.MapFS{
			"a.txt": {Data: []byte("hello")}, "grüße/a b+c.txt": {Data: []byte("signs and spaces")},
		}})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(owned)
	t.Cleanup(h.Close)
	right := newRemote(t, h.URL, s3.LocalCredentials.SecretAccessKey)
	for path, want := range map[string]string{
		"/a.txt":                           "hello",
		"/gr%C3%BC%C3%9Fe/a%20b%2Bc.txt":   "signs and spaces",
		"/a.txt?response-content-type=a/b": "hello",
	} {
		if response, body := ask(t, right, "GET", path, asOAI); response.StatusCode != 200 || body != want {
			t.Errorf("GET %s: %v, %q", path, response, body)
		}
	}
	if _, body := ask(t, newRemote(t, h.URL, "wrong"), "GET", "/a.txt", asOAI); !strings.Contains(body,
		"SignatureDoesNotMatch") {
		t.Errorf("with a wrong secret: %q", body)
	}
}

// What another signer has left in a request does not reach the server, and the
// server is not asked to compress.
func TestRemoteHeaders(t *testing.T) {
	t.Parallel()
	var seen *http.Request
	h := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r }))
	t.Cleanup(h.Close)
	server := newRemote(t, h.URL+"/base/", "any")
	ask(t, server, "GET", "/a.txt", asOAI, header("Authorization", "old"), header("X-Amz-Security-Token", "old"),
		header("X-Other", "kept"))
	if !strings.HasPrefix(seen.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") ||
		seen.RequestURI != "/base/media/a.txt" ||
		seen.Header["X-Amz-Security-Token"] != nil || seen.Header.Get("X-Other") != "kept" ||
		seen.Header["Accept-Encoding"] != nil {
		t.Errorf("the server saw %s %v", seen.RequestURI, seen.Header)
	}
	signed := presigned(t, s3.LocalCredentials, "a.txt", at(), time.Hour)
	if status, _ := open(t, server, "GET", signed+"&response-expires=x"); status != 403 ||
		seen.RequestURI != "/base/media/a.txt" {
		t.Errorf("a changed query: %d", status)
	}
	if status, body := open(t, server, "GET", signed); status != 200 || strings.Contains(seen.RequestURI, "X-Amz-") {
		t.Errorf("presigned: %d %s, the server saw %s", status, body, seen.RequestURI)
	}
}

// A response of which nothing is used is not waited for.
func TestRemoteResponseIsGivenUp(t *testing.T) {
	t.Parallel()
	ended := make(chan bool, 1)
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			ended <- true
		case <-time.After(20 * time.Second):
			ended <- false
		}
	}))
	t.Cleanup(h.Close)
	response, _ := ask(t, newRemote(t, h.URL, "any"), "GET", "/a.txt", asOAI)
	if given := <-ended; !given || response.StatusCode != 403 {
		t.Errorf("%d, given up: %v", response.StatusCode, given)
	}
}

func TestRemoteRefused(t *testing.T) {
	t.Parallel()
	keys := credentials.NewStaticCredentialsProvider("a", "b", "")
	for name, e := range map[string]s3.Endpoint{
		"no host":        {URL: "http://", Bucket: "b", Credentials: keys},
		"no scheme":      {URL: "127.0.0.1:9000", Bucket: "b", Credentials: keys},
		"another scheme": {URL: "ftp://127.0.0.1:9000", Bucket: "b", Credentials: keys},
		"no bucket":      {URL: "http://127.0.0.1:9000", Credentials: keys},
		"no credentials": {URL: "http://127.0.0.1:9000", Bucket: "b"},
	} {
		if _, err := s3.NewRemote(privateBucket(), at, e); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := s3.NewRemote(privateBucket(), at, s3.Endpoint{URL: "https://s3.example.com", Bucket: "b",
		Credentials: keys}); err != nil {
		t.Errorf("https: %v", err)
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
			Effect: "Allow", Principals: []bucketpolicy.Principal{{Kind: "CanonicalUser", Value: canonical}},
			Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::media/*"},
		}},
	}
	server, err := s3.NewRemote(bucket, time.Now, endpoint(fake.URL, "any"))
	if err != nil {
		t.Fatal(err)
	}

	cases := map[string]struct {
		principal   s3.Principal
		path, rnge  string
		status      int
		body, ctype string
	}{
		"OAI":       {s3.OAI("E2", canonical), "/dir/ten.txt", "", 200, object, "text/x-ten"},
		"range":     {s3.OAI("E2", canonical), "/dir/ten.txt", "bytes=2-4", 206, "234", "text/x-ten"},
		"missing":   {s3.OAI("E2", canonical), "/none", "", 403, "", "application/xml"},
		"anonymous": {s3.Principal{}, "/dir/ten.txt", "", 403, "", "application/xml"},
		"dots":      {s3.OAI("E2", canonical), "/x/../dir/ten.txt", "", 403, "", "application/xml"},
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
