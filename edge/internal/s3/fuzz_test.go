package s3_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"example.com/privatecdn/edge/internal/s3"
)

// FuzzKey asks for any raw path: what opens is the file whose name is the
// decoded path, byte for byte, and no other.
func FuzzKey(f *testing.F) {
	dir := f.TempDir()
	outside, inside := filepath.Join(dir, "a"), filepath.Join(dir, "bucket")
	names := []string{"a", "a b", "a+b", "b/a", "b/c/a", "%61", "b%2fa", "...", "b/.../a", "ä"}
	files := map[string]bool{}
	for _, name := range names {
		path := filepath.Join(inside, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			f.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o644); err != nil {
			f.Fatal(err)
		}
		files[name] = true
	}
	if err := os.WriteFile(outside, []byte("outside"), 0o644); err != nil {
		f.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(inside, "link")); err != nil {
		f.Fatal(err)
	}
	root, err := os.OpenRoot(inside)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { root.Close() })
	server := serve(f, publicBucket(), root.FS())
	for _, seed := range []string{
		"/a", "/%61", "/b/a", "/b%2fa", "/b/../a", "/b/%2e%2e/a", "//a", "/./a", "/a/", "/a%00", "/b\\a", "/b%5Ca",
		"/a+b", "/a%2Bb", "/%2561", "/link", "/../a", "/..%2fa", "/...", "/%C3%A4", "/a%cc%88", "/%c0%ae%c0%ae/a",
		"/b//a", "/b/./a", "/b/c/../a", "", "/", "*",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = bucketHost
		u, err := url.ParseRequestURI(raw)
		if err != nil || u.Host != "" {
			return // no server gets such a request
		}
		r.URL = &url.URL{Path: u.Path, RawPath: u.RawPath, Opaque: u.Opaque}
		response, err := server.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		if response.StatusCode != http.StatusOK {
			return
		}
		key, err := url.QueryUnescape(u.EscapedPath())
		if err != nil || !files[string(body)] || "/"+string(body) != key {
			t.Errorf("%q opened %q", raw, body)
		}
	})
}

// FuzzPresigned changes a presigned query: what still opens the object says
// the same as the one that was signed.
func FuzzPresigned(f *testing.F) {
	server := serve(f, privateBucket(), objects())
	r, _ := http.NewRequest("GET", "https://"+bucketHost+"/index.html?X-Amz-Expires=3600&response-content-type=a%2Fb", nil)
	address, _, err := v4.NewSigner().PresignHTTP(f.Context(), aws.Credentials{
		AccessKeyID: s3.LocalCredentials.AccessKeyID, SecretAccessKey: s3.LocalCredentials.SecretAccessKey,
	}, r, "UNSIGNED-PAYLOAD", "s3", "eu-west-1", at())
	if err != nil {
		f.Fatal(err)
	}
	_, signed, _ := strings.Cut(address, "?")
	same, _ := url.ParseQuery(signed)
	f.Add(signed)
	f.Add(signed + "&X-Amz-Expires=99")
	f.Add("X-Amz-Expires=99&" + signed)
	f.Add(strings.ReplaceAll(signed, "%2F", "/"))
	f.Add(strings.Replace(signed, "=host", "=host;range", 1))
	f.Add(strings.Replace(signed, "20261122T12", "20261122t12", 1))
	f.Add("X-Amz-Algorithm")
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = bucketHost
		r.URL = &url.URL{Scheme: "https", Path: "/index.html", RawQuery: query}
		response, err := server.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		asked, _ := url.ParseQuery(query)
		if response.StatusCode == http.StatusOK && asked.Encode() != same.Encode() {
			t.Errorf("opened by %q", query)
		}
		if query == signed && response.StatusCode != http.StatusOK {
			t.Errorf("the signed query itself is %d", response.StatusCode)
		}
	})
}
