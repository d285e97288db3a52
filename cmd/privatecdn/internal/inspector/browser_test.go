package inspector_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"example.com/privatecdn/internal/testing/browser"
	"example.com/privatecdn/internal/testing/need"
)

var screenshots = flag.String("screenshots", "", "write pictures of the inspector into this directory")

// see opens the inspector of an edge that was asked for a film, refused one and
// served a public page.
func see(t *testing.T) (watched, *browser.Page) {
	t.Helper()
	w := watch(t)
	signed := w.Signed("/films/1.txt")
	w.Get("/films/2.txt")
	w.Get(signed)
	w.Get("/public/1.txt")
	w.Get(signed)
	page := browser.Open(t, nil)
	page.Go(w.url)
	rows(page, 4)
	return w, page
}

func rows(page *browser.Page, n int) {
	browser.Await(page, `n => document.querySelectorAll("#list button").length === n`, n)
}

func text(page *browser.Page, selector string) string {
	return browser.Eval[string](page, `s => document.querySelector(s).innerText`, selector)
}

func click(page *browser.Page, selector string) {
	browser.Eval[bool](page, `s => { document.querySelector(s).click(); return true }`, selector)
}

// Requests arrive while the page is open, are filtered, and open with a click.
func TestRequestsInBrowser(t *testing.T) {
	t.Parallel()
	w, page := see(t)
	w.Get(w.Signed("/films/2.txt"))
	rows(page, 5)
	browser.Eval[bool](page, `() => { const s = document.querySelector("#f-show"); s.value = "refused";
		s.dispatchEvent(new Event("input", {bubbles: true})); return true }`)
	rows(page, 1)
	if got := text(page, "#list button"); !strings.Contains(got, "403") || !strings.Contains(got, "missing-key") {
		t.Errorf("the refused request reads %q", got)
	}
	browser.Eval[bool](page, `() => { const s = document.querySelector("#f-show"); s.value = "Hit";
		s.dispatchEvent(new Event("input", {bubbles: true})); return true }`)
	rows(page, 1)
	click(page, "#list button")
	browser.Await(page, `() => !document.querySelector("#detail").hidden`)
	detail := text(page, "#detail")
	for _, want := range []string{"served", "Conditions", "holds", "time left", "Headers to the viewer"} {
		if !strings.Contains(detail, want) {
			t.Errorf("%q is not in %s", want, detail)
		}
	}
	if got := page.Complaints(); len(got) > 0 {
		t.Errorf("the console says %q", got)
	}
}

// Everything is reached by keys alone.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	_, page := see(t)
	page.Press("/")
	page.Press("films/2")
	rows(page, 1)
	for range 5 { // past the filters and "Clear" to the list
		if browser.Eval[bool](page, `() => document.activeElement.matches("#list button")`) {
			break
		}
		page.Press(kb.Tab)
	}
	page.Press(kb.Enter)
	browser.Await(page, `() => document.activeElement.id === "detail"`)
	if got := text(page, "#detail"); !strings.Contains(got, "missing-key") {
		t.Errorf("the detail reads %q", got)
	}
	page.Press(kb.Escape)
	browser.Await(page, `() => document.querySelector("#detail").hidden && document.activeElement.matches("#list button")`)
	browser.Eval[bool](page, `() => { document.querySelector("#tab-requests").focus(); return true }`)
	page.Press(kb.ArrowRight)
	browser.Await(page, `() => document.querySelectorAll("#behaviors li").length > 1`)
	if got := text(page, "#behaviors"); !strings.Contains(got, "public/*") {
		t.Errorf("the behaviors read %q", got)
	}
}

// The path tester answers, the form opens what it signed in another tab, and a
// recording that is dropped is diagnosed.
func TestForms(t *testing.T) {
	t.Parallel()
	w, page := see(t)
	click(page, "#tab-try")
	browser.Eval[bool](page, `() => { const f = document.querySelector("#path-form"); f.path.value = "/public/x"; f.requestSubmit(); return true }`)
	browser.Await(page, `() => document.querySelector("#path-answer").textContent.includes("Behavior public/*, public.")`)
	click(page, "#tab-har")
	recording, err := json.Marshal(map[string]any{"log": map[string]any{"entries": []any{map[string]any{
		"request":  map[string]any{"method": "GET", "url": w.URL + "/films/1.txt", "headers": []any{}, "cookies": []any{}},
		"response": map[string]any{"status": 403, "headers": []any{}, "content": map[string]any{}},
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	browser.Eval[bool](page, `har => { const data = new DataTransfer(); data.items.add(new File([har], "a.har"));
		document.querySelector("#drop").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true})); return true }`, string(recording))
	browser.Await(page, `() => document.querySelector("#findings li")?.innerText.includes("/films/1.txt")`)
	click(page, "#tab-try")
	browser.Eval[bool](page, `() => { const f = document.querySelector("#sign-form"); f.path.value = "/films/2.txt"; f.target = ""; return true }`)
	page.Click("#sign-form button")
	browser.Await(page, `() => document.body.innerText === "second film"`)
}

// axe-core finds nothing to mend in any view, in light and dark.
func TestAccessible(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile(filepath.Join(need.NodeModule(t, "axe-core"), "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	_, page := see(t)
	browser.Eval[bool](page, `code => { (0, eval)(code); return true }`, string(axe))
	click(page, "#list button")
	browser.Await(page, `() => !document.querySelector("#detail").hidden`)
	for _, tab := range []string{"requests", "distribution", "try", "har"} {
		click(page, "#tab-"+tab)
		for _, dark := range []bool{false, true} {
			page.Screenshot(1200, 800, dark)
			found := browser.Eval[[]string](page, `async () => (await axe.run()).violations.map(v => v.id + ": " + v.nodes[0].html)`)
			if len(found) > 0 {
				t.Errorf("%s, dark %v: %s", tab, dark, strings.Join(found, "\n"))
			}
		}
	}
}

// On a phone nothing is wider than the screen. With -screenshots DIR the
// pictures of the documentation are written.
func TestScreens(t *testing.T) {
	t.Parallel()
	_, page := see(t)
	click(page, "#list button:nth-child(1)")
	browser.Await(page, `() => !document.querySelector("#detail").hidden`)
	for name, s := range map[string]struct {
		width, height int64
		dark          bool
	}{"light": {1200, 800, false}, "dark": {1200, 800, true}, "phone": {390, 844, false}} {
		picture := page.Screenshot(s.width, s.height, s.dark)
		if wide := browser.Eval[int](page, `() => document.documentElement.scrollWidth - innerWidth`); wide > 0 {
			t.Errorf("%s: %d pixels are out of sight", name, wide)
		}
		if *screenshots != "" {
			if err := os.WriteFile(filepath.Join(*screenshots, "inspector-"+name+".png"), picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
