package browser_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/internal/browser"
	"example.com/privatecdn/internal/up"
	"example.com/privatecdn/signer"
)

// A browser whose user trusts the authority of `privatecdn up` takes its
// certificate, and follows its redirect from HTTP.
//
// It is not parallel: what is trusted is said before the browser starts.
func TestLocalAuthority(t *testing.T) {
	dir := t.TempDir()
	local, err := up.Start(t.Context(), up.Options{
		Template: "../../constructs/privatecdn/testdata/golden/public.template.json", Bucket: "../../examples/content",
		HTTPS: "127.0.0.1:0", HTTP: "127.0.0.1:0", S3: "127.0.0.1:0",
		Document: filepath.Join(dir, "deployment.json"), State: dir, Progress: t.Logf,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	browser.Trust(t, filepath.Join(dir, local.Deployment().CA))
	page := browser.Open(t, nil)
	endpoint := local.Deployment().Endpoint
	_, port, _ := strings.Cut(strings.TrimPrefix(endpoint, "https://"), ":")
	for url, want := range map[string]string{
		local.HTTP() + "/public/logo.svg?q=1":            endpoint + "/public/logo.svg?q=1",
		"https://localhost:" + port + "/public/logo.svg": "https://localhost:" + port + "/public/logo.svg",
	} {
		page.Go(url)
		if got := browser.Eval[string](page, `() => location.href + " " + document.documentElement.tagName`); got != want+" svg" {
			t.Errorf("%s leads to %s, want the picture at %s", url, got, want)
		}
	}
}

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
		"app.example.com": login(t, srv.Signer, signer.CookieOptions{Domain: "example.com"}), "plain.example.com": blank,
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
