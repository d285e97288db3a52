package e2e_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
)

// world is one deployment under load: a ring and its owner, signers that load
// the deployment document, viewers that request signed URLs from the edge, and
// one clock that only the test advances. It records every wrong response.
type world struct {
	t         *testing.T
	now       atomic.Int64 // in seconds
	ring      *keys.Ring
	ringSkew  time.Duration
	store     func(ring string) keys.Store
	algorithm keys.Algorithm
	edge      *edge.Edge
	template  string
	host      string
	content   fs.FS
	document  atomic.Pointer[deployment.Deployment]
	signers   []*signing
	views     chan struct{} // one request each

	mu       sync.Mutex
	urls     []signedURL
	dying    map[string]bool // key pair IDs whose revocation is being deployed, or is
	dead     map[string]bool // key pair IDs whose revocation is deployed
	wrong    []string
	requests atomic.Int64
	opened   atomic.Int64
	refused  atomic.Int64
	usedBy   map[string]int // URLs by key pair ID
}

// signedURL is a URL and its end.
type signedURL struct {
	url, keyID string
	end        int64
}

// signing is one signer, whose clock may be wrong and whose network may be
// down.
type signing struct {
	*signer.Signer
	random *rand.Rand
	turns  chan struct{} // one signature each
	down   atomic.Bool
}

func (w *world) clock(skew time.Duration) func() time.Time {
	return func() time.Time { return time.Unix(w.now.Load(), 0).Add(skew) }
}

// newWorld deploys a ring with one key in a file. Each skew is a signer whose
// clock is wrong by that much.
func newWorld(t *testing.T, ringSkew time.Duration, skews ...time.Duration) *world {
	t.Helper()
	files := func(ring string) keys.Store { return keys.FileStore{Ring: ring} }
	w := newRing(t, ringSkew, files)
	w.start(keys.ECDSAP256, nil, skews...)
	return w
}

// newRing returns a world with an empty ring whose keys are created in a store.
func newRing(t *testing.T, ringSkew time.Duration, store func(ring string) keys.Store) *world {
	t.Helper()
	w := &world{t: t, ringSkew: ringSkew, store: store, content: content(),
		template: filepath.Join(t.TempDir(), "Media.template.json"),
		views:    make(chan struct{}, 32), dying: map[string]bool{}, dead: map[string]bool{}, usedBy: map[string]int{}}
	w.now.Store(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).Unix())
	var err error
	if w.ring, err = keys.Create(filepath.Join(t.TempDir(), "ring"), keys.WithClock(w.clock(ringSkew))); err != nil {
		t.Fatal(err)
	}
	return w
}

// start adds a key, deploys it and starts signers with openers of their own.
func (w *world) start(a keys.Algorithm, openers keys.Openers, skews ...time.Duration) {
	t := w.t
	t.Helper()
	w.algorithm = a
	w.add()
	w.writeTemplate()
	var err error
	w.edge, err = edge.New(edge.Options{Template: w.template, Clock: w.clock(0), Buckets: map[string]fs.FS{"": w.content}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.edge.Close() })
	w.host = w.edge.Deployments()[0].Hosts[0]
	w.writeDocument()
	for i, skew := range skews {
		s := &signing{random: rand.New(rand.NewPCG(uint64(i), 1)), turns: make(chan struct{}, 4)}
		if s.Signer, err = signer.Open(t.Context(), source{w, s}, signer.WithReload(0), signer.WithClock(w.clock(skew)),
			signer.WithOpeners(openers)); err != nil {
			t.Fatal(err)
		}
		w.signers = append(w.signers, s)
	}
}

// source returns the document, or an error while the signer's network is down.
type source struct {
	world  *world
	signer *signing
}

func (s source) Load(context.Context) (*deployment.Deployment, error) {
	if s.signer.down.Load() {
		return nil, errors.New("no network")
	}
	return s.world.document.Load(), nil
}

// load runs signers and viewers while do advances the clock.
func (w *world) load(do func()) {
	w.t.Helper()
	var group sync.WaitGroup
	for _, s := range w.signers {
		group.Go(func() {
			for range s.turns {
				w.sign(s)
			}
		})
	}
	for i := range 3 {
		random := rand.New(rand.NewPCG(uint64(i), 2))
		group.Go(func() {
			for range w.views {
				w.view(random)
			}
		})
	}
	defer group.Wait()
	defer func() {
		close(w.views)
		for _, s := range w.signers {
			close(s.turns)
		}
	}()
	do()
}

// pass advances time in ticks. In each, signers load the document and sign, and
// viewers send requests, the last of which are still in progress when time
// advances.
func (w *world) pass(d, tick time.Duration) {
	for ; d > 0; d -= tick {
		w.now.Add(int64(min(d, tick) / time.Second))
		for _, s := range w.signers {
			_ = s.Reload(w.t.Context()) // keeps what it has when its network is down
			for range 4 {
				s.turns <- struct{}{}
			}
		}
		for range 32 {
			w.views <- struct{}{}
		}
	}
}

// lifetimes are those that signers grant, up to the ring's limit.
var lifetimes = []time.Duration{10 * time.Minute, 6 * time.Hour, 24 * time.Hour, 3 * 24 * time.Hour, 7 * 24 * time.Hour}

func (w *world) sign(s *signing) {
	path := fmt.Sprintf("/films/%d.ts", s.random.IntN(len(content())))
	terms := signer.Terms{For: lifetimes[s.random.IntN(len(lifetimes))]}
	if s.random.IntN(4) == 0 {
		terms.Resource = "/films/*"
	}
	text, err := s.URL(path, terms)
	if err != nil {
		w.note("signing: %v", err)
		return
	}
	u, err := parse(text)
	if err != nil {
		w.note("%s: %v", text, err)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.usedBy[u.keyID]++
	w.urls = append(w.urls, u)
}

// view requests a URL that was signed at a random time.
func (w *world) view(random *rand.Rand) {
	w.mu.Lock()
	if len(w.urls) == 0 {
		w.mu.Unlock()
		return
	}
	u := w.urls[random.IntN(len(w.urls))]
	w.mu.Unlock()
	w.request(u)
}

// viewAll requests every URL that has not expired, while time stands still.
func (w *world) viewAll() {
	w.mu.Lock()
	urls := slices.Clone(w.urls)
	w.mu.Unlock()
	for _, u := range urls {
		if u.end > w.now.Load() {
			w.request(u)
		}
	}
}

// request requests a URL, and records a wrong response. A URL that expires or
// is revoked during the request may be served or refused.
func (w *world) request(u signedURL) {
	w.mu.Lock()
	dead := w.dead[u.keyID]
	w.mu.Unlock()

	before := w.now.Load()
	request := httptest.NewRequest(http.MethodGet, u.url, nil)
	request.TLS = &tls.ConnectionState{HandshakeComplete: true}
	answer := httptest.NewRecorder()
	w.edge.ServeHTTP(answer, request)
	after := w.now.Load()

	w.mu.Lock()
	dying := w.dying[u.keyID]
	w.mu.Unlock()
	switch {
	case answer.Code != http.StatusOK && u.end > after && !dying:
		w.note("refused, with %s left: %s: %s", time.Duration(u.end-after)*time.Second, u.url,
			answer.Header().Get("X-Privatecdn-Reason"))
	case answer.Code == http.StatusOK && dead:
		w.note("served, signed by a revoked key: %s", u.url)
	case answer.Code == http.StatusOK && u.end <= before:
		w.note("served, ended %s ago: %s", time.Duration(before-u.end)*time.Second, u.url)
	case answer.Code == http.StatusOK && answer.Body.String() != strings.TrimPrefix(request.URL.Path, "/"):
		w.note("served something else: %s", u.url)
	}
	if answer.Code == http.StatusOK {
		w.opened.Add(1)
	} else {
		w.refused.Add(1)
	}
	w.requests.Add(1)
}

func (w *world) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// content returns the bucket's objects: each contains its own name.
func content() fstest.MapFS {
	objects := fstest.MapFS{}
	for i := range 8 {
		name := fmt.Sprintf("films/%d.ts", i)
		objects[name] = &fstest.MapFile{Data: []byte(name)}
	}
	return objects
}

func (w *world) writeTemplate() {
	w.t.Helper()
	if err := os.WriteFile(w.template, templateOf(w.t, w.ring), 0o600); err != nil {
		w.t.Fatal(err)
	}
}
