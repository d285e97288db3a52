//go:build unix

package keys_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/privatecdn/internal/testing/keytest"
	"example.com/privatecdn/internal/wholefile"
	"example.com/privatecdn/keys"
)

// changes are all the ways to change a ring, each starting from the ring that
// the ones above it made.
var changes = []struct {
	name string
	take func(r *keys.Ring) error
}{
	{"add", addOne},
	{"add another", addOne},
	{"limit", func(r *keys.Ring) error { return r.Limit(24 * 3600e9) }},
	{"promote", func(r *keys.Ring) error { return only(r.Promote(r.Keys()[1].Fingerprint)) }},
	{"retire", func(r *keys.Ring) error { return only(r.Retire(r.Keys()[0].Fingerprint)) }},
	{"drop", func(r *keys.Ring) error { return only(r.Drop(r.Keys()[0].Fingerprint)) }},
	{"revoke", func(r *keys.Ring) error {
		_, err := r.Revoke(context.Background(), r.Keys()[0].Fingerprint, keys.FileStore{Ring: r.Dir()})
		return err
	}},
}

// change makes one change. Every one is a month after the one before, so that
// a key can be dropped.
func change(dir string, i int) error {
	r, err := openAt(dir, i)
	if err != nil {
		return err
	}
	return changes[i].take(r)
}

// openAt opens a ring at the time of change i.
func openAt(dir string, i int) (*keys.Ring, error) {
	c := newClock()
	c.advance(time.Duration(i) * 30 * day)
	return keys.Open(dir, keys.WithClock(c.now))
}

// The exit codes of a process under fault.
const (
	done   = 0
	failed = 3
)

// TestMain makes one change with a fault at one call to the file system, when
// the environment says so: in the processes that underFault starts.
func TestMain(m *testing.M) {
	var kind, dir string
	var at, i int
	if n, _ := fmt.Sscan(os.Getenv("KEYS_TEST_FAULT"), &kind, &at, &i, &dir); n != 4 {
		os.Exit(m.Run())
	}
	syscall.Umask(0)
	wholefile.Attempt = faultAt(kind, at)
	var err error
	if i < 0 {
		_, err = keys.Create(dir)
	} else {
		err = change(dir, i)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(failed)
	}
	os.Exit(done)
}

// faultAt kills the process at its nth change to the file system, before it or,
// if it is a write, half-way through it ("kill"), or has the change fail
// ("fail").
func faultAt(kind string, n int) func(op, path string, change func() error) error {
	return func(op, path string, change func() error) error {
		if n--; n != 0 {
			return change()
		}
		if kind == "fail" {
			return &fs.PathError{Op: op, Path: path, Err: syscall.ENOSPC}
		}
		if op == "write" {
			_ = change()
			if info, err := os.Stat(path); err == nil {
				_ = os.Truncate(path, info.Size()/2)
			}
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// underFault makes a change in a process of its own and returns how it ended.
func underFault(t *testing.T, kind string, at, i int, dir string) (code int, output string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("KEYS_TEST_FAULT=%s %d %d %s", kind, at, i, dir))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// TestFaults makes every change to a ring with a fault at every change it
// makes to the file system, one after the other: the ring is always the old or
// the new one, no private key can be read by others, none is half there, and
// the change can be made again.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"kill", "fail"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			before := newRing(t, newClock(), 0).Dir()
			for i, c := range changes {
				at := 1
				for ; ; at++ {
					dir := clone(t, before)
					code, out := underFault(t, kind, at, i, dir)
					checkAfterFault(t, fmt.Sprintf("%s, fault %d", c.name, at), before, dir, i)
					if kind == "fail" && code != done {
						checkClean(t, before, dir, out)
					}
					if code == done {
						before = dir
						break
					}
				}
				if at < 4 {
					t.Errorf("%s: only %d faults", c.name, at-1)
				}
			}
		})
	}
}

// checkAfterFault checks the ring in dir, on which change i was begun from the
// ring in before.
func checkAfterFault(t *testing.T, when, before, dir string, i int) {
	t.Helper()
	if _, err := openAt(dir, i); err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	checkPrivate(t, when, dir)
	again := clone(t, dir)
	if bytes.Equal(read(t, before, "ring.json"), read(t, dir, "ring.json")) {
		if err := change(again, i); err != nil {
			t.Fatalf("%s: again: %v", when, err)
		}
	}
	now, err := openAt(again, i)
	if err != nil {
		t.Fatalf("%s: after it was done again: %v", when, err)
	}
	old, err := openAt(before, i)
	if err != nil {
		t.Fatal(err)
	}
	if states(now) == states(old) {
		t.Errorf("%s: nothing has changed: %s", when, states(now))
	}
}

func states(r *keys.Ring) string {
	var b strings.Builder
	fmt.Fprint(&b, r.MaxLifetime(), " ")
	for _, k := range r.Keys() {
		fmt.Fprint(&b, k.State, k.Until.Unix(), " ")
	}
	return b.String()
}

// checkPrivate checks every file in which a private key can be.
func checkPrivate(t *testing.T, when, dir string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(dir, "private"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %s has mode %v", when, f.Name(), info.Mode())
		}
		if !strings.HasPrefix(f.Name(), ".") {
			if _, err := keys.ParsePrivate(read(t, dir, "private", f.Name())); err != nil {
				t.Errorf("%s: %s: %v", when, f.Name(), err)
			}
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "private")); err == nil && info.Mode().Perm() != 0o700 {
		t.Errorf("%s: private/ has mode %v", when, info.Mode())
	}
}

// checkClean checks that a failure left nothing half-written, and named a
// private key that no ring names, without a byte of it.
func checkClean(t *testing.T, before, dir, output string) {
	t.Helper()
	ring := string(read(t, dir, "ring.json"))
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".tmp") {
			t.Errorf("%s was left behind", path)
		}
		if filepath.Base(filepath.Dir(path)) != "private" {
			return err
		}
		keytest.HoldsNothing(t, output, read(t, path))
		if _, err := os.Stat(filepath.Join(before, "private", filepath.Base(path))); err == nil {
			return nil
		}
		if uri := "file:private/" + filepath.Base(path); !strings.Contains(ring, uri) && !strings.Contains(output, uri) {
			t.Errorf("%s was left behind, and this does not say so: %s", uri, output)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCreateFaults is TestFaults for making a ring.
func TestCreateFaults(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"kill", "fail"} {
		for at := 1; ; at++ {
			dir := filepath.Join(t.TempDir(), "ring")
			code, _ := underFault(t, kind, at, -1, dir)
			_, err := keys.Open(dir)
			if err != nil && (code == done || !errors.Is(err, keys.ErrNoRing)) {
				t.Fatalf("%s %d: exit code %d, %v", kind, at, code, err)
			}
			if err != nil {
				if _, err := keys.Create(dir); err != nil {
					t.Fatalf("%s %d: again: %v", kind, at, err)
				}
			}
			if code == done {
				break
			}
		}
	}
}
