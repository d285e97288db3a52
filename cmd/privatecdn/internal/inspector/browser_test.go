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

// fill writes into a field, or chooses, as a person does.
func fill(page *browser.Page, selector, value string) {
	browser.Eval[bool](page, `(s, value) => { const e = document.querySelector(s); e.value = value;
		e.dispatchEvent(new Event("input", {bubbles: true})); return true }`, selector, value)
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
	fill(page, "#f-text", "missing-key")
	rows(page, 1)
	fill(page, "#f-text", w.Edge.Deployments()[0].Keys[1].ID)
	rows(page, 3)
	fill(page, "#f-text", "")
	fill(page, "#f-access", "public")
	rows(page, 1)
	fill(page, "#f-access", "")
	fill(page, "#f-show", "refused")
	rows(page, 1)
	if got := text(page, "#list button"); !strings.Contains(got, "403") || !strings.Contains(got, "missing-key") {
		t.Errorf("the refused request reads %q", got)
	}
	fill(page, "#f-show", "Hit")
	rows(page, 1)
	if got := text(page, "#list button"); !strings.Contains(got, "signed *") || !strings.Contains(got, " left") {
		t.Errorf("the hit reads %q", got)
	}
	click(page, "#list button")
	browser.Await(page, `() => !document.querySelector("#detail").hidden`)
	detail := text(page, "#detail")
	for _, want := range []string{
		"served", "Conditions", "asked", "found", "holds", "time left", "Cache key", "DateLessThan", "Headers to the viewer",
	} {
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
	if got := text(page, "#detail"); !strings.Contains(got, "missing-key") || !strings.Contains(got, "What to do: ") {
		t.Errorf("the detail reads %q", got)
	}
	page.Press(kb.Escape)
	browser.Await(page, `() => document.querySelector("#detail").hidden &&
		document.activeElement.matches("#list button")`)
	browser.Eval[bool](page, `() => { document.querySelector("#tab-requests").focus(); return true }`)
	page.Press(kb.ArrowRight)
	browser.Await(page, `() => document.querySelectorAll("#behaviors li").length > 1`)
	if got := text(page, "#behaviors"); !strings.Contains(got, "public/*") {
		t.Errorf("the behaviors read %q", got)
	}
}

// The distribution has its behaviors in order, its keys with state and age, and
// what is left out.
func TestDistributionInBrowser(t *testing.T) {
	t.Parallel()
	_, page := see(t)
	click(page, "#tab-distribution")
	browser.Await(page, `() => document.querySelectorAll("#behaviors li").length === 2`)
	for selector, want := range map[string][]string{
		"#behaviors li:nth-child(1)": {"public/*", "public", "Every request is served"},
		"#behaviors li:nth-child(2)": {"*", "signed", "A signed URL or signed cookies by K"},
		"#keys":                      {"ecdsa-p256", "made ", "signed 2 of the requests shown"},
		"#left-out":                  {"AWS::CloudWatch::Alarm"},
	} {
		for _, part := range want {
			if got := text(page, selector); !strings.Contains(got, part) {
				t.Errorf("%s reads %q, without %q", selector, got, part)
			}
		}
	}
}

// The path tester answers, the form opens what it signed in another tab, and a
// recording that is dropped is diagnosed.
func TestForms(t *testing.T) {
	t.Parallel()
	w, page := see(t)
	click(page, "#tab-try")
	fill(page, "#path-form [name=path]", "/public/x")
	click(page, "#path-form button")
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
		document.querySelector("#drop").dispatchEvent(
			new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true})); return true }`, string(recording))
	browser.Await(page, `() => document.querySelector("#findings li")?.innerText.includes("/films/1.txt")`)
	click(page, "#tab-try")
	sign(page, "/films/2.txt", "url")
	browser.Await(page, `() => document.body.innerText === "second film"`)
	page.Go(w.url)
	click(page, "#tab-try")
	sign(page, "/films/1.txt", "cookies")
	browser.Await(page, `() => document.body.innerText === "first film" && !location.search`)
}

// sign fills the form in, and has it open in this tab.
func sign(page *browser.Page, path, with string) {
	browser.Eval[bool](page, `() => { document.querySelector("#sign-form").target = ""; return true }`)
	fill(page, "#sign-form [name=path]", path)
	fill(page, "#sign-form [name=with]", with)
	page.Click("#sign-form button")
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
			found := browser.Eval[[]string](page,
				`async () => (await axe.run()).violations.map(v => v.id + ": " + v.nodes[0].html)`)
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
	w, page := see(t)
	w.Get(strings.Replace(w.Signed("/films/1.txt"), "/films/1", "/films/2", 1))
	rows(page, 5)
	click(page, "#list button")
	browser.Await(page, `() => document.activeElement.id === "detail"`)
	for name, s := range map[string]struct {
		width, height int64
		dark          bool
	}{"light": {1200, 800, false}, "dark": {1200, 800, true}, "phone": {390, 844, false}} {
		browser.Eval[bool](page, `() => { scrollTo(0, 0); return true }`)
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
