package keys_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/internal/testing/keytest"
	"example.com/privatecdn/keys"
)

// TestCheck lets time and steps go over a ring that is deployed, and compares
// what has become of it with what is deployed.
func TestCheck(t *testing.T) {
	t.Parallel()
	promote := func(i int) func(*testing.T, *keys.Ring) {
		return func(t *testing.T, r *keys.Ring) { must(t)(r.Promote(r.Keys()[i].Fingerprint)) }
	}
	retire := func(t *testing.T, r *keys.Ring) { must(t)(r.Retire(r.Keys()[0].Fingerprint)) }
	drop := func(i int) func(*testing.T, *keys.Ring) {
		return func(t *testing.T, r *keys.Ring) { must(t)(r.Drop(r.Keys()[i].Fingerprint)) }
	}
	adds := func(t *testing.T, r *keys.Ring) { add(t, r) }
	revoke := func(t *testing.T, r *keys.Ring) {
		if _, err := r.Revoke(context.Background(), r.Keys()[0].Fingerprint, keys.FileStore{Ring: r.Dir()}); err != nil {
			t.Fatal(err)
		}
	}
	type steps []func(*testing.T, *keys.Ring)
	for _, c := range []struct {
		name, deployed string
		steps          steps
		says           string // empty: allowed
	}{
		{"nothing", "signing", steps{}, ""},
		{"nothing beside a pending one", "pending", steps{}, ""},
		{"new", "signing", steps{adds}, ""},
		{"two new", "signing", steps{adds, adds}, ""},
		{"promote", "pending", steps{promote(1)}, ""},
		{"retire", "replaced", steps{retire}, ""},
		{"drop", "over", steps{drop(0)}, ""},
		{"drop a pending one", "pending", steps{drop(1)}, ""},
		{"promote back", "replaced", steps{promote(0)}, ""},
		{"new, promote", "signing", steps{adds, promote(1)}, "added and promoted in one"},
		{"promote, retire", "pending", steps{promote(1), retire}, "replaced and retired in one"},
		{"new, promote, retire", "signing", steps{adds, promote(1), retire}, "in one"},
		{"promote, retire, wait, drop", "pending", steps{promote(1), retire, drop(0)}, "and not in the ring"},
		{"retire, wait, drop", "replaced", steps{retire, drop(0)}, ""},
		{"revoke", "pending", steps{revoke}, ""},
		{"revoke the only one", "signing", steps{revoke}, ""},
		{"revoke, drop", "pending", steps{revoke, drop(0)}, ""},
		{"new, revoke", "signing", steps{adds, revoke}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			clk := newClock()
			r := stages[c.deployed](t, clk)
			deployed := r.Keys()
			for _, step := range c.steps {
				clk.advance(8 * day)
				step(t, r)
			}
			err := r.Check(deployed)
			if c.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.Is(err, keys.ErrStrands) || !strings.Contains(keytest.Said(err), c.says) {
				t.Fatalf("%v, want one that says %q", err, c.says)
			}
			var strands *keys.StrandError
			if !errors.As(err, &strands) || !strands.Safe.After(clk.now()) || !strings.Contains(
				keytest.Said(err), "earliest safe date: 2026-",
			) {
				t.Errorf("%v: no date after %v", err, clk.now())
			}
		})
	}
}

// TestCheckOtherRing compares a ring with a deployment of another one: every
// key of it is in the error.
func TestCheckOtherRing(t *testing.T) {
	t.Parallel()
	clk := newClock()
	r, other := newRing(t, clk, 1), newRing(t, clk, 2)
	err := r.Check(other.Keys())
	for _, k := range other.Keys() {
		said := strings.Contains(keytest.Said(err), k.Fingerprint[7:23])
		if said != (k.State == keys.Signing) {
			t.Errorf("%s key in the error: %v: %v", k.State, said, err)
		}
	}
	if err := r.Check(nil); err != nil {
		t.Error(err)
	}
}

// TestPendingAgain restores a ring from before a promotion that is deployed.
func TestPendingAgain(t *testing.T) {
	t.Parallel()
	clk := newClock()
	r := stages["pending"](t, clk)
	old := clone(t, r.Dir())
	restored, err := keys.Open(old, keys.WithClock(clk.now))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{1, 0} { // promoted, and promoted back
		must(t)(r.Promote(r.Keys()[i].Fingerprint))
		if err := restored.Check(r.Keys()); !errors.Is(err, keys.ErrStrands) || !strings.Contains(
			keytest.Said(err), "pending again",
		) {
			t.Errorf("key %d signs: %v", i, err)
		}
	}
}

// TestWithDeployed takes a step on a ring that is ahead of what is deployed.
func TestWithDeployed(t *testing.T) {
	t.Parallel()
	clk := newClock()
	r := stages["signing"](t, clk)
	deployed := r.Keys()
	r, err := keys.Open(r.Dir(), keys.WithClock(clk.now), keys.WithDeployed(deployed))
	if err != nil {
		t.Fatal(err)
	}
	pending := add(t, r)
	if _, err := r.Promote(pending.Fingerprint); !errors.Is(err, keys.ErrStrands) {
		t.Errorf("promoted before it was deployed: %v", err)
	}
	if got := stateNames(r); got != "signing pending" {
		t.Error(got)
	}
}

func TestOutlook(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		stage  string
		later  time.Duration
		next   string // of each key
		all    keys.Action
		key    int
		in     time.Duration // from now
		remind string
	}{
		{"signing", 0, "new", keys.ActNew, 0, 90 * day, ""},
		{"signing", 91 * day, "new", keys.ActNew, 0, -day, "should be replaced from 2"},
		{"pending", 0, "new promote", keys.ActPromote, 1, 0, ""},
		{"replaced", 0, "retire new", keys.ActRetire, 0, 0, ""},
		{"replaced", day - time.Second, "retire new", keys.ActRetire, 0, time.Second - day, ""},
		{"replaced", day, "retire new", keys.ActRetire, 0, -day, "has no end yet"},
		{"replaced", 2 * day, "retire new", keys.ActRetire, 0, -2 * day, "has no end yet"},
		{"retired", 0, "drop new", keys.ActDrop, 0, 7*day + 15*time.Minute, ""},
		{"over", 0, "drop new", keys.ActDrop, 0, 0, "can be dropped"},
		{"revoked", 0, "drop new", keys.ActNew, 1, 90 * day, ""},
		{"revoked", 8 * day, "drop new", keys.ActDrop, 0, -day, ""},
	} {
		clk := newClock()
		r := stages[c.stage](t, clk)
		clk.advance(c.later)
		var next []string
		for _, e := range r.List() {
			next = append(next, string(e.Next))
		}
		if got := strings.Join(next, " "); got != c.next {
			t.Errorf("%s: %s comes next, want %s", c.stage, got, c.next)
		}
		e := r.Next()
		if e.Next != c.all || e.Fingerprint != r.Keys()[c.key].Fingerprint || e.From.Sub(clk.now()) != c.in {
			t.Errorf("%s: next is %s of %s from %v", c.stage, e.Next, e.Fingerprint, e.From)
		}
		var said []string
		for _, m := range r.Overdue() {
			said = append(said, m.String())
		}
		if text := strings.Join(said, "\n"); (text == "") != (c.remind == "") || !strings.Contains(text, c.remind) {
			t.Errorf("%s: reminds %q, want %q", c.stage, text, c.remind)
		}
	}
}

// TestNextOfThree holds that a rotation is finished before another begins,
// whichever key is older.
func TestNextOfThree(t *testing.T) {
	t.Parallel()
	clk := newClock()
	r := stages["signing"](t, clk)
	clk.advance(91 * day)
	first := add(t, r)
	if e := r.Next(); e.Next != keys.ActPromote || e.Fingerprint != first.Fingerprint {
		t.Errorf("with a key to replace and a pending one, next is %s of %s", e.Next, e.Fingerprint)
	}
	clk.advance(day)
	second := add(t, r)
	clk.advance(day)
	if _, err := r.Promote(second.Fingerprint); err != nil {
		t.Fatal(err)
	}
	if e := r.Next(); e.Next != keys.ActRetire {
		t.Errorf("with a replaced key and an older pending one, next is %s of %s", e.Next, e.Fingerprint)
	}
	r = stages["retired"](t, clk)
	clk.advance(91 * day)
	must(t)(r.Retire(r.Keys()[0].Fingerprint))
	if e := r.Next(); e.Next != keys.ActNew {
		t.Errorf("with a key that waits for its end and one to replace, next is %s of %s", e.Next, e.Fingerprint)
	}
}

// TestRotate rotates from an empty ring through a whole rotation and into the
// next.
func TestRotate(t *testing.T) {
	t.Parallel()
	clk := newClock()
	r := newRing(t, clk, 0)
	for _, want := range []struct {
		action keys.Action
		left   string
	}{
		{keys.ActNew, "signing"},
		{keys.ActNew, "signing pending"},
		{keys.ActPromote, "retiring signing"},
		{keys.ActRetire, "retiring signing"},
		{keys.ActDrop, "retiring signing"}, // too early
		{keys.ActDrop, "signing"},
		{keys.ActNew, "signing pending"},
	} {
		clk.advance(time.Hour)
		action, _, err := r.Rotate(context.Background(), keys.ECDSAP256, keys.FileStore{Ring: r.Dir()})
		if action != want.action || stateNames(r) != want.left {
			t.Errorf("%s, left %s; want %s, %s", action, stateNames(r), want.action, want.left)
		}
		var strands *keys.StrandError
		if errors.As(err, &strands) {
			clk.t = strands.Safe
		} else if err != nil {
			t.Error(err)
		}
	}
}
