package s3

import (
	"io/fs"
	"path"
	"runtime"
	"slices"
)

// foldsNames: file systems of these systems commonly open a file under other
// spellings of its name, by case or Unicode form; S3 never does.
var foldsNames = runtime.GOOS == "darwin" || runtime.GOOS == "windows" || runtime.GOOS == "ios"

// Exact returns content with only the spellings of names that its directories
// list. New does this by itself where the operating system calls for it.
func Exact(content fs.FS) fs.FS { return exactFS{content} }

type exactFS struct{ fs.FS }

// Open implements fs.FS.
func (e exactFS) Open(name string) (fs.File, error) {
	if !e.listed(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return e.FS.Open(name)
}

// Stat implements fs.StatFS.
func (e exactFS) Stat(name string) (fs.FileInfo, error) {
	if !e.listed(name) {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return fs.Stat(e.FS, name)
}

// listed reports whether every element of name stands in its directory.
func (e exactFS) listed(name string) bool {
	for name != "." {
		dir, base := path.Dir(name), path.Base(name)
		entries, err := fs.ReadDir(e.FS, dir)
		if err != nil || !slices.ContainsFunc(entries, func(d fs.DirEntry) bool { return d.Name() == base }) {
			return false
		}
		name = dir
	}
	return true
}
