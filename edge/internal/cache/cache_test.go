package cache_test

import (
	"context"
	"errors"
	"fmt"
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

// Entries that fill the cache to its last byte are kept, one byte less is too
// little.
func TestLimitIsInclusive(t *testing.T) {
	t.Parallel()
	measure := cache.New(1 << 20)
	measure.Put("a", entry(10))
	one := measure.Used()
	exact := cache.New(one)
	exact.Put("a", entry(10))
	if exact.Get("a") == nil {
		t.Error("an entry as large as the cache is not kept")
	}
	for limit, kept := range map[int64]bool{2 * one: true, 2*one - 1: false} {
		c := cache.New(limit)
		c.Put("a", entry(10))
		c.Put("b", entry(10))
		if c.Get("b") == nil || (c.Get("a") != nil) != kept {
			t.Errorf("two entries of %d bytes in %d: the first is kept: %v", one, limit, !kept)
		}
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
	_, f, lead := c.Join("k", start)
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
	_, f, _ := c.Join("k", start)
	_, same, lead := c.Join("k", start)
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
	if e, f, lead := c.Join("k", start); e != want || f != nil || lead {
		t.Error("a fresh entry needs a flight")
	}
	if e, f, lead := c.Join("k", want.Expires); e != want || f == nil || !lead {
		t.Error("a settled flight is still joined")
	}
}

// A flight that nobody joins is stored like any other, unless an invalidation
// came while it was under way, and leaves the shared ones alone.
func TestAlone(t *testing.T) {
	t.Parallel()
	c := cache.New(1 << 20)
	_, shared, lead := c.Join("k", start)
	first, second := c.Alone("k"), c.Alone("k")
	if _, _, again := c.Join("k", start); !lead || again {
		t.Error("the shared flight is not joined")
	}
	e := entry(10)
	first.Settle(e)
	if c.Get("k") != e {
		t.Error("the first is not stored")
	}
	if _, _, again := c.Join("k", e.Expires); again {
		t.Error("the shared flight ended")
	}
	c.Invalidate(func(*cache.Entry) bool { return true })
	second.Settle(entry(10))
	shared.Settle(entry(10))
	if c.Get("k") != nil {
		t.Error("an outdated flight is stored")
	}
	if _, _, again := c.Join("k", start); !again {
		t.Error("the shared flight has not ended")
	}
}
