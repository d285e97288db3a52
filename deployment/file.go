package deployment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/strictjson"
	"example.com/privatecdn/internal/wholefile"
)

// maxDocument bounds a document, in bytes. One with all of CloudFront's quotas
// used has about 200 KiB.
const maxDocument = 1 << 20

// Source is where a deployment document comes from. Load reads it anew every
// time; the deployment it returns is valid.
type Source interface {
	Load(ctx context.Context) (*Deployment, error)
}

// Load returns d: a deployment is the Source of itself.
func (d *Deployment) Load(context.Context) (*Deployment, error) { return d, nil }

// File returns the Source of a document in a file. A missing file is
// ErrNotFound.
func File(path string) Source { return file(path) }

type file string

// Load implements Source.
func (f file) Load(context.Context) (*Deployment, error) {
	path := string(f)
	data, err := wholefile.Read(path, maxDocument)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{
			Kind: errors.Join(ErrNotFound, err), Where: path, What: "the file does not exist",
			Remedy: "`privatecdn up` writes one for the local edge, and `cdk deploy` prints one as the output Deployment",
		}
	}
	if err != nil {
		return nil, fmt.Errorf("reading the deployment document: %w", err)
	}
	d, err := Parse(data)
	if err != nil {
		var all []error
		for _, e := range fault.All(err) {
			all = append(all, fmt.Errorf("%s: %w", path, e))
		}
		return nil, errors.Join(all...)
	}
	d.dir = filepath.Dir(path)
	return d, nil
}

// String names the source in messages.
func (f file) String() string { return string(f) }

// Parse reads a document and validates it. It refuses an unknown member, so
// that a misspelled limit does not go unnoticed, and one that is given twice,
// which two readers could understand differently.
func Parse(data []byte) (*Deployment, error) {
	if len(data) > maxDocument {
		return nil, &Error{
			Kind: ErrSyntax, What: fmt.Sprintf("the document has %d bytes, more than %d", len(data), maxDocument),
			Remedy: "check that it is the deployment document",
		}
	}
	d := &Deployment{}
	err := strictjson.Decode(data, d, ErrSyntax)
	if err == nil {
		err = d.Validate()
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Resolve returns a path of the document as the program can open it: relative
// paths start from the directory the document was read from or written to, or
// from the working directory.
func (d *Deployment) Resolve(path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(d.dir, path)
}

// Write validates the document and writes it to a file, whole or not at all.
func (d *Deployment) Write(path string) error {
	if err := d.Validate(); err != nil {
		return err
	}
	data, err := json.MarshalIndent(d, "", "  ")
	if err == nil {
		err = wholefile.Write(path, append(data, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("writing the deployment document: %w", err)
	}
	d.dir = filepath.Dir(path)
	return nil
}
