package keys

import (
	"errors"
	"time"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/wholefile"
)

// The kinds of failure, for errors.Is. What is returned is an *Error or a
// *StrandError, which says more. No message ever holds key material.
var (
	ErrNoPEM      = errors.New("no PEM block")
	ErrManyBlocks = errors.New("more than one PEM block")
	ErrPrivateKey = errors.New("a private key in place of a public key")
	ErrPublicKey  = errors.New("a public key in place of a private key")
	ErrEncrypted  = errors.New("the private key is encrypted")
	ErrForm       = errors.New("unsupported form of key") // a certificate, an OpenSSH key, …
	ErrMalformed  = errors.New("malformed key")
	ErrAlgorithm  = errors.New("CloudFront does not accept the algorithm")

	ErrNoRing     = errors.New("no key ring")
	ErrRingExists = errors.New("the key ring exists")
	ErrRing       = errors.New("the key ring is inconsistent")
	ErrNoKey      = errors.New("unknown key")
	ErrAmbiguous  = errors.New("ambiguous name of a key")
	ErrState      = errors.New("the key's state does not allow this")
	ErrClock      = errors.New("the clock is behind the key ring")
	ErrLocked     = errors.New("the key ring is locked")
	ErrNotIgnored = wholefile.ErrNotIgnored
	ErrTooLarge   = wholefile.ErrTooLarge
	ErrScheme     = errors.New("unknown kind of store")
	ErrStrands    = errors.New("would break URLs that are still valid")
)

// Error is input that was refused: of which kind, where, what is wrong and what
// to do. Its kind is one of this package's Err… values, or fs.ErrNotExist.
type Error = fault.Error

func wrong(kind error, what, remedy string) *Error {
	return &Error{Kind: kind, What: what, Remedy: remedy}
}

// StrandError is a step that would break URLs that are still valid. It is
// ErrStrands.
type StrandError struct {
	Fingerprint string
	What        string    // what the step does
	Safe        time.Time // from when on the step is safe
	Remedy      string    // the safe way
}

func (e *StrandError) Error() string { return e.What }

// Unwrap returns ErrStrands.
func (e *StrandError) Unwrap() error { return ErrStrands }

// Hint returns what to do, with the earliest safe date.
func (e *StrandError) Hint() string {
	return e.Remedy + " (earliest safe date: " + e.Safe.UTC().Format(time.RFC3339) + ")"
}
