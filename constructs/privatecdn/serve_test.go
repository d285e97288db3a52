package privatecdn_test

import (
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/presign"
)

// content is in every bucket of a scenario.
var content = func() fstest.MapFS {
	files := fstest.MapFS{}
	for _, name := range []string{
		"index.html", "film.mp4", "public/a.txt", "public/refused.html", "private/a.jpg", "a.jpg", "img/a.png",
		"live/a.ts",
		"s3/a.txt", "own/a.txt", "archive/a.txt", "partners/a.txt",
		"live/a.m3u8", "downloads/a.txt", "private/film.mp4", "shop/film.mp4", "tenants/film.mp4",
	} {
		files[name] = &fstest.MapFile{Data: []byte("content of " + name + "\n"), ModTime: then}
	}
	return files
}()

// failing is content with one more object, which S3 fails to read.
type failing struct{ content fs.FS }

// Open implements fs.FS.
func (f failing) Open(name string) (fs.File, error) {
	if name == "broken.mp4" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return f.content.Open(name)
}

// served is a scenario's golden template behind the edge, with the test's own
// keys in place of the ones whose private keys are nowhere.
type served struct {
	*edge.Edge
	tmpl     *infra.Template
	document *deployment.Deployment
	keys     map[string]crypto.Signer // by key pair ID
}

func serve(t *testing.T, name string) *served {
	t.Helper()
	text, err := os.ReadFile(goldenFile(name))
	if err != nil {
		t.Fatal(err)
	}
	s := &served{keys: map[string]crypto.Signer{}}
	text = s.replaceKeys(t, text)
	tmpl, err := infra.Read(text, infra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.start(t, tmpl, edge.Options{Text: text})
	return s
}

// serveAssembly serves the stacks in a cloud assembly together.
func serveAssembly(t *testing.T, dir string) *served {
	t.Helper()
	s := &served{keys: map[string]crypto.Signer{}}
	files, err := filepath.Glob(filepath.Join(dir, "*.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, s.replaceKeys(t, text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tmpl, err := infra.ReadFile(dir, infra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.start(t, tmpl, edge.Options{Template: dir, NoWatch: true})
	return s
}

func (s *served) start(t *testing.T, tmpl *infra.Template, o edge.Options) {
	t.Helper()
	o.Buckets = map[string]fs.FS{"": failing{content}, "replica-of-content": fstest.MapFS{
		"broken.mp4": {Data: []byte("content of the replica\n")},
	}}
	o.Origins = map[string]http.RoundTripper{"api.example.com": api{}}
	s.tmpl = tmpl
	var err error
	if s.Edge, err = edge.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, text := range tmpl.Parameters {
		if d, err := deployment.Parse([]byte(text)); err == nil {
			s.document = d
		}
	}
}

// replacement is a key pair of the tests' own, in place of a public key of
// testdata.
type replacement struct {
	old, public *keys.Public
	private     crypto.Signer
}

// replacements are made once: an RSA key takes long.
var replacements = sync.OnceValues(func() (all []replacement, err error) {
	for _, file := range []string{"a.pem", "b.pem", "c.pem", "rsa.pem"} {
		var r replacement
		if r.old, _, err = (pair{file: file}).New(context.Background(), ""); err != nil {
			return nil, err
		}
		if r.private, err = keys.Generate(r.old.Algorithm()); err != nil {
			return nil, err
		}
		if r.public, err = keys.NewPublic(r.private.Public()); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
})

// replaceKeys puts new keys where a template has the public keys of testdata.
func (s *served) replaceKeys(t *testing.T, text []byte) []byte {
	t.Helper()
	all, err := replacements()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		s.keys[r.public.LocalID()] = r.private
		text = []byte(strings.ReplaceAll(string(text), quoted(t, r.old.PEM()), quoted(t, r.public.PEM())))
	}
	return text
}

func quoted(t *testing.T, s string) string {
	t.Helper()
	q, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(q)
}

// api is the HTTP origin of a scenario.
type api struct{}

func (api) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(fmt.Sprint(r.Method, " ", r.URL.RequestURI(), " of ", r.Host, " ",
			r.Header["Authorization"]))),
	}, nil
}

func (s *served) do(method, url string, header http.Header) *http.Response {
	return ask(s, method, url, header)
}

func ask(h http.Handler, method, url string, header http.Header) *http.Response {
	r := httptest.NewRequest(method, url, nil)
	maps.Copy(r.Header, header)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// sign signs url with the first key that the behavior of its path trusts.
func (s *served) sign(t *testing.T, d *deployment.Deployment, path string) string {
	t.Helper()
	bare, _, _ := strings.Cut(path, "?")
	b, _ := d.Behavior(bare)
	i := slices.IndexFunc(b.Keys, func(id string) bool { return s.keys[id] != nil })
	if i < 0 {
		t.Fatalf("no key opens %s", path)
	}
	signs, err := signer.New(b.Keys[i], s.keys[b.Keys[i]])
	if err != nil {
		t.Fatal(err)
	}
	url, err := signs.URL("https://"+d.Hosts[0]+path, signer.Terms{For: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// presigned presigns path as the deployment document says.
func (s *served) presigned(t *testing.T, bucket, path string) string {
	t.Helper()
	p, err := presign.New(presign.Config{
		Bucket: bucket, Deployment: s.document, Lifetime: time.Hour, Window: 30 * time.Minute,
		Credentials: credentials.NewStaticCredentialsProvider(edge.LocalCredentials.AccessKeyID,
			edge.LocalCredentials.SecretAccessKey, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	url, err := p.Presign(t.Context(), presign.Request{Key: strings.TrimPrefix(path, "/")})
	if err != nil {
		t.Fatal(err)
	}
	return url.URL
}
