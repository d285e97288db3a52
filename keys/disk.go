package keys

import (
	"io/fs"
	"os"
	"path/filepath"
)

// filesystem is what is asked of the file system to change it. There is one:
// tests put another in its place, to stop the process at each call.
type filesystem interface {
	Mkdir(path string, mode fs.FileMode) error
	Create(path string, mode fs.FileMode) (*os.File, error) // exclusively
	Write(f *os.File, data []byte) error
	Sync(f *os.File) error
	Rename(from, to string) error
	Remove(path string) error
}

var disk filesystem = osDisk{}

type osDisk struct{}

func (osDisk) Mkdir(path string, mode fs.FileMode) error { return os.MkdirAll(path, mode) }

func (osDisk) Create(path string, mode fs.FileMode) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
}

func (osDisk) Write(f *os.File, data []byte) error {
	_, err := f.Write(data)
	return err
}

func (osDisk) Sync(f *os.File) error { return f.Sync() }

func (osDisk) Rename(from, to string) error { return os.Rename(from, to) }

func (osDisk) Remove(path string) error { return os.Remove(path) }

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
	f, err := disk.Create(temp, mode)
	if err != nil {
		return err
	}
	err = fill(f, data)
	if err == nil {
		err = disk.Rename(temp, path)
	}
	if err != nil {
		disk.Remove(temp)
		return err
	}
	return syncDir(filepath.Dir(path))
}

func fill(f *os.File, data []byte) error {
	err := disk.Write(f, data)
	if err == nil {
		err = disk.Sync(f)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
