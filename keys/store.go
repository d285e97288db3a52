package keys

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Store makes key pairs and keeps their private halves.
type Store interface {
	// New makes a key pair and returns its public half and the URI under which
	// an OpenFunc finds the private one.
	New(ctx context.Context, a Algorithm) (*Public, string, error)
}

// OpenFunc opens a private half by its URI. No error holds key material.
type OpenFunc func(ctx context.Context, uri string) (crypto.Signer, error)

// Openers are OpenFuncs by the scheme of the URIs they open: "file", "kms",
// "secretsmanager", "ssm".
type Openers map[string]OpenFunc

// Open opens a private half by its URI. A scheme without an OpenFunc is
// ErrScheme.
func (o Openers) Open(ctx context.Context, uri string) (crypto.Signer, error) {
	scheme, _, ok := strings.Cut(uri, ":")
	open := o[scheme]
	if !ok || open == nil {
		known := slices.Sorted(maps.Keys(o))
		return nil, &Error{
			Kind: ErrScheme,
			What: "there is no store for the private key " + quote(uri),
			Todo: "give a URI that starts with " + strings.Join(known, ":, ") + ":",
		}
	}
	return open(ctx, uri)
}

const fileScheme = "file:"

// OpenFile returns an OpenFunc for URIs of the form file:PATH, PATH being
// relative to dir or absolute, with the private half as PEM in that file.
func OpenFile(dir string) OpenFunc {
	return func(_ context.Context, uri string) (crypto.Signer, error) {
		name, ok := strings.CutPrefix(uri, fileScheme)
		if !ok || name == "" {
			return nil, &Error{Kind: ErrScheme, What: quote(uri) + " names no file", Todo: "give file:PATH"}
		}
		name = filepath.FromSlash(name)
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		data, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &Error{
				Kind: fs.ErrNotExist,
				What: "there is no private key in " + name,
				Todo: "sign where the key was made, or keep it in a store that all signers reach: Secrets Manager, SSM or KMS",
			}
		}
		if err != nil {
			return nil, fmt.Errorf("reading the private key: %w", err)
		}
		key, err := ParsePrivate(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return key, nil
	}
}

// privateDir is where a ring's private halves lie when nothing else is said.
const privateDir = "private"

// FileStore keeps private halves as PKCS#8 PEM files, readable by their owner
// alone (0600), each created anew. It refuses a directory in a git work tree
// that git does not ignore (ErrNotIgnored); Create has made the ring's own
// directory one that is ignored. On Windows it is the directory's access list
// that says who can read them.
type FileStore struct {
	Ring string // the ring's directory, which URIs are relative to
	Dir  string // where the files go: relative to the ring, or absolute; "private" when empty
}

// New implements Store. The file is named by the first 16 hex digits of the
// key's fingerprint.
func (s FileStore) New(ctx context.Context, a Algorithm) (*Public, string, error) {
	dir := s.Dir
	if dir == "" {
		dir = privateDir
	}
	full := dir
	if !filepath.IsAbs(dir) {
		full = filepath.Join(s.Ring, dir)
	}
	if err := checkIgnored(ctx, full); err != nil {
		return nil, "", err
	}
	key, err := Generate(a)
	if err != nil {
		return nil, "", err
	}
	public, err := NewPublic(key.Public())
	if err != nil {
		return nil, "", err
	}
	name := short(public.Fingerprint()) + ".pem"
	if err := writePrivate(full, name, key); err != nil {
		return nil, "", fmt.Errorf("keeping the private key: %w", err)
	}
	return public, fileScheme + path.Join(filepath.ToSlash(dir), name), nil
}

// writePrivate writes a private half under a name of its own first, so that
// the one it is known by never stands for half a key.
func writePrivate(dir, name string, key crypto.Signer) error {
	data, err := MarshalPrivate(key)
	if err != nil {
		return err
	}
	if err := makeDir(dir, 0o700); err != nil {
		return err
	}
	final := filepath.Join(dir, name)
	if _, err := os.Lstat(final); err == nil {
		return &fs.PathError{Op: "create", Path: final, Err: fs.ErrExist}
	}
	err = writeAs(filepath.Join(dir, "."+name+".tmp"), final, data, 0o600)
	if err != nil {
		os.Remove(final)
	}
	return err
}
