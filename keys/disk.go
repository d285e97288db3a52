package keys

import (
	"io/fs"
	"os"
	"path/filepath"
)

// attempt makes one change to the file system. Every change goes through it,
// so that a test can stop the process, or fail, at each of them.
var attempt = func(op, path string, change func() error) error { return change() }

func makeDir(path string, mode fs.FileMode) error {
	return attempt("mkdir", path, func() error { return os.MkdirAll(path, mode) })
}

func remove(path string) error {
	return attempt("remove", path, func() error { return os.Remove(path) })
}

// writeWhole puts data at path whole or not at all, in place of what is there.
// The caller holds the ring's lock, so that a temporary file found there was
// left by a process that was killed.
func writeWhole(path string, data []byte) error {
	temp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".tmp")
	os.Remove(temp)
	return writeAs(temp, path, data, 0o644)
}

// writeAs writes data to temp, which must not exist, and renames it to path
// once it is on the disk.
func writeAs(temp, path string, data []byte, mode fs.FileMode) error {
	err := writeNew(temp, data, mode)
	if err == nil {
		err = attempt("rename", path, func() error { return os.Rename(temp, path) })
	}
	if err != nil {
		os.Remove(temp)
		return err
	}
	return attempt("sync", filepath.Dir(path), func() error { return syncDir(filepath.Dir(path)) })
}

// writeNew creates a file with a mode of its own from the start, and returns
// when what is in it is on the disk.
func writeNew(path string, data []byte, mode fs.FileMode) error {
	var f *os.File
	err := attempt("create", path, func() (err error) {
		f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		return err
	})
	if err != nil {
		return err
	}
	defer f.Close()
	err = attempt("write", path, func() error {
		_, err := f.Write(data)
		return err
	})
	if err != nil {
		return err
	}
	return attempt("sync", path, f.Sync)
}
