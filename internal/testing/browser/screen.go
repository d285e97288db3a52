package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Press sends keys to whatever has the focus; package kb of chromedp names
// those that are not characters.
func (p *Page) Press(keys string) {
	p.t.Helper()
	take(p, chromedp.KeyEvent(keys))
}

// Screenshot returns a picture of the page (PNG) on a screen of a width and
// height in CSS pixels, with light or dark colors.
func (p *Page) Screenshot(width, height int64, dark bool) []byte {
	p.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	take(p, chromedp.EmulateViewport(width, height))
	colors := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme",
		Value: scheme}}}
	take(p, func(ctx context.Context, t *chromedp.Target) (cdp.Empty, error) {
		return cdp.Call(ctx, t, emulation.SetEmulatedMedia, colors)
	})
	return take(p, chromedp.CaptureScreenshot())
}
