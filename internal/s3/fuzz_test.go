package s3_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"example.com/privatecdn/internal/s3"
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
	server, err := s3.New(publicBucket(), root.FS())
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		"/a", "/%61", "/b/a", "/b%2fa", "/b/../a", "/b/%2e%2e/a", "//a", "/./a", "/a/", "/a%00", "/b\\a", "/b%5Ca", "/a+b", "/a%2Bb",
		"/%2561", "/link", "/../a", "/..%2fa", "/...", "/%C3%A4", "/a%cc%88", "/%c0%ae%c0%ae/a", "/b//a", "/b/./a", "/b/c/../a", "", "/", "*",
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
