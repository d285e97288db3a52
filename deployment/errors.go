package deployment

import "errors"

// The kinds of failure, for errors.Is. What is returned is an *Error, which
// says more, or several of them joined.
var (
	ErrSyntax       = errors.New("not a deployment document")
	ErrVersion      = errors.New("a deployment document of another version")
	ErrInvalid      = errors.New("the deployment document contradicts itself")
	ErrNotFound     = errors.New("no deployment document")
	ErrNoSigningKey = errors.New("no key of the deployment can sign")
)

// Error is a mistake in a deployment document: where it is, what it is and
// what to do.
type Error struct {
	Kind  error  // one of this package's Err… values
	Field string // as in behaviors[2].keys, "" for the whole document
	What  string
	Todo  string
}

// Error says where it is, what is wrong and what to do.
func (e *Error) Error() string {
	if e.Field == "" {
		return "deployment: " + e.What + "; " + e.Todo
	}
	return "deployment: " + e.Field + ": " + e.What + "; " + e.Todo
}

// Unwrap returns the kind, so that errors.Is finds it.
func (e *Error) Unwrap() error { return e.Kind }

// Hint returns what to do.
func (e *Error) Hint() string { return e.Todo }
