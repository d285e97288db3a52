package edge

import (
	"bytes"
	"io"
	"io/fs"
)

// keyless is a bucket directory without its private keys. The directory may be
// a project's own, with a key ring and an authority in it, and a signature for
// everything must not open them.
type keyless struct{ fs.FS }

// longestKey is the size of the largest file that package keys reads as a key.
const longestKey = 16 << 10

// Open implements fs.FS. A file with a private key in PEM does not exist.
func (k keyless) Open(name string) (fs.File, error) {
	f, err := k.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > longestKey {
		return f, nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, longestKey))
	if err == nil && bytes.Contains(data, []byte("PRIVATE KEY-----")) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return k.FS.Open(name) // from the beginning
}
