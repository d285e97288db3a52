package browser_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/internal/testing/browser"
	"example.com/privatecdn/signer"
)

// films is a bucket with what a page plays.
var films = fstest.MapFS{
	"films/1.txt": {Data: []byte("first film")},
	"other/1.txt": {Data: []byte("another")},
}

const film = media + "/films/1.txt"

// login sets signed cookies for the films, logout clears them.
func login(t *testing.T, s *signer.Signer, o signer.CookieOptions) http.Handler {
	const pattern = media + "/films/*"
	mux := http.NewServeMux()
	mux.Handle("/", blank)
	mux.HandleFunc("/login", func(w http.ResponseWriter, _ *http.Request) {
		cookies, err := s.Cookies(pattern, signer.Terms{For: time.Hour}, o)
		set(t, w, cookies, err)
	})
	mux.HandleFunc("/logout", func(w http.ResponseWriter, _ *http.Request) {
		cookies, err := s.ClearCookies(pattern, o)
		set(t, w, cookies, err)
	})
	return mux
}

func set(t *testing.T, w http.ResponseWriter, cookies []*http.Cookie, err error) {
	if err != nil {
		t.Error(err)
	}
	for _, c := range cookies {
		http.SetCookie(w, c)
	}
	blank(w, nil)
}

// fetched is what a page gets to see of an answer.
type fetched struct {
	Refused                string // by the browser
	Status                 int
	Text, ETag, Range, Via string
}

func fetch(p *browser.Page, url string, options map[string]any) fetched {
	return browser.Eval[fetched](p, `async (url, options) => {
		try {
			const r = await fetch(url, {cache: "no-store", ...options}), get = name => r.headers.get(name) ?? "";
			return {Status: r.status, Text: await r.text(),
				ETag: get("ETag"), Range: get("Content-Range"), Via: get("Via")};
		} catch (err) {
			return {Refused: String(err)};
		}
	}`, url, options)
}

// included are the options of a fetch with cookies and with headers, given as
// name and value in turn.
func included(headers ...string) map[string]any {
	named := map[string]string{}
	for i := 0; i+1 < len(headers); i += 2 {
		named[headers[i]] = headers[i+1]
	}
	return map[string]any{"credentials": "include", "headers": named}
}

// A backend on the site's own host logs in for its media host: the browser
// keeps the cookies from scripts and sends them with the films alone; and by
// one property of the construct its pages may read.
func TestCookiesAcrossOrigins(t *testing.T) {
	t.Parallel()
	srv := edgetest.NewServer(t, deployed(t, "cookies-across-origins"), films)
	page := browser.Open(t, browser.Hosts{
		"app.example.com": login(
			t,
			srv.Signer,
			signer.CookieOptions{Domain: "example.com"},
		), "media.example.com": srv.Edge, "other.test": blank,
	})
	page.Go(app)
	if r := fetch(page, film, included()); r.Status == 200 {
		t.Errorf("before the login: %+v", r)
	}
	page.Go(app + "/login")
	page.Go(app + "/films/")
	if cookies := browser.Eval[string](page, `() => document.cookie`); cookies != "" {
		t.Errorf("scripts can read %s", cookies)
	}
	if r := fetch(page, film, included()); r.Status != 200 || r.Text != "first film" || r.ETag == "" || r.Via != "" {
		t.Errorf("logged in: %+v", r)
	}
	if r := fetch(page, film, included("Range", "bytes=0-4")); r.Status != 206 || r.Text != "first" ||
		r.Range != "bytes 0-4/10" {
		t.Errorf("a range: %+v", r)
	}
	if r := fetch(page, film, nil); r.Status == 200 {
		t.Errorf("without credentials: %+v", r)
	}
	if r := fetch(page, media+"/other/1.txt", included()); r.Status == 200 {
		t.Errorf("what was not signed: %+v", r)
	}
	page.Go(other)
	if r := fetch(page, film, included()); r.Refused == "" {
		t.Errorf("from another site: %+v", r)
	}
	page.Go(app + "/logout")
	if r := fetch(page, film, included()); r.Status == 200 {
		t.Errorf("logged out: %+v", r)
	}
	if n := opened(page, film); n != 2 {
		t.Errorf("%s was asked for with cookies %d times", film, n)
	}
	if opened(page, media+"/other/1.txt") > 0 {
		t.Error("what was not signed was asked for with the films' cookies")
	}
}

// opened counts the requests for a URL that came with signed cookies.
func opened(p *browser.Page, url string) (n int) {
	for _, r := range p.Requests() {
		if r.URL == url && strings.Contains(r.Header.Get("Cookie"), "CloudFront-Signature=") {
			n++
		}
	}
	return n
}

// A browser sends no cookies with a preflight. So what cookies open is what
// needs none; a signed URL is signed for its preflight, too.
func TestPreflight(t *testing.T) {
	t.Parallel()
	srv := edgetest.NewServer(t, deployed(t, "cookies-across-origins"), films)
	page := browser.Open(t, browser.Hosts{
		"app.example.com": login(
			t,
			srv.Signer,
			signer.CookieOptions{Domain: "example.com"},
		), "media.example.com": srv.Edge,
	})
	page.Go(app + "/login")
	signed := srv.Signed(film)
	tag := fetch(page, signed, nil).ETag
	if r := fetch(page, film, included("If-None-Match", tag)); r.Refused == "" {
		t.Errorf("with cookies: %+v", r)
	}
	if r := fetch(page, signed, included("If-None-Match", tag)); r.Status != 304 {
		t.Errorf("with a header that is allowed: %+v", r)
	}
	if r := fetch(page, signed, included("X-Own", "1")); r.Refused == "" {
		t.Errorf("with a header that is not allowed: %+v", r)
	}
	if r := fetch(page, signed, map[string]any{"method": "DELETE"}); r.Refused == "" {
		t.Errorf("by a method that is not allowed: %+v", r)
	}
	var methods []string
	for _, r := range page.Requests()[1:] {
		methods = append(methods, r.Method)
	}
	if want := []string{"GET", "OPTIONS", "OPTIONS", "GET", "OPTIONS", "OPTIONS"}; !slices.Equal(methods, want) {
		t.Errorf("the browser sent %q, want %q", methods, want)
	}
}

// Without the property the content is not for pages of other origins to read
// with cookies: the edge opens it, the browser keeps it from the page. A signed
// URL needs no cookies, and any page may read it.
func TestCookiesAcrossOriginsByDefault(t *testing.T) {
	t.Parallel()
	srv := edgetest.NewServer(t, deployed(t, "default"), films)
	page := browser.Open(t, browser.Hosts{
		"app.example.com": login(
			t,
			srv.Signer,
			signer.CookieOptions{Domain: "example.com"},
		), "media.example.com": srv.Edge,
	})
	page.Go(app + "/login")
	if r := fetch(page, film, included()); r.Refused == "" || opened(page, film) != 1 {
		t.Errorf("with cookies, sent %d times: %+v", opened(page, film), r)
	}
	if !slices.ContainsFunc(
		page.Complaints(),
		func(c string) bool { return strings.Contains(c, "'Access-Control-Allow-Origin' header") },
	) {
		t.Errorf("refused for another reason: %q", page.Complaints())
	}
	if r := fetch(page, srv.Signed(film),
		map[string]any{"headers": map[string]string{"X-Own": "1"}}); r.Status != 200 ||
		r.Text != "first film" {
		t.Errorf("by a signed URL, after a preflight: %+v", r)
	}
}

// A player on another site's page gets cookies with SameSite=None, where the
// browser takes cookies of other sites at all, and none otherwise.
func TestCookiesAcrossSites(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sameSite http.SameSite
		opened   bool
	}{{http.SameSiteLaxMode, false}, {http.SameSiteStrictMode, false}, {http.SameSiteNoneMode, true}} {
		srv := edgetest.NewServer(t, deployed(t, "cookies-across-origins", other), films)
		page := browser.Open(t, browser.Hosts{
			"app.example.com": login(
				t,
				srv.Signer,
				signer.CookieOptions{Domain: "example.com", SameSite: c.sameSite},
			), "media.example.com": srv.Edge, "other.test": blank,
		})
		page.Go(app + "/login")
		page.Go(other)
		if r := fetch(page, film, included()); (r.Status == 200) != c.opened {
			t.Errorf("SameSite %d: %+v", c.sameSite, r)
		}
	}
}

// Elements take the same way as fetch: a picture with cookies, drawn on a
// canvas that the page may still read.
func TestPictureAcrossOrigins(t *testing.T) {
	t.Parallel()
	srv := edgetest.NewServer(t, deployed(t, "cookies-across-origins"), os.DirFS("../../../examples/content"))
	page := browser.Open(
		t,
		browser.Hosts{
			"media.example.com": srv.Edge,
			"app.example.com": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				cookies, err := srv.Signer.Cookies(
					media+"/picture.jpg*",
					signer.Terms{For: time.Hour},
					signer.CookieOptions{Domain: "example.com"},
				)
				set(t, w, cookies, err)
			}),
		},
	)
	page.Go(app)
	const draw = `(src, crossOrigin) => new Promise(done => {
		const image = new Image();
		image.crossOrigin = crossOrigin;
		image.onerror = () => done("no picture");
		image.onload = () => {
			const canvas = document.createElement("canvas");
			canvas.getContext("2d").drawImage(image, 0, 0);
			try { done(canvas.toDataURL().slice(0, 15)) } catch (err) { done(err.name) }
		};
		image.src = src;
	})`
	for mode, want := range map[any]string{"use-credentials": "data:image/png;", "anonymous": "no picture",
		nil: "SecurityError"} {
		if got := browser.Eval[string](page, draw, fmt.Sprintf("%s/picture.jpg?%v", media, mode), mode); got != want {
			t.Errorf("crossOrigin %v: %q, want %q", mode, got, want)
		}
	}
}
