package keys_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/privatecdn/keys"
)

const day = 24 * time.Hour

// stages are rings at every stage of a rotation. Key 0 is the first one.
var stages = map[string]func(t *testing.T, c *clock) *keys.Ring{
	"signing": func(t *testing.T, c *clock) *keys.Ring { return newRing(t, c, 1) },
	"pending": func(t *testing.T, c *clock) *keys.Ring { return newRing(t, c, 2) },
	"replaced": func(t *testing.T, c *clock) *keys.Ring {
		r := newRing(t, c, 2)
		c.advance(time.Hour)
		must(t)(r.Promote(r.Keys()[1].Fingerprint))
		return r
	},
	"retired": func(t *testing.T, c *clock) *keys.Ring {
		r := newRing(t, c, 2)
		must(t)(r.Promote(r.Keys()[1].Fingerprint))
		c.advance(time.Hour)
		must(t)(r.Retire(r.Keys()[0].Fingerprint))
		return r
	},
	"over": func(t *testing.T, c *clock) *keys.Ring {
		r := newRing(t, c, 2)
		must(t)(r.Promote(r.Keys()[1].Fingerprint))
		must(t)(r.Retire(r.Keys()[0].Fingerprint))
		c.t = r.Keys()[0].Until
		return r
	},
	"revoked": func(t *testing.T, c *clock) *keys.Ring {
		r := newRing(t, c, 2)
		if _, err := r.Revoke(context.Background(), r.Keys()[0].Fingerprint, nil); err != nil {
			t.Fatal(err)
		}
		return r
	},
}

// TestSteps takes every step on the first key of a ring at every stage, and on
// the second one where the stage has one that matters.
func TestSteps(t *testing.T) {
	t.Parallel()
	type step func(r *keys.Ring, name string) error
	promote := func(r *keys.Ring, name string) error { return only(r.Promote(name)) }
	retire := func(r *keys.Ring, name string) error { return only(r.Retire(name)) }
	drop := func(r *keys.Ring, name string) error { return only(r.Drop(name)) }
	revoke := func(r *keys.Ring, name string) error {
		_, err := r.Revoke(context.Background(), name, nil)
		return err
	}
	for _, c := range []struct {
		stage string
		key   int
		name  string
		take  step
		want  error
		left  string // states afterwards
	}{
		{"signing", 0, "promote", promote, keys.ErrState, "signing"},
		{"signing", 0, "retire", retire, keys.ErrState, "signing"},
		{"signing", 0, "drop", drop, keys.ErrState, "signing"},
		{"signing", 0, "revoke", revoke, keys.ErrState, "signing"},
		{"pending", 1, "promote", promote, nil, "retiring signing"},
		{"pending", 1, "retire", retire, keys.ErrState, "signing pending"},
		{"pending", 1, "drop", drop, nil, "signing"},
		{"pending", 1, "revoke", revoke, nil, "signing revoked"},
		{"pending", 0, "revoke", revoke, nil, "revoked signing"},
		{"replaced", 0, "promote back", promote, nil, "signing retiring"},
		{"replaced", 0, "retire", retire, nil, "retiring signing"},
		{"replaced", 0, "drop", drop, keys.ErrStrands, "retiring signing"},
		{"replaced", 0, "revoke", revoke, nil, "revoked signing"},
		{"replaced", 1, "revoke", revoke, nil, "signing revoked"},
		{"retired", 0, "promote back", promote, nil, "signing retiring"},
		{"retired", 0, "retire again", retire, nil, "retiring signing"},
		{"retired", 0, "drop", drop, keys.ErrStrands, "retiring signing"},
		{"retired", 0, "revoke", revoke, nil, "revoked signing"},
		{"retired", 1, "revoke", revoke, nil, "signing revoked"},
		{"over", 0, "promote back", promote, keys.ErrState, "retiring signing"},
		{"over", 0, "retire again", retire, nil, "retiring signing"},
		{"over", 0, "drop", drop, nil, "signing"},
		{"over", 1, "revoke", revoke, keys.ErrState, "retiring signing"},
		{"revoked", 0, "promote", promote, keys.ErrState, "revoked signing"},
		{"revoked", 0, "retire", retire, keys.ErrState, "revoked signing"},
		{"revoked", 0, "revoke", revoke, keys.ErrState, "revoked signing"},
		{"revoked", 0, "drop", drop, nil, "signing"},
	} {
		t.Run(c.stage+" "+c.name, func(t *testing.T) {
			t.Parallel()
			clk := newClock()
			r := stages[c.stage](t, clk)
			err := c.take(r, r.Keys()[c.key].Fingerprint)
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("%v, want %v", err, c.want)
			}
			opened, err := keys.Open(r.Dir(), keys.WithClock(clk.now))
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range []*keys.Ring{r, opened} {
				if got := stateNames(r); got != c.left {
					t.Errorf("left %s, want %s", got, c.left)
				}
			}
		})
	}
}

func stateNames(r *keys.Ring) string {
	var names []string
	for _, k := range r.Keys() {
		names = append(names, string(k.State))
	}
	return strings.Join(names, " ")
}

func TestTrusted(t *testing.T) {
	t.Parallel()
	for stage, want := range map[string]int{
		"signing": 1, "pending": 2, "replaced": 2, "retired": 2, "over": 2, "revoked": 1,
	} {
		r := stages[stage](t, newClock())
		if got := len(r.Trusted()); got != want {
			t.Errorf("%s: %d trusted keys, want %d", stage, got, want)
		}
	}
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	week := 7 * day
	for _, c := range []struct {
		name, stage string
		key         int
		later       time.Duration
		lost        time.Duration
		successor   int // -1: none
	}{
		{"the one that signs", "pending", 0, 0, week, 1},
		{"a pending one", "pending", 1, 0, 0, -1},
		{"a replaced one", "replaced", 0, 2 * day, week, -1},
		{"a retired one", "retired", 0, 6 * day, day + 15*time.Minute, -1},
		{"one past its end", "over", 0, time.Hour, 0, -1},
		{"the new one", "replaced", 1, 0, week, 0},
		{"the new one, late", "retired", 1, 3 * day, week, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			clk := newClock()
			r := stages[c.stage](t, clk)
			clk.advance(c.later)
			ks := r.Keys()
			done, err := r.Revoke(context.Background(), ks[c.key].Fingerprint, nil)
			if err != nil {
				t.Fatal(err)
			}
			if done.Lost != c.lost || done.Made || done.Key.State != keys.Revoked || !done.Key.Revoked.Equal(clk.now()) {
				t.Errorf("%+v, want %v lost", done, c.lost)
			}
			want := ""
			if c.successor >= 0 {
				want = ks[c.successor].Fingerprint
			}
			if done.Successor.Fingerprint != want {
				t.Errorf("successor %+v, want %q", done.Successor, want)
			}
		})
	}
}

// TestRevokeTheOnlyKey needs a store for the key that signs instead, also where
// there is another key that is past its end.
func TestRevokeTheOnlyKey(t *testing.T) {
	t.Parallel()
	for stage, left := range map[string]string{"signing": "revoked signing", "over": "retiring revoked signing"} {
		r := stages[stage](t, newClock())
		leaked, _ := r.Signing()
		done, err := r.Revoke(context.Background(), leaked.Fingerprint, keys.FileStore{Ring: r.Dir()})
		if err != nil {
			t.Fatal(err)
		}
		if signing, _ := r.Signing(); !done.Made || done.Successor != signing || stateNames(r) != left {
			t.Errorf("%s: %+v, left %s", stage, done, stateNames(r))
		}
	}
}

// TestConcurrentSteps adds keys from many rings over one directory: none is
// lost, and exactly one signs.
func TestConcurrentSteps(t *testing.T) {
	t.Parallel()
	dir := newRing(t, newClock(), 0).Dir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r, err := keys.Open(dir)
			if err == nil {
				err = addOne(r)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	r, err := keys.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := stateNames(r); got != "signing"+strings.Repeat(" pending", 7) {
		t.Error(got)
	}
}

// TestClockSetBack takes a step with a clock behind the one of the step before:
// a little, which is put right, and a lot, which no end could be trusted with.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	c := newClock()
	r := newRing(t, c, 1)
	c.advance(-10 * time.Minute)
	k := add(t, r)
	if k.Created.Before(r.Keys()[0].Created) {
		t.Errorf("added on %v, before the key above it", k.Created)
	}
	if _, err := keys.Open(r.Dir()); err != nil {
		t.Error(err)
	}
	c.advance(-5 * time.Minute)
	add(t, r)
	c.advance(-time.Second)
	if _, err := r.Promote(k.Fingerprint); !errors.Is(err, keys.ErrClock) {
		t.Error(err)
	}
}

// TestStoreFails leaves the ring as it is.
func TestStoreFails(t *testing.T) {
	t.Parallel()
	r := newRing(t, newClock(), 1)
	if _, err := r.Add(context.Background(), keys.ECDSAP256, brokenStore{}); !errors.Is(err, errBroken) {
		t.Error(err)
	}
	if _, err := r.Revoke(t.Context(), r.Keys()[0].Fingerprint, brokenStore{}); !errors.Is(err, errBroken) {
		t.Error(err)
	}
	if got := stateNames(r); got != "signing" {
		t.Error(got)
	}
}

var errBroken = errors.New("the store is broken")

type brokenStore struct{}

func (brokenStore) New(context.Context, keys.Algorithm) (*keys.Public, string, error) {
	return nil, "", errBroken
}

// TestAdopt adds a key pair that exists: what the ring could not read again is
// refused, and leaves nothing in it.
func TestAdopt(t *testing.T) {
	t.Parallel()
	r := newRing(t, newClock(), 1)
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		t.Fatal(err)
	}
	public, err := keys.NewPublic(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(r.Dir(), public.Fingerprint()[7:23]+".pem")
	for uri, id := range map[string]string{"nowhere": "", "kms:alias/a": "K-1"} {
		if _, err := r.Adopt(public, uri, id); err == nil {
			t.Errorf("adopted as %q, %q", uri, id)
		}
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q, %q leaves %s: %v", uri, id, file, err)
		}
	}
	k := must(t)(r.Adopt(public, "", "K2JCJMDEHXQW5F"))
	opened, err := keys.Open(r.Dir())
	if err != nil || opened.Keys()[1] != k || k.ID != "K2JCJMDEHXQW5F" || k.Private != "" {
		t.Errorf("%+v, %v", k, err)
	}
}
