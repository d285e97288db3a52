package edge_test

import (
	"bufio"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/edge"
)

// The conformance cases run against any edge that serves the s3 template:
//
//	go test ./edge -run ConformanceOfAnother -edge-dir DIR
//	go test ./edge -run ConformanceOfAnother -edge-dir DIR -edge https://HOST:PORT -edge-http http://HOST:PORT -v
//
// The first writes template.yaml, bucket/ and keys/ for the other edge into DIR.
var (
	edgeDir  = flag.String("edge-dir", "", "directory of template, content and keys for another edge")
	edgeURL  = flag.String("edge", "", "base URL of another edge over HTTPS")
	edgeHTTP = flag.String("edge-http", "", "base URL of another edge over HTTP")
)

func TestConformanceOfAnother(t *testing.T) {
	t.Parallel()
	dir, secure, plain := *edgeDir, *edgeURL, *edgeHTTP
	if dir == "" {
		dir = t.TempDir()
	}
	writeSetup(t, dir)
	if secure == "" { // this edge, over the network like another
		e, err := edge.New(edge.Options{
			Template: filepath.Join(dir, "template.yaml"), Bucket: filepath.Join(dir, "bucket"), NoWatch: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = e.Close() })
		https, http := httptest.NewTLSServer(e), httptest.NewServer(e)
		t.Cleanup(https.Close)
		t.Cleanup(http.Close)
		secure, plain = https.URL, http.URL
	}
	ran := 0
	for _, c := range readCases(t) {
		if !c.runsAnywhere() || plain == "" && c.overHTTP() {
			continue
		}
		ran++
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			run := &caseRun{t: t, c: c, now: time.Now()}
			for i := range c.steps {
				run.remote(&c.steps[i], secure, plain)
			}
		})
	}
	if ran == 0 {
		t.Error("no case runs")
	}
}

// runsAnywhere reports whether a case needs nothing but the s3 template as it
// is: no setting, no file, no clock and no address of its own.
func (c *conformanceCase) runsAnywhere() bool {
	if c.template != "s3" || len(c.set)+len(c.options) > 0 || strings.HasPrefix(c.see, "this edge's") {
		return false
	}
	for name := range c.files {
		if name != "policy.json" {
			return false
		}
	}
	return !slices.ContainsFunc(c.steps, func(s step) bool {
		return s.command != nil || slices.ContainsFunc(s.fields, func(f [2]string) bool {
			return f[0] == "viewer" || f[0] == "proto" || f[0] == "host" || strings.HasPrefix(f[0], "CloudFront-")
		})
	})
}

func (c *conformanceCase) overHTTP() bool {
	return slices.ContainsFunc(c.steps, func(s step) bool { return strings.HasPrefix(s.url, "http://") })
}

func writeSetup(t *testing.T, dir string) {
	t.Helper()
	writeFile(t, filepath.Join(dir, "template.yaml"), templateText(t, "s3"))
	content := (&caseRun{t: t, c: &conformanceCase{}}).bucket()
	err := fs.WalkDir(content, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(content, name)
		path := writeFile(t, filepath.Join(dir, "bucket", filepath.FromSlash(name)), string(data))
		modified := caseStart.Add(-time.Hour)
		return errors.Join(err, os.Chtimes(path, modified, modified))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// remote sends a step's request byte for byte and compares what any viewer sees.
func (run *caseRun) remote(s *step, secure, plain string) {
	run.t.Helper()
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
	seen := *s // without what only this edge tells, and what an earlier viewer decides
	seen.expect = slices.DeleteFunc(slices.Clone(s.expect), func(e [2]string) bool {
		return e[0] == "reason" || e[0] == "asked" || strings.HasPrefix(e[0], "origin.") ||
			strings.HasPrefix(e[0], "X-Privatecdn-") || e[0] == "Connection" || e[0] == "X-Cache" || e[0] == "Age"
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
