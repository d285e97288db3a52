package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Page is a tab with cookies and an internet of its own.
type Page struct {
	t        testing.TB
	ctx      context.Context
	internet *internet

	mu         sync.Mutex
	complaints []string
}

// Open opens an empty page for the length of a test. Where there is no browser
// it skips the test; in CI it fails.
func Open(t testing.TB, hosts Hosts) *Page {
	t.Helper()
	browser := start(t)
	p := &Page{t: t, internet: connect(t, hosts)}
	own := chromedp.WithNewBrowserContext(func(params *target.CreateBrowserContextParams) {
		params.ProxyServer = p.internet.proxy
	})
	ctx, cancel := chromedp.NewContext(browser, own, chromedp.WithListener(p.listen))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal("browser: ", err)
	}
	p.ctx = ctx
	return p
}

// Go leads the page to a URL, and waits until it is loaded.
func (p *Page) Go(url string) {
	p.t.Helper()
	take(p, chromedp.Navigate(url))
}

// BlockThirdParties makes the browser block the cookies of third parties on the
// pages loaded from now on, as its private windows and other browsers do.
func (p *Page) BlockThirdParties() {
	p.t.Helper()
	controls := network.SetCookieControlsParams{EnableThirdPartyCookieRestriction: true}
	take(p, func(ctx context.Context, t *chromedp.Target) (cdp.Empty, error) {
		return cdp.Call(ctx, t, network.SetCookieControls, controls)
	})
}

// Click clicks on what a CSS selector finds, and waits until the page it leads
// to is loaded.
func (p *Page) Click(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, timeout)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		p.t.Fatalf("browser: %s: %v %q", selector, err, p.Complaints())
	}
}

// Eval calls a JavaScript function in the page and waits for what it promises.
// Arguments and result travel as JSON.
func Eval[T any](p *Page, function string, args ...any) T {
	p.t.Helper()
	return take(p, chromedp.Evaluate[T](call(p, function, args), chromedp.EvalAwaitPromise))
}

// Await calls a JavaScript function in the page until its result is true.
func Await(p *Page, function string, args ...any) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, timeout)
	defer cancel()
	step := chromedp.Evaluate[bool](call(p, function, args), chromedp.EvalAwaitPromise)
	for {
		done, err := chromedp.Run(ctx, step) // an error passes with the page it comes from
		if done && err == nil {
			return
		}
		if ctx.Err() != nil {
			p.t.Fatalf("browser: %s never happens: %v %q", function, err, p.Complaints())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func call(p *Page, function string, args []any) string {
	p.t.Helper()
	list := make([]string, len(args))
	for i, arg := range args {
		text, err := json.Marshal(arg)
		if err != nil {
			p.t.Fatal("browser: ", err)
		}
		list[i] = string(text)
	}
	return fmt.Sprintf("(%s)(%s)", function, strings.Join(list, ", "))
}

func take[T any](p *Page, a chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, timeout)
	defer cancel()
	result, err := chromedp.Run(ctx, a)
	if err != nil {
		p.t.Fatalf("browser: %v %q", err, p.Complaints())
	}
	return result
}

// Complaints returns what the console shows as errors, warnings and uncaught
// exceptions.
func (p *Page) Complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.complaints...)
}

func (p *Page) listen(event any) {
	var text string
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		text = event.ExceptionDetails.Text
		if e := event.ExceptionDetails.Exception; e != nil {
			text += " " + e.Description
		}
	case *log.EventEntryAdded:
		if event.Entry.Level == log.EntryLevelError || event.Entry.Level == log.EntryLevelWarning {
			text = event.Entry.URL + " " + event.Entry.Text
		}
	case *runtime.EventConsoleAPICalled:
		if event.Type == runtime.ConsoleAPICalledTypeError || event.Type == runtime.ConsoleAPICalledTypeWarning {
			text = string(event.Type)
			for _, arg := range event.Args {
				text += " " + string(arg.Value)
			}
		}
	}
	if text == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.complaints = append(p.complaints, text)
}
