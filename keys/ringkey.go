package keys

import (
	"strings"
	"time"
)

// Key is one key of a ring. Its dates are in UTC, to the second; a date of
// something that has not happened is the zero time.
type Key struct {
	Fingerprint string    `json:"fingerprint"` // see Public.Fingerprint
	Algorithm   Algorithm `json:"algorithm"`
	State       State     `json:"state"`
	Public      string    `json:"public"`            // PEM file, relative to the ring
	Private     string    `json:"private"`           // URI of the private key; a file: is relative to the ring
	ID          string    `json:"id,omitempty"`      // key pair ID of a public key that CloudFront already has
	Created     time.Time `json:"created"`           // added to the ring
	Promoted    time.Time `json:"promoted,omitzero"` // began to sign
	Replaced    time.Time `json:"replaced,omitzero"` // another key began to sign in its place
	Until       time.Time `json:"until,omitzero"`    // accepted until then, and safely dropped from then on
	Revoked     time.Time `json:"revoked,omitzero"`  // removed from the key group

	longest time.Duration // the longest lifetime it may have signed for
}

// mayStillSign reports whether signers may be using the key: those that have not
// heard of a promotion still use the previous one.
func (k *Key) mayStillSign() bool {
	return k.State == Signing || k.State == Retiring && k.Until.IsZero()
}

// refuse returns ErrState: which step cannot be taken, and why.
func (k *Key) refuse(a Action, why, todo string) error {
	return wrong(ErrState, "cannot "+string(a)+" key "+k.Short()+": it "+why, todo)
}

// strand returns a StrandError: what a step does to the key.
func (k Key) strand(what string, safe time.Time, todo string) error {
	return &StrandError{Fingerprint: k.Fingerprint, What: "key " + k.Short() + " " + what, Safe: safe, Remedy: todo}
}

// notBefore returns end, or the end that the key has if that is later: it only
// moves into the future.
func (k Key) notBefore(end time.Time) time.Time {
	if k.Until.After(end) {
		return k.Until
	}
	return end
}

// Short returns the first hex digits of the fingerprint, which name the key in
// messages and file names.
func (k Key) Short() string { return short(k.Fingerprint) }

// shortLength is how many hex digits name a key.
const shortLength = 16

func short(fingerprint string) string {
	digits := strings.TrimPrefix(fingerprint, fingerprintPrefix)
	return digits[:min(shortLength, len(digits))]
}

// stamp formats a date as the ring does.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
