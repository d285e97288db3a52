package browser_test

import (
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/internal/testing/browser"
	"example.com/privatecdn/signer"
)

// A redirect to HTTPS keeps a signed URL as it is signed, and the answer has
// the browser ask for HTTPS by itself the next time.
func TestRedirectToHTTPS(t *testing.T) {
	t.Parallel()
	srv := edgetest.NewServer(t, deployed(t, "default"), films)
	page := browser.Open(t, browser.Hosts{"media.example.com": srv.Edge, "other.test": blank})
	signed := srv.Signed("/films/1.txt")
	const shown = `() => location.href + " " + document.body.innerText`
	page.Go(srv.HTTP + strings.TrimPrefix(signed, srv.URL))
	if got := browser.Eval[string](page, shown); got != signed+" first film" {
		t.Errorf("redirected to %s, want %s", got, signed)
	}

	page.Go("http://other.test/")
	page.Go(srv.Signed(film))
	signed = srv.Signed(film)
	page.Go("http" + strings.TrimPrefix(signed, "https"))
	if got := browser.Eval[string](page, shown); got != signed+" first film" {
		t.Errorf("the browser shows %s, want %s", got, signed)
	}
	var plain []string
	for _, r := range page.Requests() {
		if strings.HasPrefix(r.URL, "http:") && !strings.HasSuffix(r.URL, "/favicon.ico") {
			plain = append(plain, r.URL)
		}
	}
	if want := []string{"http://other.test/"}; !slices.Equal(plain, want) {
		t.Errorf("without TLS the browser asked for %q, want %q", plain, want)
	}
}

// A signed cookie never leaves without TLS.
func TestSecureCookies(t *testing.T) {
	t.Parallel()
	srv := edgetest.NewServer(t, deployed(t, "default"), films)
	page := browser.Open(t, browser.Hosts{
		"app.example.com": login(
			t,
			srv.Signer,
			signer.CookieOptions{Domain: "example.com"},
		), "plain.example.com": blank,
	})
	page.Go(app + "/login")
	for scheme, want := range map[string]int{"http": 0, "https": 1} {
		url := scheme + "://plain.example.com/films/1.txt"
		page.Go(url)
		if n := opened(page, url); n != want {
			t.Errorf("%s was asked for with cookies %d times, want %d", url, n, want)
		}
	}
}
