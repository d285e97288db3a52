package inspector

import (
	"sync"

	"example.com/privatecdn/edge"
)

// kept is how many requests the inspector remembers, and backlog how many a
// browser may lag behind before it is disconnected.
const (
	kept    = 500
	backlog = 256
)

// numbered is a request with its place in the order of requests, from 1.
type numbered struct {
	id    int
	trace edge.Trace
}

// feed remembers the last requests and passes each new one on.
type feed struct {
	mu       sync.Mutex
	last     int // id of the newest
	ring     [kept]numbered
	watchers map[chan numbered]struct{}
}

func (f *feed) add(t edge.Trace) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	n := numbered{f.last, t}
	f.ring[f.last%kept] = n
	for c := range f.watchers {
		select {
		case c <- n:
		default: // too slow: it reconnects and starts from what is remembered
			close(c)
			delete(f.watchers, c)
		}
	}
}

// get returns a request that is still remembered.
func (f *feed) get(id int) (edge.Trace, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id < 1 || f.ring[id%kept].id != id {
		return edge.Trace{}, false
	}
	return f.ring[id%kept].trace, true
}

// watch returns a channel with what is remembered after an id and what comes
// next. It is closed when its reader falls behind. Call stop at the end.
func (f *feed) watch(after int) (next <-chan numbered, stop func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := make(chan numbered, kept+backlog)
	for id := max(after, f.last-kept, 0) + 1; id <= f.last; id++ {
		c <- f.ring[id%kept]
	}
	f.watchers[c] = struct{}{}
	return c, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.watchers, c)
	}
}

// signatures counts the requests that are remembered by the key that signed.
func (f *feed) signatures() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	count := map[string]int{}
	for _, n := range f.ring {
		if n.trace.KeyID != "" {
			count[n.trace.KeyID]++
		}
	}
	return count
}
