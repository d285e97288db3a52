// Package cache stores an origin's responses, as CloudFront's edge caches do:
// in bounded memory, each object for the time that its headers and the cache
// policy allow, with one request to the origin for concurrent misses of a key.
package cache

import (
	"container/list"
	"context"
	"net/http"
	"sync"
	"time"
)

// overhead is what an entry counts for in addition to its body and headers.
const overhead = 512

// Entry is one response of an origin. Apart from its body, which may grow, it
// does not change once stored.
type Entry struct {
	Path         string // normalized request path, for invalidation
	Status       int
	Header       http.Header // as the origin sent them, without hop-by-hop headers
	Body         *Body       // nil for an object too large to store, which the origin is asked for
	Size         int64       // bytes of the body, -1 while unknown
	Stored       time.Time
	Expires      time.Time
	StaleIfError time.Time // until when it is served if the origin fails
	StaleWhile   time.Time // until when it is served while it is revalidated
	Tags         []string  // lower case, for invalidation
	Always       bool      // asks the origin every time, without conditions (Vary: *)
}

// Fresh reports whether the entry may be served without a request to the
// origin.
func (e *Entry) Fresh(now time.Time) bool { return !e.Always && now.Before(e.Expires) }

// Age returns how long ago the origin sent the entry.
func (e *Entry) Age(now time.Time) time.Duration { return max(0, now.Sub(e.Stored)) }

func (e *Entry) cost(key string) int64 {
	n := overhead + int64(len(key)) + max(e.Size, 0)
	for name, values := range e.Header {
		for _, v := range values {
			n += int64(len(name) + len(v))
		}
	}
	return n
}

// Cache stores entries by key: the most recently used ones, up to a number of
// bytes. It is safe for concurrent use.
type Cache struct {
	limit int64

	mu      sync.Mutex
	used    int64
	byKey   map[string]*list.Element
	recent  *list.List      // of *slot, most recently used first
	flights map[any]*Flight // by key, or by a pointer where nobody joins
}

type slot struct {
	key   string
	entry *Entry
	cost  int64
}

// New returns an empty cache of up to limit bytes.
func New(limit int64) *Cache {
	return &Cache{limit: limit, byKey: map[string]*list.Element{}, recent: list.New(), flights: map[any]*Flight{}}
}

// MaxObject returns the size of the largest body that the cache stores: an
// eighth of the cache, so that one object cannot empty it.
func (c *Cache) MaxObject() int64 { return c.limit / 8 }

// Get returns the entry stored under key, whether it is fresh or not, or nil.
func (c *Cache) Get(key string) *Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.get(key)
}

func (c *Cache) get(key string) *Entry {
	el := c.byKey[key]
	if el == nil {
		return nil
	}
	c.recent.MoveToFront(el)
	return el.Value.(*slot).entry
}

// Put stores an entry and replaces any other under its key.
func (c *Cache) Put(key string, e *Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(key, e)
}

func (c *Cache) put(key string, e *Entry) {
	c.remove(c.byKey[key])
	s := &slot{key, e, e.cost(key)}
	if s.cost > c.limit {
		return
	}
	c.byKey[key] = c.recent.PushFront(s)
	for c.used += s.cost; c.used > c.limit; {
		c.remove(c.recent.Back())
	}
}

// Drop removes e, if it is still the entry under key.
func (c *Cache) Drop(key string, e *Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el := c.byKey[key]; el != nil && el.Value.(*slot).entry == e {
		c.remove(el)
	}
}

// Invalidate removes the entries for which match returns true, and returns
// their number.
func (c *Cache) Invalidate(match func(*Entry) bool) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for el := c.recent.Front(); el != nil; {
		next := el.Next()
		if match(el.Value.(*slot).entry) {
			c.remove(el)
			n++
		}
		el = next
	}
	for _, f := range c.flights {
		f.outdated = true
	}
	return n
}

func (c *Cache) remove(el *list.Element) {
	if el == nil {
		return
	}
	s := c.recent.Remove(el).(*slot)
	delete(c.byKey, s.key)
	c.used -= s.cost
}

// Flight is one request to the origin that several viewers wait for.
type Flight struct {
	cache    *Cache
	key      string
	id       any  // among the flights
	outdated bool // an invalidation came while it was under way
	settled  chan struct{}
	entry    *Entry
}

// Join returns the entry stored under key or nil and, unless it is fresh, the
// flight in progress. The caller that receives lead started it and must call
// Settle.
func (c *Cache) Join(key string, now time.Time) (e *Entry, f *Flight, lead bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e = c.get(key); e != nil && e.Fresh(now) {
		return e, nil, false
	}
	if f = c.flights[key]; f != nil {
		return e, f, false
	}
	return e, c.fly(key, key), true
}

// Alone returns a flight for key that no other request joins. The caller must
// call Settle.
func (c *Cache) Alone(key string) *Flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fly(key, new(int))
}

func (c *Cache) fly(key string, id any) *Flight {
	f := &Flight{cache: c, key: key, id: id, settled: make(chan struct{})}
	c.flights[id] = f
	return f
}

// Settle ends the flight. An entry is stored and shared with all who wait; with
// nil, they request the object from the origin themselves. Only the first call
// has an effect.
func (f *Flight) Settle(e *Entry) {
	c := f.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flights[f.id] != f {
		return
	}
	delete(c.flights, f.id)
	if e != nil && !f.outdated {
		c.put(f.key, e)
	}
	f.entry = e
	close(f.settled)
}

// Wait returns the flight's entry, or nil if it must not be shared.
func (f *Flight) Wait(ctx context.Context) (*Entry, error) {
	select {
	case <-f.settled:
		return f.entry, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
