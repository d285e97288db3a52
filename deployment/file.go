package deployment

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Source is where a deployment document comes from. Load reads it anew every
// time; the deployment it returns is valid.
type Source interface {
	Load(ctx context.Context) (*Deployment, error)
}

// File is the Source of a document in a file.
func File(path string) Source { return file(path) }

type file string

// Load implements Source.
func (f file) Load(context.Context) (*Deployment, error) { return Load(string(f)) }

// String names the source in messages.
func (f file) String() string { return string(f) }

// Load reads the document in a file; a missing one is ErrNotFound.
func Load(path string) (*Deployment, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{
			Kind: errors.Join(ErrNotFound, err), What: "there is no file " + path,
			Todo: "`privatecdn up` writes one for the local edge, `cdk deploy` has one among the stack's outputs",
		}
	}
	if err != nil {
		return nil, fmt.Errorf("deployment: %w", err)
	}
	d, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	d.Dir = filepath.Dir(path)
	return d, nil
}

// Parse reads a document and holds it to every rule of Validate. A member it
// does not know is refused, so that a misspelled limit is not taken for none,
// and so is one that stands twice, in which two readers could disagree.
func Parse(data []byte) (*Deployment, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	d := &Deployment{}
	err := decoder.Decode(d)
	if err == nil {
		if _, more := decoder.Token(); more != io.EOF {
			err = errors.New("there is text after its end")
		}
	}
	if err != nil {
		return nil, syntax(data, err)
	}
	if err := once(json.NewDecoder(bytes.NewReader(data))); err != nil {
		return nil, err
	}
	if err := d.Validate(); err != nil {
		return nil, err
	}
	return d, nil
}

// once refuses a member that stands twice in its object, in whatever case:
// encoding/json takes the last one.
func once(d *json.Decoder) error {
	token, err := d.Token()
	if opening, ok := token.(json.Delim); err != nil || !ok || opening != '{' && opening != '[' {
		return err
	}
	var names []string
	for d.More() {
		if token == json.Delim('{') {
			next, err := d.Token()
			if err != nil {
				return err
			}
			name := next.(string) // as JSON has it
			if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
				return &Error{Kind: ErrSyntax, Field: name, What: "it stands twice", Todo: "leave one of them"}
			}
			names = append(names, name)
		}
		if err := once(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// syntax says where JSON is not what it should be.
func syntax(data []byte, err error) error {
	e := &Error{
		Kind: ErrSyntax, What: err.Error(),
		Todo: "take the document whole: the file that `privatecdn up` writes, or the stack's Deployment output",
	}
	var wrongType *json.UnmarshalTypeError
	var wrongText *json.SyntaxError
	switch name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); {
	case unknown: // encoding/json has no type for it
		e.Field, e.What, e.Todo = strings.Trim(name, `"`), "there is no such member", "remove it, or mend its spelling"
	case errors.As(err, &wrongType):
		e.Field, e.What = wrongType.Field, fmt.Sprintf("a JSON %s where a %s belongs", wrongType.Value, wrongType.Type.Kind())
	case errors.As(err, &wrongText):
		e.What = fmt.Sprintf("line %d: %s", 1+bytes.Count(data[:wrongText.Offset], []byte("\n")), wrongText)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.What = "it ends early"
	}
	return e
}

// Path returns a path of the document as the program can open it: relative
// ones start from the document's directory.
func (d *Deployment) Path(path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(d.Dir, path)
}

// Write puts the document in a file, valid and whole or not at all: it is
// written under another name, flushed to the disk and renamed.
func (d *Deployment) Write(path string) error {
	if err := d.Validate(); err != nil {
		return err
	}
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return fmt.Errorf("deployment: %w", err)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("deployment: %w", err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(append(data, '\n'))
	err = errors.Join(err, temp.Chmod(0o644), temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("deployment: %w", err)
	}
	return nil
}
