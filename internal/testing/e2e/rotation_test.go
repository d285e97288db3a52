package e2e_test

import (
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/keys"
)

// check ends a run: nothing may have failed, and enough requests must have been
// sent for that to mean something.
func (w *world) check(keysUsed int) {
	w.t.Helper()
	w.t.Logf("%d requests, %d opened, %d refused; URLs by key: %v", w.requests.Load(), w.opened.Load(),
		w.refused.Load(), w.usedBy)
	if n := len(w.wrong); n > 0 {
		w.t.Errorf("%d wrong answers, such as\n%s", n, strings.Join(w.wrong[:min(n, 5)], "\n"))
	}
	if w.requests.Load() < 4000 || w.opened.Load() < 1000 || w.refused.Load() < 100 || len(w.usedBy) != keysUsed {
		w.t.Errorf("too little happened: %d requests, %d opened, %d refused, %d keys", w.requests.Load(), w.opened.Load(),
			w.refused.Load(), len(w.usedBy))
	}
}

// rotate takes a ring through all steps of a rotation, with a deployment after
// each. whilePromoting runs between the promotion and the retirement.
func (w *world) rotate(old keys.Key, documentFirst bool, whilePromoting func()) keys.Key {
	w.t.Helper()
	w.pass(24*time.Hour, time.Hour)
	next := w.add()
	w.deploy(documentFirst)
	w.pass(time.Hour, 10*time.Minute)
	w.do(w.ring.Promote, next)
	w.deploy(documentFirst)
	whilePromoting()
	w.do(w.ring.Retire, old)
	w.deploy(documentFirst)
	w.pass(12*time.Minute, time.Minute)
	return next
}

// end waits for a retiring key's end, to the minute of the ring's clock, and
// drops the key.
func (w *world) end(old keys.Key, documentFirst bool) {
	w.t.Helper()
	k, err := w.ring.Find(old.Fingerprint)
	if err != nil {
		w.t.Fatal(err)
	}
	w.pass(k.Until.Sub(w.clock(w.ringSkew)()), 3*time.Hour)
	w.do(w.ring.Drop, old)
	w.deploy(documentFirst)
	w.pass(24*time.Hour, 3*time.Hour)
}

func (w *world) first() keys.Key { return w.ring.Keys()[0] }

func nothing() {}

// TestRotationUnderLoad checks that no viewer loses a URL in a rotation: no
// valid URL is refused and no expired one is served, whether the key group or
// the document changes first, and with clocks that are a minute off.
func TestRotationUnderLoad(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		documentFirst bool
		ring          time.Duration   // how wrong the clock of the ring's owner is
		signers       []time.Duration // and the signers'
	}{
		{"document first", true, 0, []time.Duration{0, 0}},
		{"key group first", false, 0, []time.Duration{0, 0}},
		{"clocks off", false, -time.Minute, []time.Duration{time.Minute, -time.Minute}},
		{"clocks off the other way", true, time.Minute, []time.Duration{time.Minute, -time.Minute}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, test.ring, test.signers...)
			w.load(func() {
				old := w.first()
				w.rotate(old, test.documentFirst, nothing)
				w.end(old, test.documentFirst)
			})
			w.check(2)
		})
	}
}

// TestSignerMissesReload has a signer whose network is down from a promotion
// until 13 minutes after the retirement, and whose clock is a minute fast. What
// it signs with the old key meanwhile stays valid, since the key's end allows
// for 15 minutes.
func TestSignerMissesReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0, time.Minute, 0)
	late := w.signers[0]
	w.load(func() {
		old := w.first()
		w.rotate(old, true, func() {
			if id := late.KeyPairID(); id != w.document.Load().Keys[1].ID {
				t.Errorf("it signs with %s", id)
			}
		})
		w.end(old, true)
		third := w.add()
		w.deploy(true)
		w.pass(time.Hour, 10*time.Minute)
		late.down.Store(true)
		w.do(w.ring.Promote, third)
		w.deploy(true)
		w.pass(2*time.Minute, time.Minute)
		second := w.first()
		w.do(w.ring.Retire, second)
		w.deploy(true)
		w.pass(10*time.Minute, time.Minute)
		if id := late.KeyPairID(); id != w.id(second) {
			t.Errorf("without a network it signs with %s, want the old key", id)
		}
		late.down.Store(false)
		w.pass(time.Minute, time.Minute)
		if id := late.KeyPairID(); id != w.id(third) {
			t.Errorf("with its network back it signs with %s, want the new key", id)
		}
		w.end(second, false)
	})
	w.check(3)
}

// TestRevocationUnderLoad revokes keys in the middle of a rotation: first the
// old key, then the signing one. After each deployment nothing that the revoked
// key signed is served, and everything else is.
func TestRevocationUnderLoad(t *testing.T) {
	t.Parallel()
	for name, documentFirst := range map[string]bool{"document first": true, "key group first": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 0, 0, time.Minute)
			w.load(func() {
				old := w.first()
				next := w.rotate(old, documentFirst, nothing)
				w.pass(24*time.Hour, time.Hour)
				w.revoke(old)
				w.deploy(documentFirst)
				w.pass(24*time.Hour, time.Hour)
				w.add()
				w.deploy(documentFirst)
				w.pass(time.Hour, 10*time.Minute)
				w.revoke(next)
				w.deploy(documentFirst)
				w.pass(5*24*time.Hour, 2*time.Hour)
			})
			w.check(3)
		})
	}
}

func (w *world) revoke(k keys.Key) {
	w.t.Helper()
	done, err := w.ring.Revoke(w.t.Context(), k.Fingerprint, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if done.Lost <= 0 || done.Lost > 8*24*time.Hour {
		w.t.Errorf("it says that URLs of up to %s die", done.Lost)
	}
}

// TestNoticesStrandedURLs checks that these tests can fail: a rotation in a
// single step, which the ring refuses, refuses valid URLs.
func TestNoticesStrandedURLs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0, 0)
	w.load(func() {
		w.pass(time.Hour, 10*time.Minute)
		if err := w.ring.Check(nil); err != nil {
			t.Fatal(err)
		}
		deployed := w.document.Load().RingKeys()
		ring, err := keys.Create(t.TempDir(), keys.WithClock(w.clock(0)))
		if err != nil {
			t.Fatal(err)
		}
		w.ring = ring
		w.add()
		if err := w.ring.Check(deployed); err == nil {
			t.Error("the ring lets it pass")
		}
		w.put(true)
		w.pass(time.Hour, 10*time.Minute)
	})
	if len(w.wrong) == 0 {
		t.Error("nobody noticed")
	}
}
