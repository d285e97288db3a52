// Package fileuri reads the file: URIs of key rings, deployment documents and
// flags, which have forward slashes on every system.
package fileuri

import (
	"cmp"
	"path/filepath"
	"runtime"
	"strings"
)

const scheme = "file:"

// Path returns the path of file:PATH as this system writes it. file://PATH is
// the same, as the AWS CLI writes it, and file:///C:/PATH is on a drive of
// Windows, as browsers write it. It reports false for anything else.
func Path(uri string) (path string, ok bool) { return pathOn(runtime.GOOS, uri) }

func pathOn(system, uri string) (string, bool) {
	path, ok := strings.CutPrefix(uri, scheme)
	path = strings.TrimPrefix(path, "//")
	if system == "windows" {
		if strings.HasPrefix(path, "/") && hasDrive(path[1:]) {
			path = path[1:]
		}
		path = strings.ReplaceAll(path, "/", `\`)
	}
	return path, ok && path != ""
}

// IsURI reports whether ref begins with the scheme of a URI. The letter of a
// drive of Windows is not one.
func IsURI(ref string) bool { return isURIOn(runtime.GOOS, ref) }

func isURIOn(system, ref string) bool {
	return strings.Contains(ref, ":") && !(system == "windows" && hasDrive(ref))
}

func hasDrive(path string) bool {
	return len(path) >= 2 && path[1] == ':' && ('a' <= path[0]|0x20 && path[0]|0x20 <= 'z')
}

// Relative returns path as seen from dir, with slashes; a path on another drive
// stays absolute.
func Relative(dir, path string) (string, error) {
	dir, err := filepath.Abs(dir)
	path, pathErr := filepath.Abs(path)
	if relative, err := filepath.Rel(dir, path); err == nil {
		path = relative
	}
	return filepath.ToSlash(path), cmp.Or(err, pathErr)
}
