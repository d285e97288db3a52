package keys

import (
	"cmp"
	"context"
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/fileuri"
	"example.com/privatecdn/internal/wholefile"
)

// Store generates key pairs and stores their private keys.
type Store interface {
	// New generates a key pair and returns the public key and the URI under which
	// an OpenFunc finds the private key.
	New(ctx context.Context, a Algorithm) (*Public, string, error)
}

// OpenFunc opens a private key by its URI. Its errors contain no key material.
type OpenFunc func(ctx context.Context, uri string) (crypto.Signer, error)

// Openers are OpenFuncs by the scheme of the URIs they open: "file", "kms",
// "secretsmanager", "ssm".
type Openers map[string]OpenFunc

// Open opens a private key by its URI. A scheme without an OpenFunc is
// ErrScheme.
func (o Openers) Open(ctx context.Context, uri string) (crypto.Signer, error) {
	scheme, _, _ := strings.Cut(uri, ":")
	open := o[scheme]
	if open == nil {
		return nil, wrong(ErrScheme, "no store for the private key "+fault.Quote(uri),
			"give a URI that begins with "+strings.Join(slices.Sorted(maps.Keys(o)), ":, ")+":")
	}
	return open(ctx, uri)
}

// maxURI is the longest URI of a private key, in bytes.
const maxURI = 2048

// IsURI reports whether s can name a private key: it has a scheme and a name and
// is not a private key itself, which would end up in templates and documents.
func IsURI(s string) bool {
	scheme, name, _ := strings.Cut(s, ":")
	return scheme != "" && name != "" && len(s) <= maxURI && fault.Text(s) == s && fault.Printable(s) == s &&
		!strings.ContainsAny(s, "\n\t")
}

// OpenFile returns an OpenFunc for URIs of the form file:PATH or file://PATH, PATH
// being relative to dir or absolute, with the private key as PEM in that file.
func OpenFile(dir string) OpenFunc {
	return func(_ context.Context, uri string) (crypto.Signer, error) {
		name, ok := fileuri.Path(uri)
		if !ok {
			return nil, wrong(ErrScheme, fault.Quote(uri)+" does not name a file", "give file:PATH")
		}
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		data, err := wholefile.Read(name, maxPEM)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, wrong(fs.ErrNotExist, "no private key in "+fault.Text(name),
				"check the path, or sign on the machine with the key, or store the key where all signers reach it: "+
					"Secrets Manager, SSM or KMS")
		}
		if err != nil {
			return nil, wrong(err, "reading the private key: "+fault.Text(err.Error()), fault.Hint(err))
		}
		key, err := ParsePrivate(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fault.Text(name), err)
		}
		return key, nil
	}
}

// privateDir is the default directory of a ring's private keys.
const privateDir = "private"

// FileStore stores private keys as PKCS#8 PEM files, readable by their owner
// alone (0600). It refuses a file that git would pick up (ErrNotIgnored); git
// ignores the directory that Create prepares. On Windows the directory's access
// list decides who can read the files.
type FileStore struct {
	Ring string // the ring's directory, which URIs are relative to
	Dir  string // where the files go: relative to the ring, or absolute; "private" when empty
}

// New implements Store. The file is named by the first 16 hex digits of the
// key's fingerprint.
func (s FileStore) New(ctx context.Context, a Algorithm) (*Public, string, error) {
	dir := cmp.Or(s.Dir, privateDir)
	full := dir
	if !filepath.IsAbs(dir) {
		full = filepath.Join(s.Ring, dir)
	}
	public, data, err := GeneratePEM(a)
	if err != nil {
		return nil, "", err
	}
	name := short(public.Fingerprint()) + ".pem"
	if err := wholefile.WritePrivate(ctx, filepath.Join(full, name), data); err != nil {
		return nil, "", fmt.Errorf("storing the private key: %w", err)
	}
	return public, "file:" + path.Join(filepath.ToSlash(dir), name), nil
}
