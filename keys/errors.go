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
	ErrNotIgnored = wholefile.ErrNotIgnored
	ErrTooLarge   = wholefile.ErrTooLarge
	ErrScheme     = errors.New("no store of this kind")
	ErrStrands    = errors.New("live URLs would be stranded")
)

// Error is input that was refused: of which kind, where, what is wrong and what
// to do. Its kind is one of this package's Err… values, or fs.ErrNotExist.
type Error = fault.Error

// StrandError is a step that would end URLs which are still alive. It is
// ErrStrands.
type StrandError struct {
	Fingerprint string
	What        string    // what the step does
	Safe        time.Time // from when on it is safe
	Remedy      string    // the way that is safe
}

func (e *StrandError) Error() string { return e.What }

// Unwrap returns ErrStrands.
func (e *StrandError) Unwrap() error { return ErrStrands }

// Hint returns what to do, with the earliest safe date.
func (e *StrandError) Hint() string {
	return e.Remedy + " (earliest safe date: " + e.Safe.UTC().Format(time.RFC3339) + ")"
}
