package inspector_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/inspector"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/testing/browser"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }

const (
	construct = "../../../../constructs/privatecdn/testdata/"
	template  = construct + "golden/public.template.json"
)

// watched is an edge and its inspector, whose source it is.
type watched struct {
	*edgetest.Server
	url    string // the inspector's
	ring   *keys.Ring
	failed *error // of signing
}

func (w watched) Deployment() *deployment.Deployment {
	d := w.Edge.Deployments()[0]
	d.Endpoint, d.Hosts = w.URL, append(d.Hosts, strings.TrimPrefix(w.URL, "https://"))
	return d
}

func (w watched) LeftOut() []string { return []string{"Alarm (AWS::CloudWatch::Alarm)"} }

func (w watched) Ring() *keys.Ring { return w.ring }

func (w watched) Signer(context.Context) (*signer.Signer, error) { return w.Server.Signer, *w.failed }

func watch(t *testing.T) watched {
	t.Helper()
	w := watched{failed: new(error)}
	ring, err := keys.Create(filepath.Join(t.TempDir(), "ring"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "rsa"} {
		text, err := os.ReadFile(construct + "keys/" + name + ".pem")
		if err != nil {
			t.Fatal(err)
		}
		public, err := keys.ParsePublic(text)
		if err == nil {
			_, err = ring.Adopt(public, "", "")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	i := inspector.New()
	content := fstest.MapFS{
		"films/1.txt": {Data: []byte("first film")}, "films/2.txt": {Data: []byte("second film")},
		"public/1.txt": {Data: []byte("public")},
	}
	w.Server = edgetest.NewServer(t, template, content, edgetest.WithEdge(func(o *edge.Options) { o.OnRequest = i.Add }))
	s := httptest.NewServer(i)
	t.Cleanup(func() {
		s.CloseClientConnections() // the streams of events
		s.Close()
	})
	w.url, w.ring = s.URL, ring
	i.Source = w
	return w
}

func do(t *testing.T, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// A name that somebody pointed at this machine, and a form on another site,
// reach nothing.
func TestOtherHostsAndOrigins(t *testing.T) {
	t.Parallel()
	w := watch(t)
	for host, want := range map[string]int{
		"evil.example": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example:80": 421, "192.0.2.1": 421,
		"localhost:1": 200, "127.0.0.1": 200, "[::1]:80": 200,
	} {
		if r, _ := do(t, "GET", w.url+"/distribution", "", "Host", host); r.StatusCode != want {
			t.Errorf("Host %q: %d, want %d", host, r.StatusCode, want)
		}
	}
	for _, from := range []string{"https://evil.example", "http://localhost:1", "null"} {
		for _, path := range []string{"/open", "/har"} {
			if r, _ := do(t, "POST", w.url+path, "", "Origin", from); r.StatusCode != 403 {
				t.Errorf("POST %s from %s: %d", path, from, r.StatusCode)
			}
		}
	}
	for _, c := range []struct {
		method, site, mode string
		want               int
	}{
		{"GET", "cross-site", "cors", 403}, {"GET", "same-site", "no-cors", 403}, {"GET", "cross-site", "navigate", 200},
		{"POST", "cross-site", "navigate", 403}, {"GET", "same-origin", "cors", 200}, {"GET", "none", "navigate", 200},
	} {
		path := map[string]string{"GET": "/distribution", "POST": "/open"}[c.method]
		r, _ := do(t, c.method, w.url+path, "", "Sec-Fetch-Site", c.site, "Sec-Fetch-Mode", c.mode)
		if r.StatusCode != c.want {
			t.Errorf("%+v: %d", c, r.StatusCode)
		}
	}
	r, _ := do(t, "GET", w.url, "")
	if csp := r.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("Content-Security-Policy: %s", csp)
	}
}

// A request arrives as a row, opens with each condition, and nothing that was
// sent to the page opens anything.
func TestRequest(t *testing.T) {
	t.Parallel()
	w := watch(t)
	signed := w.Signed("/films/1.txt")
	w.Get(strings.Replace(signed, "/1.txt", "/2.txt", 1), "Authorization", "Bearer c2VjcmV0LXRva2Vu",
		"Cookie", "session=c2Vzc2lvbg; CloudFront-Key-Pair-Id=KNOTUSEDHERE12")
	r, err := http.NewRequestWithContext(t.Context(), "GET", w.url+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	next := func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		t.Fatal("the stream ended")
		return ""
	}
	past := next()
	w.Get(signed)
	if now := next(); !strings.Contains(past, "/films/2.txt") || !strings.Contains(now, `"id":2`) {
		t.Errorf("past %s\nnow  %s", past, now)
	}
	_, detail := do(t, "GET", w.url+"/requests/1", "")
	var got struct {
		Status    int
		Reason    string
		Why, Hint string
		Behavior  string
		Viewer    []struct{ Name, Value string }
	}
	if err := json.Unmarshal([]byte(detail), &got); err != nil {
		t.Fatal(err)
	}
	if got.Status != 403 || got.Reason == "" || got.Why == "" || got.Behavior != "*" || len(got.Viewer) == 0 {
		t.Errorf("%+v", got)
	}
	_, opened := do(t, "GET", w.url+"/requests/2", "")
	if !strings.Contains(opened, `{"name":"method","value":"GET"},{"name":"path","value":"/films/1.txt"}]`) {
		t.Errorf("cache key: %s", opened)
	}
	if !strings.Contains(opened, `"name":"resource"`) || strings.Contains(opened, `"holds":false`) {
		t.Errorf("%s", opened)
	}
	_, signature, _ := strings.Cut(signed, "Signature=")
	if !strings.Contains(detail, "session=…; CloudFront-Key-Pair-Id=KNOTUSEDHERE12") {
		t.Errorf("cookies: %s", detail)
	}
	for _, secret := range []string{signature[:20], "c2VjcmV0LXRva2Vu", "c2Vzc2lvbg"} {
		if strings.Contains(past+detail+opened, secret) {
			t.Errorf("%s is shown", secret)
		}
	}
}

// Each condition says whether it holds, also those behind the first that fails.
func TestConditions(t *testing.T) {
	t.Parallel()
	w := watch(t)
	limited, err := w.Server.Signer.URL("/films/1.txt", signer.Terms{
		From: w.Clock.Now().Add(time.Hour), For: 2 * time.Hour, IP: netip.MustParsePrefix("192.0.2.0/24")})
	if err != nil {
		t.Fatal(err)
	}
	signed, id := w.Signed("/films/1.txt"), w.Edge.Deployments()[0].Keys[0].ID
	elsewhere := func(url string) string { return strings.Replace(url, "/1.txt", "/2.txt", 1) }
	for i, c := range []struct{ url, reason, holds string }{
		{signed, "", "key signature resource before"},
		{elsewhere(signed), "signature-mismatch", "key !signature resource before"},
		{limited, "not-yet-valid", "key signature resource !not before before !address"},
		{elsewhere(limited), "not-yet-valid", "key signature !resource !not before before !address"},
		{"/films/1.txt?Expires=soon&Signature=abcdefgh&Key-Pair-Id=" + id, "malformed-policy", "key !policy"},
		{"/films/1.txt?Expires=1&Signature=abcdefgh&Key-Pair-Id=K0000000000000", "unknown-key", "!key"},
		{"/films/1.txt", "missing-key", ""},
		{"/public/1.txt?Expires=1&Signature=abcdefgh&Key-Pair-Id=" + id, "", ""},
	} {
		w.Get(c.url)
		_, text := do(t, "GET", fmt.Sprintf("%s/requests/%d", w.url, i+1), "")
		var got struct {
			Reason     string
			Conditions []struct {
				Name, Asked, Found string
				Holds              bool
			}
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		var holds []string
		for _, x := range got.Conditions {
			if x.Asked == "" || x.Found == "" {
				t.Errorf("%s: %+v", c.url, x)
			}
			if !x.Holds {
				x.Name = "!" + x.Name
			}
			holds = append(holds, x.Name)
		}
		if got := strings.Join(holds, " "); got != c.holds {
			t.Errorf("%s: %q, want %q", c.url, got, c.holds)
		}
		if got.Reason != c.reason {
			t.Errorf("%s: %s, want %s", c.url, got.Reason, c.reason)
		}
	}
}

// The newest 500 requests are remembered.
func TestRemembered(t *testing.T) {
	t.Parallel()
	w := watch(t)
	for range 501 {
		w.Get("/public/1.txt")
	}
	for id, want := range map[string]int{"0": 404, "1": 404, "2": 200, "501": 200, "502": 404, "-1": 404, "x": 404} {
		if r, _ := do(t, "GET", w.url+"/requests/"+id, ""); r.StatusCode != want {
			t.Errorf("request %s: %d, want %d", id, r.StatusCode, want)
		}
	}
}

// slow is a browser that takes nothing after the first event until it is let go.
type slow struct {
	*httptest.ResponseRecorder
	first, let chan struct{}
}

func (s slow) Write(p []byte) (int, error) {
	if s.Body.Len() == 0 {
		close(s.first)
	}
	<-s.let
	return s.ResponseRecorder.Write(p)
}

// A browser that lags behind by more than is remembered and 256 requests more is
// disconnected after them.
func TestSlowBrowser(t *testing.T) {
	t.Parallel()
	traces := make(chan edge.Trace, 1)
	s := edgetest.NewServer(t, template, fstest.MapFS{}, edgetest.WithEdge(func(o *edge.Options) {
		o.OnRequest = func(t edge.Trace) { traces <- t }
	}))
	s.Get("/public/1.txt")
	i, trace := inspector.New(), <-traces
	i.Add(trace)
	browser := slow{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		i.ServeHTTP(browser, httptest.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1/events", nil))
		close(ended)
	}()
	<-browser.first
	const most = 500 + 256
	for range most + 1 {
		i.Add(trace)
	}
	close(browser.let)
	<-ended
	if events := strings.Count(browser.Body.String(), "\ndata: "); events != 1+most {
		t.Errorf("%d events", events)
	}
}

func TestDistribution(t *testing.T) {
	t.Parallel()
	w := watch(t)
	w.Get(w.Signed("/films/1.txt"))
	_, text := do(t, "GET", w.url+"/distribution", "")
	for _, want := range []string{
		`{"pattern":"public/*","access":"public","opens":"Every request is served.","keys":null}`,
		`"signed":1}`, `"created":"20`, `"leftOut":["Alarm (AWS::CloudWatch::Alarm)"]`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	for path, want := range map[string]string{
		"public/x": `"public/*"`, "/films/1.mp4%3Fpublic/": `"*"`, "/public/../x": `"*"`,
	} {
		if _, text := do(t, "GET", w.url+"/path?path="+path, ""); !strings.Contains(text, `"pattern":`+want) {
			t.Errorf("%s: %s", path, text)
		}
	}
}

// The form leads to what it signed; a refusal says why without the signature.
func TestOpen(t *testing.T) {
	t.Parallel()
	w := watch(t)
	const form = "application/x-www-form-urlencoded"
	r, text := do(t, "POST", w.url+"/open", "path=films/1.txt&for=10m", "Content-Type", form)
	if r.StatusCode != 303 {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	w.Opens(r.Header.Get("Location"))
	if strings.Contains(text, "Signature") {
		t.Errorf("the page shows the signature: %s", text)
	}
	r, _ = do(t, "POST", w.url+"/open", "path=films/1.txt&for=10m&with=cookies", "Content-Type", form)
	if r.Header.Get("Location") != w.URL+"/films/1.txt" || len(r.Cookies()) < 3 {
		t.Errorf("%v", r.Header)
	}
	const largest = 16 << 10
	body := "path=films/1.txt&for=10m&more="
	body += strings.Repeat("x", largest-len(body))
	if r, text := do(t, "POST", w.url+"/open", body, "Content-Type", form); r.StatusCode != 303 {
		t.Errorf("the largest form: %d %q", r.StatusCode, text)
	}
	if r, text := do(t, "POST", w.url+"/open", body+"x", "Content-Type", form); r.StatusCode != 400 {
		t.Errorf("a larger form: %d %q", r.StatusCode, text)
	}
	for body, want := range map[string]string{
		"path=x&for=soon":         "The lifetime is not a duration such as 10m or 8h.\n",
		"path=films/1.txt&for=1h": "the key is gone: Signature=…\nfind it\n",
	} {
		*w.failed = fault.New(errors.New("the key is gone: Signature=c2lnbmF0dXJl"), "find it")
		if r, text := do(t, "POST", w.url+"/open", body, "Content-Type", form); r.StatusCode != 400 || text != want {
			t.Errorf("%s: %d %q", body, r.StatusCode, text)
		}
	}
}

// Each answer says what it is, is not stored, and goes nowhere else.
func TestAnswers(t *testing.T) {
	t.Parallel()
	w := watch(t)
	w.Get("/public/1.txt")
	const recording = `{"log": {"entries": []}}`
	for _, c := range []struct {
		method, path, body string
		status             int
		kind, text         string
	}{
		{"GET", "/", "", 200, "text/html; charset=utf-8", "<!doctype html>"},
		{"GET", "/page/script.js", "", 200, "text/javascript; charset=utf-8", ""},
		{"GET", "/page/style.css", "", 200, "text/css; charset=utf-8", ""},
		{"GET", "/script.js", "", 404, "text/plain; charset=utf-8", ""},
		{"GET", "/distribution", "", 200, "application/json", `{"behaviors":`},
		{"GET", "/requests/1", "", 200, "application/json", `{"id":1,`},
		{"POST", "/har", recording, 200, "application/json", "[]"},
		{"POST", "/har", "x", 400, "text/plain; charset=utf-8", "not a HAR file"},
		{"GET", "/har", "", 405, "text/plain; charset=utf-8", ""},
	} {
		r, text := do(t, c.method, w.url+c.path, c.body)
		if r.StatusCode != c.status || r.Header.Get("Content-Type") != c.kind || !strings.HasPrefix(text, c.text) {
			t.Errorf("%s %s: %d %s: %.60q", c.method, c.path, r.StatusCode, r.Header.Get("Content-Type"), text)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s %s: %s is %q, want %q", c.method, c.path, name, got, want)
			}
		}
	}
	r, err := http.Get(w.url + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if got := r.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("events are %s", got)
	}
}

// Headers are listed by name and value, cookies without their values.
func TestHeaders(t *testing.T) {
	t.Parallel()
	w := watch(t)
	r, err := http.NewRequestWithContext(t.Context(), "GET", w.URL+"/public/1.txt", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{
		"X-B": {"2", "1"}, "X-A": {"3"}, "Cookie": {"a=secret; plain; CloudFront-Key-Pair-Id=K1"},
		"Set-Cookie": {"a=secret; Path=/x; HttpOnly"}, "Accept-Encoding": {"identity"}, "User-Agent": {"me"},
	}
	response, err := w.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	_, text := do(t, "GET", w.url+"/requests/1", "")
	var got struct {
		Viewer []struct{ Name, Value string }
		Policy json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	want := "[{Accept-Encoding identity} {Cookie a=…; plain; CloudFront-Key-Pair-Id=K1} " +
		"{Set-Cookie a=…; Path=/x; HttpOnly} {User-Agent me} {X-A 3} {X-B 1} {X-B 2}]"
	if fmt.Sprint(got.Viewer) != want || got.Policy != nil {
		t.Errorf("%v\n%v\n%s", got.Viewer, want, got.Policy)
	}
	w.Get(w.Signed("/films/1.txt"))
	if _, text := do(t, "GET", w.url+"/requests/2", ""); !strings.Contains(text, `"policy":{"Statement":[`) {
		t.Errorf("%s", text)
	}
}
