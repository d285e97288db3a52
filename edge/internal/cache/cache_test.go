package cache_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/privatecdn/edge/internal/cache"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func entry(size int) *cache.Entry {
	return &cache.Entry{Path: "/x", Body: cache.NewBody(make([]byte, size)), Size: int64(size),
		Expires: start.Add(time.Minute)}
}

// However much is put into it, the cache holds no more than its limit, and
// what was used last.
func TestBounded(t *testing.T) {
	t.Parallel()
	const limit = 100_000
	c := cache.New(limit)
	for i := range 1000 {
		c.Put(fmt.Sprint("k", i), entry(i))
		c.Get("k0")
		if used := c.Used(); used > limit {
			t.Fatalf("%d bytes are held, more than %d", used, limit)
		}
	}
	if c.Get("k0") == nil {
		t.Error("what was used all the time is gone")
	}
	if c.Get("k1") != nil {
		t.Error("what was not used is still there")
	}
	c.Put("huge", entry(limit))
	if c.Get("huge") != nil || c.Get("k0") == nil {
		t.Error("what cannot be held has driven out what was")
	}
}

func TestReplaceAndDrop(t *testing.T) {
	t.Parallel()
	c := cache.New(1 << 20)
	old, young := entry(1), entry(2)
	c.Put("k", old)
	used := c.Used()
	c.Put("k", young)
	if c.Used() != used+1 {
		t.Errorf("%d bytes after a replacement of %d", c.Used(), used)
	}
	c.Drop("k", old)
	if c.Get("k") != young {
		t.Error("dropping an old entry dropped its successor")
	}
	c.Drop("k", young)
	if c.Get("k") != nil || c.Used() != 0 {
		t.Errorf("%d bytes are held of nothing", c.Used())
	}
}

// An object fetched before an invalidation is not stored after it.
func TestInvalidationDuringFlight(t *testing.T) {
	t.Parallel()
	c := cache.New(1 << 20)
	f, lead := c.Join("k")
	if !lead {
		t.Fatal("the first does not lead")
	}
	c.Put("other", entry(1))
	if n := c.Invalidate(func(e *cache.Entry) bool { return e.Path == "/x" }); n != 1 {
		t.Errorf("%d entries invalidated, want 1", n)
	}
	f.Settle(entry(1))
	if c.Get("k") != nil {
		t.Error("the outdated object was stored")
	}
}

func TestFlight(t *testing.T) {
	t.Parallel()
	c := cache.New(1 << 20)
	f, _ := c.Join("k")
	same, lead := c.Join("k")
	if lead || same != f {
		t.Fatal("the second does not follow the first")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := same.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting without patience: %v", err)
	}
	want := entry(3)
	f.Settle(want)
	f.Settle(nil) // only the first call counts
	if got, err := same.Wait(context.Background()); err != nil || got != want {
		t.Errorf("Wait gave %v, %v", got, err)
	}
	if _, lead := c.Join("k"); !lead {
		t.Error("a settled flight is still joined")
	}
}

func TestBodyGrows(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte("abc"), 50_000)
	b := &cache.Body{}
	r, w := io.Pipe()
	var wg sync.WaitGroup
	for _, part := range [][2]int64{{0, -1}, {0, 10}, {100_000, 5}, {149_999, -1}} {
		wg.Go(func() {
			var got bytes.Buffer
			if err := b.WriteTo(context.Background(), &got, part[0], part[1], func() {}); err != nil {
				t.Error(err)
			}
			end := int64(len(want))
			if part[1] >= 0 {
				end = part[0] + part[1]
			}
			if !bytes.Equal(got.Bytes(), want[part[0]:end]) {
				t.Errorf("from %d: %d bytes", part[0], got.Len())
			}
		})
	}
	wg.Go(func() {
		if err := b.Fill(r, int64(len(want))); err != nil {
			t.Error(err)
		}
	})
	for piece := want; len(piece) > 0; {
		n := min(len(piece), 7777)
		if _, err := w.Write(piece[:n]); err != nil {
			t.Fatal(err)
		}
		piece = piece[n:]
	}
	w.Close()
	wg.Wait()
	if data, ok := b.Bytes(); !ok || !bytes.Equal(data, want) {
		t.Errorf("the whole has %d bytes, %v", len(data), ok)
	}
}

func TestBodyBreaksOff(t *testing.T) {
	t.Parallel()
	b := &cache.Body{}
	broken := errors.New("broken")
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, "part")
		w.CloseWithError(broken)
	}()
	if err := b.Fill(r, 100); !errors.Is(err, broken) {
		t.Fatalf("Fill gave %v", err)
	}
	var got bytes.Buffer
	if err := b.WriteTo(context.Background(), &got, 0, -1, func() {}); !errors.Is(err, broken) || got.String() != "part" {
		t.Errorf("reading gave %q, %v", got.String(), err)
	}
	if _, ok := b.Bytes(); ok {
		t.Error("a part counts as the whole")
	}
}

func TestBodySpills(t *testing.T) {
	t.Parallel()
	b := &cache.Body{}
	src := &closeCounter{Reader: strings.NewReader(strings.Repeat("x", 100_000))}
	if err := b.Fill(src, 1000); !errors.Is(err, cache.ErrSpilled) {
		t.Fatalf("Fill gave %v", err)
	}
	var got bytes.Buffer
	if err := b.WriteTo(context.Background(), &got, 0, -1, func() {}); err != nil || got.Len() != 100_000 {
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
	b.Leave()
	if src.closed == 0 {
		t.Error("the source is left open")
	}

	left := &cache.Body{}
	left.Leave() // before the body is found too large
	src = &closeCounter{Reader: strings.NewReader(strings.Repeat("x", 100_000))}
	_ = left.Fill(src, 1000)
	if src.closed == 0 {
		t.Error("the source of a body that nobody reads is left open")
	}
}

type closeCounter struct {
	io.Reader
	closed int
}

func (c *closeCounter) Close() error { c.closed++; return nil }

func TestLifetime(t *testing.T) {
	t.Parallel()
	p := cache.Policy{Min: 0, Default: time.Hour, Max: 24 * time.Hour, Error: 10 * time.Second}
	min := p
	min.Min = time.Minute
	later := start.Add(time.Second).Format(http.TimeFormat)
	for name, c := range map[string]struct {
		policy cache.Policy
		status int
		header http.Header
		ttl    time.Duration
		store  bool
	}{
		"default":              {p, 200, nil, time.Hour, true},
		"max-age":              {p, 200, http.Header{"Cache-Control": {"max-age=5"}}, 5 * time.Second, true},
		"huge max-age":         {p, 200, http.Header{"Cache-Control": {"max-age=99999999999999999999"}}, time.Hour, true},
		"partial":              {p, 206, nil, 0, false},
		"no-store":             {p, 200, http.Header{"Cache-Control": {"No-Store"}}, 0, false},
		"no-cache":             {p, 200, http.Header{"Cache-Control": {"no-cache"}}, 0, true},
		"no-store, minimum":    {min, 200, http.Header{"Cache-Control": {"no-store"}}, time.Minute, true},
		"Expires":              {p, 200, http.Header{"Expires": {later}}, time.Second, true},
		"404":                  {p, 404, nil, 10 * time.Second, true},
		"403":                  {p, 403, nil, 0, false},
		"403 with max-age":     {p, 403, http.Header{"Cache-Control": {"max-age=5"}}, 10 * time.Second, true},
		"416":                  {p, 416, http.Header{"Cache-Control": {"max-age=5"}}, 0, false},
		"503 longer":           {p, 503, http.Header{"Cache-Control": {"max-age=60"}}, time.Minute, true},
		"503 no error caching": {cache.Policy{Max: time.Hour}, 503, nil, 0, false},
	} {
		if ttl, store := c.policy.Lifetime(c.status, c.header, start); ttl != c.ttl || store != c.store {
			t.Errorf("%s: %s, %v; want %s, %v", name, ttl, store, c.ttl, c.store)
		}
	}
}

func TestStale(t *testing.T) {
	t.Parallel()
	p := cache.Policy{Max: time.Hour}
	expires := start.Add(time.Minute)
	for name, c := range map[string]struct {
		control        string
		ifError, while time.Time
	}{
		"nothing":         {"max-age=60", start.Add(time.Hour), start},
		"if error":        {"stale-if-error=30", expires.Add(30 * time.Second), start},
		"if error, never": {"stale-if-error=0", expires, start},
		"if error, long":  {"stale-if-error=86400", start.Add(time.Hour), start},
		"while":           {"stale-while-revalidate=30", start.Add(time.Hour), expires.Add(30 * time.Second)},
		"while, long":     {"Stale-While-Revalidate=86400", start.Add(time.Hour), start.Add(time.Hour)},
		"not a number":    {"stale-if-error=x, stale-while-revalidate=-1", start.Add(time.Hour), start},
	} {
		ifError, while := p.Stale(http.Header{"Cache-Control": {c.control}}, start, expires)
		if !ifError.Equal(c.ifError) || !while.Equal(c.while) {
			t.Errorf("%s: %v %v, want %v %v", name, ifError, while, c.ifError, c.while)
		}
	}
}

func TestUnstored(t *testing.T) {
	t.Parallel()
	for control, want := range map[string]string{
		`no-cache="set-cookie, x-a", max-age=5`: "Set-Cookie X-A", "no-cache": "", `private="x-a"`: "", "": "", "no-cache=X-B": "X-B",
	} {
		h := http.Header{"Cache-Control": {control}}
		if got := strings.Join(cache.Unstored(h), " "); got != want {
			t.Errorf("%s: %q, want %q", control, got, want)
		}
	}
}

// A flight that nobody joins is stored like any other, unless an invalidation
// came while it was under way, and leaves the shared ones alone.
func TestAlone(t *testing.T) {
	t.Parallel()
	c := cache.New(1 << 20)
	shared, lead := c.Join("k")
	first, second := c.Alone("k"), c.Alone("k")
	if _, again := c.Join("k"); !lead || again {
		t.Error("the shared flight is not joined")
	}
	e := entry(10)
	first.Settle(e)
	if c.Get("k") != e {
		t.Error("the first is not stored")
	}
	if _, again := c.Join("k"); again {
		t.Error("the shared flight ended")
	}
	c.Invalidate(func(*cache.Entry) bool { return true })
	second.Settle(entry(10))
	shared.Settle(entry(10))
	if c.Get("k") != nil {
		t.Error("an outdated flight is stored")
	}
	if _, again := c.Join("k"); !again {
		t.Error("the shared flight has not ended")
	}
}
