package edge_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/edge"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	cases := readCases(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			runCase(t, c)
		})
	}
}

// caseRun is a case while it runs.
type caseRun struct {
	t       *testing.T
	c       *conformanceCase
	edge    *edge.Edge
	now     time.Time
	origin  *scriptedOrigin
	refusal *edge.Refusal
}

func runCase(t *testing.T, c *conformanceCase) {
	run := &caseRun{t: t, c: c, now: caseStart, origin: newScriptedOrigin(c.files)}
	var err error
	if run.edge, err = edge.New(run.options()); err != nil {
		t.Fatal(err)
	}
	defer run.edge.Close()
	for i := range c.steps {
		run.step(&c.steps[i])
	}
}

func (run *caseRun) options() edge.Options {
	o := edge.Options{
		Text:           run.template(),
		Buckets:        map[string]fs.FS{"": run.bucket()},
		Origins:        map[string]http.RoundTripper{"origin.example.com": run.origin},
		Clock:          func() time.Time { return run.now },
		KeyValueStores: map[string]string{"store": "testdata/store.json"},
		OnRefusal:      func(r edge.Refusal) { run.refusal = &r },
	}
	for _, option := range run.c.options {
		name, value := option[0], option[1]
		switch name {
		case "StrictViewer":
			o.StrictViewer = true
		case "ForwardedFor":
			o.ForwardedFor = true
		case "HideReasons":
			o.HideReasons = true
		case "ViewerCountry":
			o.ViewerCountry = value
		case "HTTPSPort":
			o.HTTPSPort, _ = strconv.Atoi(value)
		case "CacheSize":
			o.CacheSize, _ = strconv.ParseInt(value, 10, 64)
		default:
			run.t.Fatalf("unknown option %q", name)
		}
	}
	return o
}

func (run *caseRun) step(s *step) {
	run.t.Helper()
	switch {
	case s.command == nil:
		run.request(s)
	case s.command[0] == "wait":
		d, err := time.ParseDuration(s.command[1])
		if err != nil {
			run.t.Fatal(err)
		}
		run.now = run.now.Add(d)
	case s.command[0] == "origin":
		run.origin.serve(s.command[1])
	case s.command[0] == "invalidate":
		run.edge.Invalidate(s.command[1:]...)
	}
}

func (run *caseRun) request(s *step) {
	run.t.Helper()
	c := run.newRequest(s)
	r := c.parse(run.t)
	run.refusal = nil
	run.origin.forget()
	w := httptest.NewRecorder()
	if aborted(func() { run.edge.ServeHTTP(w, r) }) {
		run.t.Fatalf("line %d: %s %s: the connection was broken off", s.line, s.method, s.url)
	}
	run.compare(s, w.Result(), w.Body.String())
}

// caseRequest is a step's request as it goes over the wire.
type caseRequest struct {
	text   string
	secure bool
	remote string
	host   *string // in place of the one in text, as HTTP/2 brings it, in which no server looks for separators
}

func (run *caseRun) newRequest(s *step) caseRequest {
	run.t.Helper()
	url, body, proto := s.url, "", "HTTP/1.1"
	c := caseRequest{remote: "198.51.100.7:4711"}
	header := http.Header{}
	for _, f := range s.fields {
		switch name, value := f[0], f[1]; name {
		case "sign":
			if policy, found := run.c.files["policy.json"]; found {
				value = strings.Replace(value, "@policy.json", strings.Join(strings.Fields(policy), ""), 1)
			}
			url = parseGrant(run.t, value, run.now).signURL(run.t, url)
		case "cookies":
			header.Add("Cookie", parseGrant(run.t, value, run.now).cookie(run.t, url))
		case "then":
			url += value
		case "viewer":
			c.remote = value + ":4711"
		case "body":
			body = value
		case "proto":
			proto = value
		case "host":
			c.host = &value
		default:
			header.Add(name, expand(value))
		}
	}
	c.text, c.secure = requestText(s.method, url, proto, header, body)
	return c
}

// parse reads the request the way a server does, so that nothing cleans its
// path.
func (c *caseRequest) parse(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(c.text)))
	if err != nil {
		t.Fatal(err)
	}
	if c.secure {
		r.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256}
	}
	if c.host != nil {
		r.Host = *c.host
	}
	r.RemoteAddr = c.remote
	return r
}

func aborted(serve func()) (yes bool) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			yes = true
		}
	}()
	serve()
	return false
}

func parseRequest(t *testing.T, method, url, proto string, header http.Header, body string) *http.Request {
	t.Helper()
	c := caseRequest{}
	c.text, c.secure = requestText(method, url, proto, header, body)
	return c.parse(t)
}

func requestText(method, url, proto string, header http.Header, body string) (text string, secure bool) {
	scheme, rest, _ := strings.Cut(url, "://")
	host, target := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		host, target = rest[:i], rest[i:]
	}
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s %s\r\nHost: %s\r\n", method, expandURL(target), proto, host)
	if body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	_ = header.Write(&b)
	b.WriteString("\r\n" + body)
	return b.String(), scheme == "https"
}

// expandURL makes a long URL of a short line: {9000x} is nine thousand x.
func expandURL(target string) string {
	return regexp.MustCompile(`\{(\d+)(.)\}`).ReplaceAllStringFunc(target, func(s string) string {
		n, _ := strconv.Atoi(s[1 : len(s)-2])
		return strings.Repeat(s[len(s)-2:len(s)-1], n)
	})
}

func (run *caseRun) compare(s *step, resp *http.Response, body string) {
	run.t.Helper()
	fail := func(what, got, want string) {
		run.t.Helper()
		run.t.Errorf("line %d: %s %s\n%s is\n  %q, want\n  %q\n(status %d, reason %q)",
			s.line, s.method, s.url, what, got, want, resp.StatusCode, resp.Header.Get("X-Privatecdn-Reason"))
	}
	if resp.StatusCode != s.status {
		fail("the status", strconv.Itoa(resp.StatusCode), strconv.Itoa(s.status))
	}
	for _, e := range s.expect {
		name, want := e[0], e[1]
		var got string
		switch name {
		case "body":
			got, want = body, expand(want)
			if file, found := strings.CutPrefix(want, "@"); found {
				want = run.c.files[file]
				got = strings.TrimSpace(strings.ReplaceAll(got, "\r\n", "\n"))
			}
		case "size":
			got = strconv.Itoa(len(body))
		case "reason":
			if run.refusal != nil {
				got = string(run.refusal.Reason)
			}
		case "asked":
			got = run.origin.asked()
		default:
			if asked, found := strings.CutPrefix(name, "origin."); found {
				got = run.origin.header(asked)
			} else {
				got = strings.Join(resp.Header.Values(name), ", ")
			}
		}
		if !agrees(got, want) {
			fail(name, got, want)
		}
	}
}

func agrees(got, want string) bool {
	if pattern, found := strings.CutPrefix(want, "~ "); found {
		return regexp.MustCompile(pattern).MatchString(got)
	}
	if want == "-" {
		want = ""
	}
	return got == strings.ReplaceAll(strings.ReplaceAll(want, `\r\n`, "\r\n"), `\n`, "\n")
}
