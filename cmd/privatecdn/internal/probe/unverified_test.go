package probe_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/privatecdn/cmd/privatecdn/internal/probe"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/keys"
)

// settled are the findings of a deployment of ours by case. The handler that
// viewers reach is made of the edge.
func settled(t *testing.T, viewers func(http.Handler) http.Handler) (probe.Record, map[string]probe.Finding) {
	t.Helper()
	return settle(t, deployed(t, "", "", viewers))
}

// deployed is a deployment of ours, served by an edge, as it is probed; in its
// template old is replaced by another text.
func deployed(t *testing.T, old, other string, viewers func(http.Handler) http.Handler) probe.Options {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := keys.NewPublic(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile("testdata/deployed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := []byte(strings.NewReplacer("@KEY@", strconv.Quote(public.PEM()), old, other).Replace(string(file)))
	template, err := infra.Read(text, infra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var plain, secure, bucket *httptest.Server
	e, err := edge.New(edge.Options{
		Text: text,
		Buckets: map[string]fs.FS{"": fstest.MapFS{
			"films/film.js":  {Data: []byte(strings.Repeat("film ", 1000))},
			"public/open.js": {Data: []byte("open")},
			"presigned/x.js": {Data: []byte("presigned")},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	plain, bucket = httptest.NewServer(viewers(e)), httptest.NewTLSServer(viewers(e.Bucket("content")))
	secure = httptest.NewUnstartedServer(viewers(e))
	secure.EnableHTTP2 = true
	secure.StartTLS()
	for _, s := range []*httptest.Server{plain, bucket, secure} {
		t.Cleanup(s.Close)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	d := e.Deployments()[0]
	d.Endpoint, d.CA, d.Bucket.Endpoint = secure.URL, ca, bucket.URL
	d.Hosts = append(d.Hosts, strings.TrimPrefix(secure.URL, "https://"), strings.TrimPrefix(plain.URL, "http://"))
	d.Keys[0].State, d.Keys[0].PrivateKey = keys.Signing, "test:key"
	o := options(d, private)
	o.Template = template
	return o
}

func options(d *deployment.Deployment, key crypto.Signer) probe.Options {
	return probe.Options{
		Deployment: d,
		Objects:    []string{"/films/film.js", "/public/open.js", "/presigned/x.js"},
		Openers: keys.Openers{"test": func(context.Context, string) (crypto.Signer, error) {
			return key, nil
		}},
	}
}

func settle(t *testing.T, o probe.Options) (probe.Record, map[string]probe.Finding) {
	t.Helper()
	found := map[string]probe.Finding{}
	record, err := probe.Unverified(t.Context(), o, func(f probe.Finding) { found[f.Case] = f })
	if err != nil {
		t.Fatal(err)
	}
	return record, found
}

// The edge's own answers are what its conformance cases say, and those cases
// are the unverified ones, no more and no fewer.
func TestUnverified(t *testing.T) {
	t.Parallel()
	record, found := settled(t, func(h http.Handler) http.Handler { return h })
	answered := 0
	for _, f := range record.Findings {
		if f.Verdict == probe.Contradicted {
			t.Errorf("%s: seen %q, want %q", f.Case, f.Seen, f.Edge)
		}
		if f.Verdict == probe.Confirmed {
			answered++
		} else if !strings.HasPrefix(f.Why, "needs ") {
			t.Errorf("%s is open: %s", f.Case, f.Why)
		}
	}
	if answered < 19 {
		t.Errorf("%d cases are settled", answered)
	}
	const corpus = "../../../../edge/testdata/conformance"
	files, err := filepath.Glob(corpus + "/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s: %v", corpus, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		_, asked := found[name]
		if unverified := slices.Contains(strings.Split(string(text), "\n"), "source: unverified"); unverified != asked {
			t.Errorf("%s: unverified is %t, and check --unverified knows it: %t", name, unverified, asked)
		}
	}
}

// A deployment that answers otherwise contradicts the case, and the record says
// which file to change and to what.
func TestUnverifiedContradicted(t *testing.T) {
	t.Parallel()
	record, found := settled(t, otherCloudFront)
	want := map[string]string{
		"cookie-policy-star":        "403 MalformedPolicy",
		"headers-policy-on-refusal": "absent",
		"key-raw-path":              "Hit from cloudfront",
		"method-before-signature":   "403 MissingKey",
		"redirect-raw-path":         "/films/film.js",
		"signature-tilde-escaped":   "200",
	}
	for _, f := range record.Findings {
		seen, differs := want[f.Case]
		if differs != (f.Verdict == probe.Contradicted) || differs && f.Seen != seen {
			t.Errorf("%s is %s: seen %q, want %q", f.Case, f.Verdict, f.Seen, seen)
		}
		change := "edge/testdata/conformance/" + f.Case + ".txtar: source: public report, see: "
		if differs && (!strings.HasPrefix(f.Change, change) || !strings.HasSuffix(f.Change, "; expect "+seen)) {
			t.Errorf("%s: the change is %q", f.Case, f.Change)
		}
	}
	if len(found) != len(record.Findings) {
		t.Error("a case has two findings")
	}
}

// otherCloudFront decides some of the unverified cases otherwise.
func otherCloudFront(edge http.Handler) http.Handler {
	refuse := func(w http.ResponseWriter, code string) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(
			w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>`+code+`</Code><Message>m</Message></Error>`,
		)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signed := strings.Contains(r.URL.RawQuery, "Key-Pair-Id=")
		cookies := r.Header.Get("Cookie")
		switch {
		case r.TLS == nil && strings.Contains(r.RequestURI, ".."):
			http.Redirect(w, r, "https://"+r.Host+"/films/film.js", http.StatusMovedPermanently)
			return
		case r.Method == http.MethodPost && !signed && r.TLS != nil:
			refuse(w, "MissingKey")
			return
		case strings.Contains(cookies, "eyJTdGF0ZW1lbnQiOlt7IlJlc291cmNlIjoiKiIs"): // {"Statement":[{"Resource":"*",
			refuse(w, "MalformedPolicy")
			return
		case !signed && cookies == "" && strings.HasPrefix(r.URL.Path, "/films/") && r.TLS != nil:
			refuse(w, "MissingKey")
			return
		}
		r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "%7E", "~")
		if strings.HasPrefix(r.URL.Path, "/public/") {
			r.URL.RawPath, r.RequestURI = "", r.URL.Path
		} else {
			r.RequestURI = r.URL.RequestURI()
		}
		edge.ServeHTTP(w, r)
	})
}

// What a deployment needs beside our defaults: a country that is blocked, and
// objects with a Cache-Control.
func TestUnverifiedOfMore(t *testing.T) {
	t.Parallel()
	const enabled = "        Enabled: true\n"
	blocked := deployed(t, enabled, enabled+
		"        Restrictions: {GeoRestriction: {RestrictionType: blacklist, Locations: [US]}}\n",
		func(h http.Handler) http.Handler { return h })
	_, found := settle(t, blocked)
	if f := found["geo-before-signature"]; f.Verdict != probe.Confirmed {
		t.Errorf("a blocked country: %+v", f)
	}
	want := map[string]string{"max-age=-1": "ttl-negative", `max-age="0"`: "ttl-quoted"}
	for control, name := range want {
		_, found := settled(t, func(edge http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				edge.ServeHTTP(&fixedHeader{w, control}, r)
			})
		})
		if f := found[name]; f.Seen != "Hit from cloudfront" {
			t.Errorf("an object with Cache-Control %s: %+v", control, f)
		}
	}
}

// fixedHeader gives each response a Cache-Control.
type fixedHeader struct {
	http.ResponseWriter
	control string
}

func (w *fixedHeader) WriteHeader(status int) {
	w.Header().Set("Cache-Control", w.control)
	w.ResponseWriter.WriteHeader(status)
}
