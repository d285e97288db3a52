package keys

import (
	"errors"
	"strconv"
	"time"
)

// The kinds of failure, for errors.Is. What is returned is an *Error or a
// *StrandError, which says more. No message ever holds key material.
var (
	ErrNoPEM      = errors.New("no PEM block")
	ErrManyBlocks = errors.New("more than one PEM block")
	ErrPrivateKey = errors.New("a private key where a public one belongs")
	ErrPublicKey  = errors.New("a public key where a private one belongs")
	ErrEncrypted  = errors.New("the private key is encrypted")
	ErrForm       = errors.New("not a form of key that is read here") // a certificate, an OpenSSH key, …
	ErrMalformed  = errors.New("the key is damaged")
	ErrAlgorithm  = errors.New("not an algorithm CloudFront accepts")

	ErrNoRing     = errors.New("no key ring")
	ErrRingExists = errors.New("there is a key ring already")
	ErrRing       = errors.New("the key ring is inconsistent")
	ErrNoKey      = errors.New("no such key")
	ErrAmbiguous  = errors.New("more than one key has this name")
	ErrState      = errors.New("the key's state does not allow this")
	ErrClock      = errors.New("the clock is behind the ring")
	ErrLocked     = errors.New("the key ring is locked")
	ErrNotIgnored = errors.New("a private key would lie in a git work tree")
	ErrScheme     = errors.New("no store of this kind")
	ErrStrands    = errors.New("live URLs would be stranded")
)

// Error is input that was refused: what is wrong with it and what to do.
type Error struct {
	Kind error  // one of this package's Err… values, or fs.ErrNotExist
	What string // what is wrong, naming the file where there is one
	Todo string // what to do about it
}

func (e *Error) Error() string { return e.What + "; " + e.Todo }

// Unwrap returns the kind, so that errors.Is finds it.
func (e *Error) Unwrap() error { return e.Kind }

// Hint returns what to do.
func (e *Error) Hint() string { return e.Todo }

// StrandError is a step that would end URLs which are still alive. It is
// ErrStrands.
type StrandError struct {
	Fingerprint string
	What        string    // what the step does
	Safe        time.Time // from when on it is safe
	Todo        string    // the way that is safe
}

func (e *StrandError) Error() string { return e.What + "; " + e.Hint() }

// Unwrap returns ErrStrands.
func (e *StrandError) Unwrap() error { return ErrStrands }

// Hint returns what to do, with the earliest safe date.
func (e *StrandError) Hint() string {
	return e.Todo + " (earliest safe date: " + e.Safe.UTC().Format(time.RFC3339) + ")"
}

// quote repeats a short piece of input. What is longer than any name of a key
// may be a key, and is not repeated.
func quote(s string) string {
	const most = 72
	if len(s) > most {
		return "(" + strconv.Itoa(len(s)) + " characters)"
	}
	return strconv.Quote(s)
}
