package edge_test

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/edge"
)

// The conformance cases run against any other edge, which serves a template with
// a distribution for each of them, as docs/edge.md says.
var (
	edgeDir    = flag.String("edge-dir", "", "directory of template, content and keys for another edge")
	edgeURL    = flag.String("edge", "", "base URL of another edge over HTTPS")
	edgeHTTP   = flag.String("edge-http", "", "base URL of another edge over HTTP")
	edgeOrigin = flag.String("edge-origin", "", "address for the origin of another edge; by default any, then the same")
)

func TestConformanceOfAnother(t *testing.T) {
	t.Parallel()
	dir, secure, plain := *edgeDir, *edgeURL, *edgeHTTP
	if dir == "" {
		dir = t.TempDir()
	}
	origin, port := listenOrigin(t, dir)
	runs, leftOut := prepare(t, dir, port, origin)
	if secure == "" { // this edge, over the network like another
		e, err := edge.New(edge.Options{
			Template: filepath.Join(dir, "template.json"), Bucket: filepath.Join(dir, "bucket"), NoWatch: true,
			KeyValueStores: map[string]string{"store": filepath.Join(dir, "store.json")},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = e.Close() })
		https, http := httptest.NewTLSServer(e), httptest.NewServer(e)
		t.Cleanup(https.Close)
		t.Cleanup(http.Close)
		secure, plain = https.URL, http.URL
	}
	if len(runs) < 3*len(leftOut) {
		t.Errorf("%d cases run, and %d are left out", len(runs), len(leftOut))
	}
	t.Logf("%d cases run, %d are left out:\n%s", len(runs), len(leftOut), strings.Join(leftOut, "\n"))
	for _, run := range runs {
		t.Run(run.c.name, func(t *testing.T) {
			t.Parallel()
			run.t = t
			for i := range run.c.steps {
				run.remote(&run.c.steps[i], secure, plain)
			}
		})
	}
}

// prepare writes what another edge serves, and returns the cases that run
// against it, and those that do not and why.
func prepare(t *testing.T, dir string, port int, origins *sync.Map) (runs []*caseRun, leftOut []string) {
	t.Helper()
	m := &mergedTemplate{t: t, originPort: port, resources: map[string]any{}}
	content := fstest.MapFS{}
	for n, c := range readCases(t) {
		if n++; c.template == "s3" && len(c.set) == 0 && !c.expects("X-Cache") {
			n = 0 // one distribution is enough, as none of them sees the others
		}
		run := &caseRun{t: t, c: c, now: time.Now(), origin: newScriptedOrigin(c.files)}
		reason := c.needsThisEdge()
		for name, file := range run.bucket() {
			if known := content[name]; reason == "" && known != nil && !bytes.Equal(known.Data, file.Data) {
				reason = "another case has other content of " + name
			}
		}
		if reason != "" {
			leftOut = append(leftOut, c.name+": "+reason)
			continue
		}
		maps.Copy(content, run.bucket())
		m.add(n, string(run.template()))
		run.atHost(caseHost(n))
		origins.Store(fmt.Sprintf("%03d", n), run.origin)
		runs = append(runs, run)
	}
	store, err := os.ReadFile("testdata/store.json")
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "store.json"), string(store))
	writeFile(t, filepath.Join(dir, "template.json"), m.text())
	for name, file := range content {
		path := writeFile(t, filepath.Join(dir, "bucket", filepath.FromSlash(name)), string(file.Data))
		if err := os.Chtimes(path, file.ModTime, file.ModTime); err != nil {
			t.Fatal(err)
		}
	}
	return runs, leftOut
}

// needsThisEdge returns why a case cannot run against another edge, if it cannot.
func (c *conformanceCase) needsThisEdge() string {
	if strings.HasPrefix(c.see, "this edge's") || len(c.options) > 0 {
		return "it is about a setting of this edge"
	}
	if slices.ContainsFunc(c.set, func(s [2]string) bool { return strings.HasPrefix(s[0], "Resources.Bucket") }) {
		return "it changes the bucket that the cases share"
	}
	for _, s := range c.steps {
		if s.command != nil && s.command[0] != "origin" && strings.Join(s.command, " ") != "wait 0s" {
			return map[string]string{"wait": "it moves the clock", "invalidate": "it invalidates"}[s.command[0]]
		}
		for _, f := range s.fields {
			if f[0] == "viewer" || strings.HasPrefix(f[0], "CloudFront-") {
				return "it says where the viewer is"
			}
			if f[0] == "host" || f[0] == "proto" && f[1] == "HTTP/2.0" {
				return "it comes over HTTP/2"
			}
		}
		if s.command == nil && !strings.Contains(s.url, "://cdn.example.com") {
			return "it requests another host"
		}
	}
	switch {
	case c.expects("Server-Timing"):
		return "it measures time"
	case c.expects("origin.Cloudfront-Viewer-Address"):
		return "it expects the viewer's address"
	}
	for _, file := range c.files {
		if file == "timeout" {
			return "its origin is silent until the timeout"
		}
	}
	return ""
}

func (c *conformanceCase) expects(header string) bool {
	return slices.ContainsFunc(c.steps, func(s step) bool {
		return slices.ContainsFunc(s.expect, func(e [2]string) bool { return e[0] == header })
	})
}

// atHost moves a case's requests to its own distribution.
func (run *caseRun) atHost(host string) {
	move := func(pairs [][2]string) {
		for i := range pairs {
			pairs[i][1] = strings.ReplaceAll(pairs[i][1], "cdn.example.com", host)
		}
	}
	for i := range run.c.steps {
		s := &run.c.steps[i]
		s.url = strings.ReplaceAll(s.url, "cdn.example.com", host)
		move(s.fields)
		move(s.expect)
	}
	for name, text := range run.c.files {
		run.c.files[name] = strings.ReplaceAll(text, "cdn.example.com", host)
	}
}

// listenOrigin serves the origins of the cases, each below a path of its own, at
// the address that the directory's template has.
func listenOrigin(t *testing.T, dir string) (origins *sync.Map, port int) {
	t.Helper()
	origins = &sync.Map{}
	file := filepath.Join(dir, "origin.txt")
	before, _ := os.ReadFile(file)
	l, err := net.Listen("tcp", cmp.Or(*edgeOrigin, string(before), "127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, file, l.Addr().String())
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, rest, _ := strings.Cut(strings.TrimPrefix(r.RequestURI, "/"), "/")
		origin, found := origins.Load(name)
		u, err := url.ParseRequestURI("/" + rest)
		if !found || err != nil {
			http.NotFound(w, r)
			return
		}
		r.URL = u
		origin.(*scriptedOrigin).ServeHTTP(w, r)
	}))
	_ = server.Listener.Close()
	server.Listener = l
	server.Start()
	t.Cleanup(server.Close)
	return origins, l.Addr().(*net.TCPAddr).Port
}

// remote sends a step's request byte for byte and compares what any viewer sees.
func (run *caseRun) remote(s *step, secure, plain string) {
	run.t.Helper()
	if s.command != nil {
		if s.command[0] == "origin" {
			run.origin.serve(s.command[1])
		}
		return
	}
	run.origin.forget()
	r := run.newRequest(s)
	base, text := secure, r.text
	if !r.secure {
		base = plain
	}
	u, err := url.Parse(base)
	if err != nil || base == "" {
		run.t.Fatalf("line %d: no URL for the request: %v", s.line, err)
	}
	conn, err := net.DialTimeout("tcp", u.Host, 10*time.Second)
	if err != nil {
		run.t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	if u.Scheme == "https" { // any certificate: what is tested is behind it
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
	}
	if _, err := io.WriteString(conn, text); err != nil {
		run.t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: s.method})
	if err != nil {
		run.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		run.t.Fatal(err)
	}
	seen := *s // without what only this edge tells, and what depends on the time and the merged template
	seen.expect = slices.DeleteFunc(slices.Clone(s.expect), func(e [2]string) bool {
		return strings.HasPrefix(e[0], "X-Privatecdn-") ||
			slices.Contains([]string{"reason", "Connection", "Age", "origin.Host", "origin.Scheme"}, e[0])
	})
	run.compare(&seen, resp, string(body))
}

// storedKey returns the key of a name in the directory for another edge, which
// it makes first if there is none.
func storedKey(dir, name string, create func() crypto.Signer) crypto.Signer {
	path := filepath.Join(dir, "keys", name+".pem")
	if data, err := os.ReadFile(path); err == nil {
		block, _ := pem.Decode(data)
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			panic(err)
		}
		return key.(crypto.Signer)
	}
	key := create()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		panic(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		panic(err)
	}
	return key
}
