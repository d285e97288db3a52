// Package wholefile writes a file whole or not at all, and a private key only
// where git does not pick it up.
package wholefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/privatecdn/internal/fault"
)

// Attempt makes one change to the file system. Every change goes through it, so
// that a test can stop the process, or fail, at each of them.
var Attempt = func(op, path string, change func() error) error { return change() }

// Write replaces the file at path, or creates it. The file has its old content
// or the new one at every moment, also after a power failure. A process that is
// killed may leave a temporary file beside it, .tmp-*.
func Write(path string, data []byte, mode fs.FileMode) error {
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	var f *os.File
	err := Attempt("create", path, func() (err error) {
		f, err = os.CreateTemp(dir, tempPrefix+"*-"+name) // 0600
		return err
	})
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails, as it should, after the rename
	if err := errors.Join(fill(f, data, mode), f.Close()); err != nil {
		return err
	}
	if err := Attempt("rename", path, func() error { return os.Rename(f.Name(), path) }); err != nil {
		return err
	}
	return Attempt("sync", dir, func() error { return syncDir(dir) })
}

// tempPrefix begins the names of temporary files. They end in the name of the
// file they become, so that what ignores one ignores the other.
const tempPrefix = ".tmp-"

// fill writes a temporary file and flushes it to the disk.
func fill(f *os.File, data []byte, mode fs.FileMode) error {
	if err := Attempt("write", f.Name(), func() error { _, err := f.Write(data); return err }); err != nil {
		return err
	}
	if err := Attempt("chmod", f.Name(), func() error { return f.Chmod(mode) }); err != nil {
		return err
	}
	return Attempt("sync", f.Name(), f.Sync)
}

// MakeDir creates a directory and the missing ones above it.
func MakeDir(path string, mode fs.FileMode) error {
	return Attempt("mkdir", path, func() error { return os.MkdirAll(path, mode) })
}

// WritePrivate writes a private key for its owner alone (0600), creating its
// directory (0700). Where git would pick up the file, the error is
// ErrNotIgnored and nothing is written. A file that exists is fs.ErrExist.
func WritePrivate(ctx context.Context, path string, data []byte) error {
	path, err := resolve(path)
	if err != nil {
		return err
	}
	if err := checkIgnored(ctx, path); err != nil {
		return err
	}
	if err := MakeDir(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	err = Write(path, data, 0o600)
	if err != nil {
		os.Remove(path)
	}
	return err
}

// ErrTooLarge is a file over the limit of its kind.
var ErrTooLarge = errors.New("the file is too large")

// Read reads a file of at most limit bytes. A larger one, also one without an
// end such as a device, is ErrTooLarge.
func Read(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, &fault.Error{
			Kind: ErrTooLarge, Where: path, What: fmt.Sprintf("the file is larger than %d KiB", limit>>10),
			Remedy: "check that the path is right",
		}
	}
	return data, err
}

// Remove removes a file.
func Remove(path string) error {
	return Attempt("remove", path, func() error { return os.Remove(path) })
}
