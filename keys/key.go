package keys

import (
	"strings"
	"time"
)

// Key is one key of a ring. Its dates are in UTC, to the second; a date that
// has not come about is the zero time.
type Key struct {
	Fingerprint string    `json:"fingerprint"` // as Public.Fingerprint gives it
	Algorithm   Algorithm `json:"algorithm"`
	State       State     `json:"state"`
	Public      string    `json:"public"`            // PEM file, relative to the ring
	Private     string    `json:"private"`           // URI of the private half; a file: is relative to the ring
	Created     time.Time `json:"created"`           // added to the ring
	Promoted    time.Time `json:"promoted,omitzero"` // began to sign
	Replaced    time.Time `json:"replaced,omitzero"` // another key began to sign in its place
	Until       time.Time `json:"until,omitzero"`    // accepted until then, and safely dropped from then on
	Revoked     time.Time `json:"revoked,omitzero"`  // put out of the key group

	longest time.Duration // the longest lifetime it may have signed for
}

// mayStillSign reports whether signers can be using the key: those that have
// not heard of a promotion still use the key before.
func (k *Key) mayStillSign() bool {
	return k.State == Signing || k.State == Retiring && k.Until.IsZero()
}

// refuse is ErrState: the key cannot be done to what was asked, and why.
func (k *Key) refuse(done, why, todo string) error {
	return &Error{Kind: ErrState, What: "key " + short(k.Fingerprint) + " cannot be " + done + ": it " + why, Remedy: todo}
}

// shortLength is how many hex digits name a key in file names and messages.
const shortLength = 16

// short is a fingerprint as messages give it: enough to find the key by.
func short(fingerprint string) string {
	digits := strings.TrimPrefix(fingerprint, fingerprintPrefix)
	return digits[:min(shortLength, len(digits))]
}

func isFingerprint(s string) bool {
	digits, ok := strings.CutPrefix(s, fingerprintPrefix)
	return ok && len(digits) == 64 && strings.Trim(digits, "0123456789abcdef") == ""
}

// stamp writes a date as the ring does.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
