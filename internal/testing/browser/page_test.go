package browser_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/internal/testing/browser"
	"example.com/privatecdn/signer"
)

// The page of the example content shows, from the edge, what opens and what
// does not, and the browser has nothing else to say about it.
func TestExamplePage(t *testing.T) {
	t.Parallel()
	srv := edgetest.NewServer(t, deployed(t, "public"), os.DirFS("../../../examples/content"))
	page := browser.Open(
		t,
		browser.Hosts{
			"media.example.com": srv.Edge,
			"app.example.com": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				cookies, err := srv.Signer.Cookies(
					media+"/*",
					signer.Terms{For: time.Hour},
					signer.CookieOptions{Domain: "example.com"},
				)
				set(t, w, cookies, err)
			}),
		},
	)
	const answered = `() => document.querySelectorAll(".opened, .refused").length == 3`
	const states = `() => [...document.querySelectorAll("section[data-path]")].map(s => s.className).join(" ")`

	page.Go(media + "/public/index.html")
	browser.Await(page, answered)
	if got := browser.Eval[string](page, states); got != "refused refused refused" {
		t.Errorf("without a signature: %s", got)
	}
	complaints := page.Complaints()
	for _, c := range complaints {
		if !strings.Contains(c, "status of 403") {
			t.Errorf("without a signature: %s", c)
		}
	}
	if len(complaints) != 3 {
		t.Errorf("without a signature: %q", complaints)
	}

	page.Go(app)
	page.Go(media + "/public/index.html")
	browser.Await(page, answered)
	if got := browser.Eval[string](page, states); got != "opened opened opened" {
		t.Errorf("with cookies: %s", got)
	}
	browser.Await(page, `() => {
		const image = document.querySelector("img.content"), video = document.querySelector("video");
		return image.complete && image.naturalWidth > 0 && video.readyState == HTMLMediaElement.HAVE_ENOUGH_DATA;
	}`)
	browser.Eval[bool](page, `() => document.querySelector("video").play().then(() => true)`)
	browser.Await(page, `() => document.querySelector("video").currentTime > 0`)
	if more := page.Complaints()[len(complaints):]; len(more) > 0 {
		t.Errorf("with cookies: %q", more)
	}
}
