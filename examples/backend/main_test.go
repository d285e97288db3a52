package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/internal/testing/browser"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }

// start serves the project's content behind a template of its construct, and
// the backend beside it.
func start(t *testing.T) (*edgetest.Server, *httptest.Server) {
	t.Helper()
	srv := edgetest.NewServer(
		t,
		"../../constructs/privatecdn/testdata/golden/public.template.json",
		os.DirFS("../content"),
		edgetest.WithStart(time.Now().Truncate(time.Second)),
	)
	backend := httptest.NewServer(routes(srv.Signer, ""))
	t.Cleanup(backend.Close)
	return srv, backend
}

// viewer is a browser without a window: it keeps cookies and follows redirects.
func viewer(t *testing.T, srv *edgetest.Server) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := *srv.Client()
	client.Jar, client.CheckRedirect = jar, nil
	// Its transport leads every host to the edge; the backend is on plain HTTP.
	edge := client.Transport
	client.Transport = byScheme{edge}
	return &client
}

type byScheme struct{ https http.RoundTripper }

func (b byScheme) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "https" {
		return b.https.RoundTrip(r)
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestBackend(t *testing.T) {
	t.Parallel()
	srv, backend := start(t)
	client := viewer(t, srv)
	files := []string{
		"/hls/stream.m3u8",
		"/hls/270p/index.m3u8",
		"/hls/270p/init.mp4",
		"/hls/270p/0.m4s",
		"/hls/180p/2.m4s",
	}
	check := func(when string, status int) {
		t.Helper()
		for _, file := range files {
			response, err := client.Get(srv.URL + file)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != status {
				t.Errorf("%s: GET %s: %d, want %d", when, file, response.StatusCode, status)
			}
		}
	}
	post := func(path, leadsTo string) {
		t.Helper()
		response, err := client.PostForm(backend.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		response.Request.URL.Fragment = ""
		if got := response.Request.URL.String(); response.StatusCode != 200 || got != leadsTo {
			t.Errorf("POST %s: %d at %s, want %s", path, response.StatusCode, got, leadsTo)
		}
	}

	check("before the login", 403)
	post("/login", srv.URL+page)
	check("logged in", 200)
	srv.Clock.Advance(8*time.Hour - time.Second)
	check("eight hours later", 200)
	srv.Clock.Advance(time.Second)
	check("at the cookies' end", 403)
	post("/login", srv.URL+page)
	check("logged in again", 200)
	post("/logout", backend.URL+"/")
	check("logged out", 403)
}

func TestReport(t *testing.T) {
	t.Parallel()
	srv, backend := start(t)
	client := viewer(t, srv)
	response, err := client.Get(backend.URL + "/report")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the report: %d, %s", response.StatusCode, response.Header.Get("Content-Type"))
	}
	srv.Clock.Advance(5 * time.Minute)
	srv.Refuses(response.Request.URL.String(), "expired")
}

// TestBrowser logs in with a real browser, waits until the stream plays, and
// logs out.
func TestBrowser(t *testing.T) {
	t.Parallel()
	srv, backend := start(t)
	page := browser.Open(t, browser.Hosts{})
	const answered = `() => document.querySelectorAll(".opened, .refused").length == 3`
	const refused = `() => [...document.querySelectorAll(".refused")].map(s => s.dataset.path).join(" ")`

	page.Go(backend.URL)
	page.Click(`form[action="/login"] button`)
	browser.Await(page, answered)
	if got := browser.Eval[string](page, refused); got != "" {
		t.Errorf("refused are %q; want none", got)
	}
	browser.Eval[bool](page, `() => document.querySelector("video").play().then(() => true)`)
	browser.Await(page, `() => {
		const video = document.querySelector("video");
		return video.currentTime > 0 && video.videoWidth > 0;
	}`)

	if end := browser.Eval[string](page, `() => document.querySelector("#until").dateTime`); end == "" {
		t.Error("the page does not show when the cookies end")
	}
	page.Click(`#sign-out button`)
	page.Go(srv.URL + "/public/index.html")
	browser.Await(page, answered)
	if got := browser.Eval[string](page, refused); got != "/picture.jpg /report.pdf /hls/stream.m3u8" {
		t.Errorf("logged out, refused are %q; want all", got)
	}
}

// The program in the documentation is this one.
func TestDocumented(t *testing.T) {
	t.Parallel()
	program, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/signing.md")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(program), "\npackage main\n")
	if !strings.Contains(string(page), "```go\npackage main\n"+code+"```") {
		t.Error("docs/signing.md shows another program than examples/backend/main.go")
	}
}
