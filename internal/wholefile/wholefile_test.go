package wholefile_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/privatecdn/internal/wholefile"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// A file has the mode it is given, whatever file was in its place.
func TestWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	for content, mode := range map[string]fs.FileMode{"a": 0o644, "longer": 0o600, "": 0o640} {
		if err := wholefile.Write(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Lstat(path)
		if err != nil || info.Mode() != mode || read(t, path) != content {
			t.Errorf("%v, %v, want %q", info.Mode(), err, content)
		}
	}
	if got := names(t, filepath.Dir(path)); len(got) != 1 {
		t.Errorf("%v is left", got)
	}
}

// A symbolic link is replaced: what it points to stays as it is.
func TestWriteOverLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(target, []byte("old"), 0o644), os.Symlink(target, link)); err != nil {
		t.Fatal(err)
	}
	if err := wholefile.Write(link, []byte("new"), 0o644); err != nil {
		t.Fatal(err)
	}
	if read(t, target) != "old" || read(t, link) != "new" {
		t.Error("the link was followed")
	}
}

func TestWriteWithoutDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := wholefile.Write("name", []byte("x"), 0o644); err != nil || read(t, "name") != "x" {
		t.Error(err)
	}
	if err := wholefile.Write("no/name", nil, 0o644); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// Each change to the file system fails in turn: the file is the old one until
// the rename, and nothing else is left.
func TestWriteFails(t *testing.T) {
	defer func(f func(string, string, func() error) error) { wholefile.Attempt = f }(wholefile.Attempt)
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for n, want := range []string{"old", "old", "old", "old", "old", "new"} {
		if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
		calls := 0
		wholefile.Attempt = func(_, path string, change func() error) error {
			if calls++; calls == n+1 {
				return &fs.PathError{Op: "test", Path: path, Err: syscall.ENOSPC}
			}
			return change()
		}
		err := wholefile.Write(path, []byte("new"), 0o644)
		if !errors.Is(err, syscall.ENOSPC) || read(t, path) != want || len(names(t, dir)) != 1 {
			t.Errorf("change %d: %v, %s, %v", n+1, err, read(t, path), names(t, dir))
		}
	}
}

// A directory that is gone before it is flushed is an error.
func TestWriteWithoutFlush(t *testing.T) {
	defer func(f func(string, string, func() error) error) { wholefile.Attempt = f }(wholefile.Attempt)
	dir := filepath.Join(t.TempDir(), "dir")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	wholefile.Attempt = func(op, path string, change func() error) error {
		if op == "sync" && filepath.Clean(path) == dir {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
		return change()
	}
	if err := wholefile.Write(filepath.Join(dir, "file"), nil, 0o644); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// A private key that cannot be written whole is not there at all.
func TestWritePrivateFails(t *testing.T) {
	defer func(f func(string, string, func() error) error) { wholefile.Attempt = f }(wholefile.Attempt)
	path := filepath.Join(t.TempDir(), "private", "x.pem")
	for n := range 7 {
		calls := 0
		wholefile.Attempt = func(_, path string, change func() error) error {
			if calls++; calls == n+1 {
				return &fs.PathError{Op: "test", Path: path, Err: syscall.ENOSPC}
			}
			return change()
		}
		err := wholefile.WritePrivate(t.Context(), path, []byte("key"))
		if _, stat := os.Lstat(path); !errors.Is(err, syscall.ENOSPC) || !errors.Is(stat, fs.ErrNotExist) {
			t.Errorf("change %d: %v, %v", n+1, err, stat)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 2048), 0o644); err != nil {
		t.Fatal(err)
	}
	if data, err := wholefile.Read(path, 2048); err != nil || len(data) != 2048 {
		t.Errorf("%d, %v", len(data), err)
	}
	if _, err := wholefile.Read(path, 2047); !errors.Is(err, wholefile.ErrTooLarge) {
		t.Errorf("one byte too many: %v", err)
	}
	for _, larger := range []string{path, "/dev/zero"} {
		data, err := wholefile.Read(larger, 1024)
		if !errors.Is(err, wholefile.ErrTooLarge) || data != nil || !strings.Contains(err.Error(), "larger than 1 KiB") {
			t.Errorf("%s: %d, %v", larger, len(data), err)
		}
	}
	for _, p := range []string{filepath.Join(path, "no"), filepath.Dir(path)} {
		if _, err := wholefile.Read(p, 1); err == nil {
			t.Errorf("read %s", p)
		}
	}
}
