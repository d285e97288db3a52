package edge_test

import (
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/edge"
)

// templateText is a case template with its keys filled in.
func templateText(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/templates/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return fillKeys(string(data))
}

func writeFile(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func get(t *testing.T, e http.Handler, url string, header ...string) *http.Response {
	t.Helper()
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, parseRequest(t, http.MethodGet, url, "HTTP/1.1", h, ""))
	return w.Result()
}

func reason(r *http.Response) edge.Reason { return edge.Reason(r.Header.Get("X-Privatecdn-Reason")) }

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func newEdge(t testing.TB, name string, o edge.Options) *edge.Edge {
	t.Helper()
	if o.Text == nil {
		o.Template = writeFile(t, filepath.Join(t.TempDir(), "template.yaml"), templateText(t, name))
	}
	if o.Buckets == nil {
		o.Buckets = map[string]fs.FS{"": fstest.MapFS{
			"public/a.txt": {Data: []byte("public")}, "private/a.txt": {Data: []byte("private")}}}
	}
	e, err := edge.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatal("never came: " + what)
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
