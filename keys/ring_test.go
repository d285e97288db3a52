package keys_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/internal/testing/keytest"
	"example.com/privatecdn/keys"
)

// clock is a time that a test moves.
type clock struct{ t time.Time }

func (c *clock) now() time.Time          { return c.t }
func (c *clock) advance(d time.Duration) { c.t = c.t.Add(d) }

func newClock() *clock { return &clock{time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

// newRing makes a ring with n keys, the first of which signs.
func newRing(t *testing.T, c *clock, n int) *keys.Ring {
	t.Helper()
	r, err := keys.Create(filepath.Join(t.TempDir(), "ring"), keys.WithClock(c.now))
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		add(t, r)
	}
	return r
}

func add(t *testing.T, r *keys.Ring) keys.Key {
	t.Helper()
	k, err := r.Add(context.Background(), keys.ECDSAP256, keys.FileStore{Ring: r.Dir()})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func must(t *testing.T) func(keys.Key, error) keys.Key {
	return func(k keys.Key, err error) keys.Key {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	c := newClock()
	r := newRing(t, c, 1)
	a, ok := r.Signing()
	if !ok {
		t.Fatal("the first key does not sign")
	}
	b := add(t, r)
	if b.State != keys.Pending {
		t.Fatalf("the second key is %s", b.State)
	}
	c.advance(time.Hour)
	must(t)(r.Promote(b.Fingerprint[:20]))
	c.advance(time.Hour)
	a = must(t)(r.Retire(a.Fingerprint))
	if want := c.now().Add(r.MaxLifetime() + r.ClockAllowance()); !a.Until.Equal(want) {
		t.Errorf("retired until %v, want %v", a.Until, want)
	}
	_, err := r.Drop(a.Fingerprint)
	var strands *keys.StrandError
	if !errors.As(err, &strands) || !strands.Safe.Equal(a.Until) {
		t.Errorf("dropped too early: %v", err)
	}
	c.t = a.Until
	must(t)(r.Drop(a.Fingerprint))
	// To a clock a day behind, it was dropped too early.
	behind := newClock()
	behind.t = a.Until.Add(-day)
	if _, err := keys.Open(
		r.Dir(), keys.WithClock(behind.now),
	); !errors.As(err, &strands) || !strands.Safe.Equal(a.Until) {
		t.Errorf("opened before the end of a key that is gone: %v", err)
	}
	r, err = keys.Open(r.Dir(), keys.WithClock(c.now))
	if err != nil {
		t.Fatal(err)
	}
	if ks := r.Keys(); len(ks) != 1 || ks[0].Fingerprint != b.Fingerprint || ks[0].State != keys.Signing {
		t.Errorf("left with %+v", ks)
	}
	if _, err := os.Stat(filepath.Join(r.Dir(), a.Public)); !errors.Is(err, os.ErrNotExist) {
		t.Error("the dropped key's public key is still there")
	}
	key, err := keys.Openers{"file": keys.OpenFile(r.Dir())}.Open(context.Background(), b.Private)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := keys.NewPublic(key.Public())
	if p.Fingerprint() != b.Fingerprint {
		t.Error("the private key is not the key's")
	}
}

func addOne(r *keys.Ring) error {
	return only(r.Add(context.Background(), keys.ECDSAP256, keys.FileStore{Ring: r.Dir()}))
}

func only(_ keys.Key, err error) error { return err }

// clone copies a ring, modes and all.
func clone(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "ring")
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, dir))
		if entry.IsDir() {
			return os.Mkdir(target, info.Mode().Perm())
		}
		return os.WriteFile(target, read(t, path), info.Mode().Perm())
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestFind(t *testing.T) {
	t.Parallel()
	r := newRing(t, newClock(), 17) // two of which share their first digit
	for _, k := range r.Keys() {
		digits := strings.TrimPrefix(k.Fingerprint, "SHA256:")
		for _, name := range []string{
			k.Fingerprint, digits, digits[:12], "SHA256:" + digits[:12], strings.ToUpper(digits[:20]),
		} {
			if found, err := r.Find(name); err != nil || found.Fingerprint != k.Fingerprint {
				t.Errorf("%s: %v, %v", name, found, err)
			}
		}
	}
	shared := "" // the most digits that two begin with
	all := r.Keys()
	slices.SortFunc(all, func(a, b keys.Key) int { return strings.Compare(a.Fingerprint, b.Fingerprint) })
	for i, k := range all[1:] {
		digits := strings.TrimPrefix(k.Fingerprint, "SHA256:")
		for strings.HasPrefix(all[i].Fingerprint, "SHA256:"+digits[:len(shared)+1]) {
			shared = digits[:len(shared)+1]
		}
	}
	for name, want := range map[string]error{
		shared: keys.ErrAmbiguous, "": keys.ErrNoKey, "SHA256:": keys.ErrNoKey, "zz": keys.ErrNoKey, strings.Repeat(
			"a secret", 80,
		): keys.ErrNoKey,
	} {
		_, err := r.Find(name)
		if !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
		if len(err.Error()) > 200 {
			t.Errorf("the error repeats what it was given: %v", err)
		}
	}
	if _, err := r.Public("SHA256:00"); !errors.Is(err, keys.ErrNoKey) {
		t.Error(err)
	}
}

func TestNoRing(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		if _, err := keys.Open(dir); !errors.Is(err, keys.ErrNoRing) || !strings.Contains(keytest.Said(err), "keys new") {
			t.Error(err)
		}
	}
	r := newRing(t, newClock(), 0)
	if _, err := keys.Create(r.Dir()); !errors.Is(err, keys.ErrRingExists) {
		t.Error(err)
	}
	if _, ok := r.Signing(); ok {
		t.Error("an empty ring has a signing key")
	}
	if _, err := r.Add(
		context.Background(), "rsa-4096", keys.FileStore{Ring: r.Dir()},
	); !errors.Is(err, keys.ErrAlgorithm) {
		t.Error(err)
	}
	if files, _ := os.ReadDir(r.Dir()); len(files) != 3 { // .gitignore, .lock, ring.json
		t.Errorf("an algorithm that is refused leaves %v", files)
	}
}
