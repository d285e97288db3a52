package s3

import (
	"io/fs"
	"path"
	"runtime"
	"slices"
)

// foldsNames reports whether file systems of this operating system commonly open
// a file under other spellings of its name, by case or Unicode form. S3 never
// does.
var foldsNames = runtime.GOOS == "darwin" || runtime.GOOS == "windows" || runtime.GOOS == "ios"

// Exact returns content with only the spellings of names that its directories
// list. New calls it if the operating system requires it.
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

// listed reports whether its directory lists every element of name.
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
