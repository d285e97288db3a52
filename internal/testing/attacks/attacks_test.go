// Package attacks_test tries to get past the promises of privatecdn, one test
// an attack.
//
// The first sentence of a test's comment is the attack, the rest what answers
// it; docs/security.md lists both, and TestTable compares the list with the
// tests. `go test ./internal/testing/attacks -run TestTable -update` writes it.
//
// Every private object in these tests contains the word PRIVATE.
package attacks_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/signer"
)

// app is the template of the app with its default settings: everything is
// signed but public/*.
const app = "../../../testdata/PrivateCdn.template.json"

// golden is a template of the construct's own tests.
func golden(name string) string {
	return "../../../constructs/privatecdn/testdata/golden/" + name + ".template.json"
}

// content is the bucket that viewers attack.
var content = fstest.MapFS{
	"report.pdf":         {Data: []byte("PRIVATE report")},
	"film":               {Data: []byte("PRIVATE film")},
	"filmXv=1":           {Data: []byte("PRIVATE other film")},
	"hls/index.m3u8":     {Data: []byte("#EXTM3U\n# PRIVATE playlist\n")},
	"hls/1.ts":           {Data: []byte("PRIVATE segment")},
	"hls2/1.ts":          {Data: []byte("PRIVATE segment of another film")},
	"public/picture.jpg": {Data: []byte("public picture")},
}

// serve starts an edge over a template with content as its buckets.
func serve[T edgetest.Template](t *testing.T, template T, opts ...edgetest.Option) *edgetest.Server {
	t.Helper()
	t.Parallel()
	return edgetest.NewServer(t, template, content, opts...)
}

// query returns the signed query of a URL or a path: an opener for one object.
func query(t testing.TB, s *edgetest.Server, urlOrPath string) string {
	t.Helper()
	_, q, _ := strings.Cut(s.Signed(urlOrPath), "?")
	return q
}

// wildcard returns the signed query that opens a pattern, a path of the server.
func wildcard(t testing.TB, s *edgetest.Server, pattern string) string {
	t.Helper()
	url, err := s.Signer.URL(s.URL+strings.ReplaceAll(pattern, "*", "x"),
		signer.Terms{For: time.Hour, Resource: s.URL + pattern})
	if err != nil {
		t.Fatal(err)
	}
	_, q, _ := strings.Cut(url, "?")
	return q
}

// cookies returns the Cookie header that opens a pattern, a path of the server.
func cookies(t *testing.T, s *edgetest.Server, pattern string) string {
	t.Helper()
	all, err := s.Signer.Cookies(s.URL+pattern, signer.Terms{For: time.Hour}, signer.CookieOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var pairs []string
	for _, c := range all {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return strings.Join(pairs, "; ")
}

// host returns the server's host and port.
func host(s *edgetest.Server) string { return strings.TrimPrefix(s.URL, "https://") }

// raw sends these bytes over TLS and HTTP/1.1, with lines that end in \n ended
// in CRLF, and returns the first response. No response is status 0.
func raw(t *testing.T, s *edgetest.Server, request string) *edgetest.Response {
	t.Helper()
	conn := dial(t, s, "http/1.1")
	if _, err := io.WriteString(conn, strings.ReplaceAll(request, "\n", "\r\n")); err != nil {
		t.Fatal(err)
	}
	return firstResponse(t, conn)
}

// get sends a request line with this target, byte for byte, and these headers.
func get(t *testing.T, s *edgetest.Server, target string, headers ...string) *edgetest.Response {
	t.Helper()
	return raw(t, s, "GET "+target+" HTTP/1.1\n"+strings.Join(append([]string{"Host: " + host(s)}, headers...), "\n")+
		"\nConnection: close\n\n")
}

// plain is get over HTTP without TLS.
func plain(t *testing.T, s *edgetest.Server, target string, headers ...string) *edgetest.Response {
	t.Helper()
	address := strings.TrimPrefix(s.HTTP, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	lines := append([]string{"GET " + target + " HTTP/1.1", "Host: " + address}, headers...)
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return firstResponse(t, conn)
}

func firstResponse(t *testing.T, conn net.Conn) *edgetest.Response {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return &edgetest.Response{Response: &http.Response{}}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &edgetest.Response{Response: resp, Text: string(body)}
}

func dial(t *testing.T, s *edgetest.Server, protocol string) net.Conn {
	t.Helper()
	// Any certificate is trusted: what is under test is behind it.
	conn, err := tls.Dial("tcp", host(s), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{protocol}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	return conn
}

// h2 sends one HTTP/2 request with exactly these header fields, name and value
// in turn, pseudo headers included. A stream the server resets is status 0.
func h2(t *testing.T, s *edgetest.Server, fields ...string) *edgetest.Response {
	t.Helper()
	conn := dial(t, s, "h2")
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}); err != nil {
			t.Fatal(err)
		}
	}
	framer := http2.NewFramer(conn, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_, err := io.WriteString(conn, http2.ClientPreface)
	if err := errors.Join(err, framer.WriteSettings(), framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: 1, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true,
	})); err != nil {
		t.Fatal(err)
	}
	return h2Response(t, framer)
}

// h2Get is a GET with this :authority and :path, and more fields after them.
func h2Get(t *testing.T, s *edgetest.Server, authority, path string, more ...string) *edgetest.Response {
	t.Helper()
	return h2(t, s, append([]string{
		":method", "GET", ":scheme", "https", ":authority", authority, ":path", path}, more...)...)
}

func h2Response(t *testing.T, framer *http2.Framer) *edgetest.Response {
	t.Helper()
	r := &edgetest.Response{Response: &http.Response{Header: http.Header{}}}
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return r
		}
		switch frame := frame.(type) {
		case *http2.MetaHeadersFrame:
			r.StatusCode, _ = strconv.Atoi(frame.PseudoValue("status"))
			r.Status = frame.PseudoValue("status")
			for _, f := range frame.RegularFields() {
				r.Header.Add(f.Name, f.Value)
			}
			if frame.StreamEnded() {
				return r
			}
		case *http2.DataFrame:
			r.Text += string(frame.Data())
			if frame.StreamEnded() {
				return r
			}
		case *http2.RSTStreamFrame, *http2.GoAwayFrame:
			return r
		}
	}
}

// closed checks that a viewer got nothing private: no response or a refusal.
func closed(t *testing.T, r *edgetest.Response) {
	t.Helper()
	if strings.Contains(r.Text, "PRIVATE") || r.StatusCode != 0 && r.StatusCode < 400 {
		t.Errorf("%d %q, want a refusal", r.StatusCode, r.Text)
	}
}

// status checks that a viewer got nothing private, and this status.
func status(t *testing.T, r *edgetest.Response, want int) {
	t.Helper()
	closed(t, r)
	if r.StatusCode != want {
		t.Errorf("status %d, want %d", r.StatusCode, want)
	}
}

// opened checks that a request that breaks nothing is answered: without it,
// an attack could fail for a reason of its own.
func opened(t *testing.T, r *edgetest.Response) {
	t.Helper()
	if r.StatusCode != http.StatusOK {
		t.Fatalf("the request that is right is refused: %d %q", r.StatusCode, r.Text)
	}
}

// binDir is where the tool is built.
var binDir string

// tool returns the command-line tool, built once for all tests.
var tool = sync.OnceValues(func() (string, error) {
	path := filepath.Join(binDir, "privatecdn")
	out, err := exec.Command("go", "build", "-o", path, "example.com/privatecdn/cmd/privatecdn").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "attacks")
	if err != nil {
		panic(err)
	}
	binDir = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// result is what a run of the tool gave.
type result struct {
	code           int
	stdout, stderr string
}

// run runs the tool in dir, with no repository around it and no AWS
// credentials, and returns what it gave.
func run(t *testing.T, dir, stdin string, args ...string) result {
	t.Helper()
	path, err := tool()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TZ=UTC", "AWS_EC2_METADATA_DISABLED=true",
		"GIT_CEILING_DIRECTORIES=" + filepath.Dir(dir)}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}
