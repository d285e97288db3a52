package browser_test

import (
	"net/http"
	"testing"
	"time"

	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/internal/testing/browser"
	"example.com/privatecdn/signer"
)

// Three sites: a shop's page plays content of another site, whose session
// endpoint its script calls; a third site's page tries to use that session.
const (
	shop    = "https://shop.test"
	session = "https://session.example.com"
	third   = "https://third.test"
)

// endpoint sets and clears cookies for the script of a page of another site.
func endpoint(t *testing.T, s *signer.Signer, o signer.CookieOptions) http.Handler {
	allowed := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Access-Control-Allow-Credentials", "true")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		allowed(w, r)
		cookies, err := s.Cookies(media+"/films/*", signer.Terms{For: time.Hour}, o)
		set(t, w, cookies, err)
	})
	mux.HandleFunc("POST /logout", func(w http.ResponseWriter, r *http.Request) {
		allowed(w, r)
		cookies, err := s.ClearCookies(media+"/films/*", o)
		set(t, w, cookies, err)
	})
	return mux
}

// Partitioned cookies open the content on the page that logged in, whether the
// browser blocks third-party cookies or not, and on no other site's page. Others
// open it only where nothing is blocked.
func TestCookiesOfAnotherSite(t *testing.T) {
	t.Parallel()
	post := map[string]any{"method": "POST", "credentials": "include"}
	for _, c := range []struct {
		name                    string
		options                 signer.CookieOptions
		block, opened, anywhere bool
	}{
		{"partitioned, by default", signer.CookieOptions{Domain: "example.com", Partitioned: true}, false, true, false},
		{"partitioned, blocked", signer.CookieOptions{Domain: "example.com", Partitioned: true}, true, true, false},
		{"others, by default", signer.CookieOptions{Domain: "example.com", SameSite: http.SameSiteNoneMode}, false, true,
			true},
		{"others, blocked", signer.CookieOptions{Domain: "example.com", SameSite: http.SameSiteNoneMode}, true, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			srv := edgetest.NewServer(t, deployed(t, "cookies-across-origins", shop, third), films)
			page := browser.Open(t, browser.Hosts{
				"shop.test": blank, "third.test": blank, "media.example.com": srv.Edge,
				"session.example.com": endpoint(t, srv.Signer, c.options),
			})
			if c.block {
				page.BlockThirdParties()
			}
			page.Go(shop)
			if r := fetch(page, session+"/login", post); r.Status != 200 {
				t.Fatalf("login: %+v", r)
			}
			if r := fetch(page, film, included()); (r.Status == 200) != c.opened {
				t.Errorf("on the page that logged in: %+v %q", r, page.Complaints())
			}
			page.Go(third)
			if r := fetch(page, film, included()); (r.Status == 200) != c.anywhere {
				t.Errorf("on a third site's page: %+v", r)
			}
			page.Go(shop)
			if r := fetch(page, session+"/logout", post); r.Status != 200 {
				t.Fatalf("logout: %+v", r)
			}
			if r := fetch(page, film, included()); r.Status == 200 {
				t.Errorf("after the logout: %+v", r)
			}
		})
	}
}
