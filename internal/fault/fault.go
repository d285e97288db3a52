// Package fault is the project's one way to say what is wrong: of which kind it
// is, where, what, and what to do about it. It also says how much of an input a
// message may repeat: see [Quote], [Text] and [Printable].
//
// Every public package aliases [Error] and declares the kinds that it returns:
//
//	var ErrHost = errors.New("invalid host")
//
//	return &Error{Kind: ErrHost, Where: "hosts[2]", What: "invalid host " + fault.Quote(h), Remedy: "give a name alone"}
package fault

import "errors"

// Error is input that was refused or an operation that failed. It holds no key
// material and no usable signature.
type Error struct {
	Kind   error  // one of the package's Err… values, for errors.Is
	Where  string // a file, a field or a path in a document; "" when it is plain
	What   string // what is wrong
	Remedy string // what to do about it; "" when there is nothing to say
}

// Error returns where it is and what is wrong. [Error.Hint] has the remedy.
func (e *Error) Error() string {
	if e.Where == "" {
		return e.What
	}
	return e.Where + ": " + e.What
}

// Unwrap returns the kind, so that errors.Is finds it.
func (e *Error) Unwrap() error { return e.Kind }

// Hint returns what to do, or "".
func (e *Error) Hint() string { return e.Remedy }

// New returns an Error of a kind that says nothing more than the kind does.
func New(kind error, remedy string) *Error {
	return &Error{Kind: kind, What: kind.Error(), Remedy: remedy}
}

// Of returns an Error of no kind: what is wrong, and what to do about it.
func Of(what, remedy string) *Error { return &Error{What: what, Remedy: remedy} }

// Hint returns what to do about err: the first hint in its chain, or "".
func Hint(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}

// All returns the errors that were joined into err, at any depth, or err alone.
func All(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, All(e)...)
	}
	return all
}
