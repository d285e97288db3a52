package playlist

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/privatecdn/signer"
)

// maxCached bounds the bytes that a Handler keeps.
const maxCached = 64 << 20

// cache keeps the manifests that may be served again.
type cache struct {
	mu    sync.Mutex
	pages map[string]*page
	bytes int
}

func (c *cache) get(key string) *page {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.pages[key]; p != nil && time.Now().Before(p.until) {
		return p
	}
	return nil
}

// put stores a page. When there is no room it drops everything else: all of it
// comes again within a window.
func (c *cache) put(key string, p *page) {
	c.mu.Lock()
	defer c.mu.Unlock()
	size := len(key) + len(p.text)
	if old := c.pages[key]; old != nil {
		c.bytes -= len(key) + len(old.text)
	}
	if c.pages == nil || c.bytes+size > maxCached {
		c.pages, c.bytes = map[string]*page{}, 0
	}
	c.pages[key] = p
	c.bytes += size
}

// freshness returns how long a manifest may be served again: as long as its
// Cache-Control says, one second where that is missing, since it may be live,
// but only while the terms give the same end, and not at all without a Window
// or where the max-age is not a number.
func freshness(header http.Header, t signer.Terms, now time.Time) time.Duration {
	if t.Window <= 0 {
		return 0
	}
	fresh := time.Second
	for directive := range strings.SplitSeq(strings.ToLower(header.Get("Cache-Control")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache", "private":
			return 0
		case "max-age":
			seconds, _ := strconv.ParseInt(value, 10, 32)
			fresh = time.Duration(seconds) * time.Second
		}
	}
	return min(fresh, t.Window-time.Duration(now.Add(t.For).UnixNano())%t.Window)
}
