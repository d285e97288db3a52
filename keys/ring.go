package keys

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/filelock"
	"example.com/privatecdn/internal/wholefile"
)

// Ring is a key ring as it was opened. Its steps (Add, Promote, Retire, Drop,
// Revoke, Limit, Rotate) read it again under a lock, change it and save it whole; it is
// not for concurrent use.
type Ring struct {
	dir     string
	now     func() time.Time
	doc     document
	past    *history
	publics map[string]*Public // by fingerprint

	deployed []Key  // what steps are checked against
	made     string // URI of a private key that no saved ring names yet
}

// An Option changes how a ring is opened.
type Option func(*Ring)

// WithClock sets the clock, time.Now by default.
func WithClock(now func() time.Time) Option {
	return func(r *Ring) { r.now = now }
}

// WithDeployed makes Promote, Retire and Drop refuse what Check refuses for the
// keys that are deployed: each step has to wait for the deployment of the
// previous one.
func WithDeployed(deployed []Key) Option {
	return func(r *Ring) { r.deployed = deployed }
}

// Open reads and validates the ring in a directory. A missing ring is ErrNoRing,
// one that was changed by hand ErrRing, or ErrStrands if a key with valid URLs
// was removed.
func Open(dir string, opts ...Option) (*Ring, error) {
	return load(withOptions(dir, opts))
}

// withOptions returns a ring of which only the options are known.
func withOptions(dir string, opts []Option) *Ring {
	r := &Ring{dir: dir, now: time.Now}
	for _, o := range opts {
		o(r)
	}
	return r
}

// Create makes an empty ring in a directory, which it creates if needed, with a
// .gitignore that excludes private keys. An existing ring is ErrRingExists.
func Create(dir string, opts ...Option) (*Ring, error) {
	if err := wholefile.MakeDir(dir, 0o755); err != nil {
		return nil, err
	}
	unlock, err := lock(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if _, err := os.Lstat(filepath.Join(dir, ringFile)); err == nil {
		return nil, wrong(ErrRingExists, "there is a key ring in "+dir, "add a key with `privatecdn keys new`")
	}
	ignore := filepath.Join(dir, ".gitignore")
	if _, err := os.Lstat(ignore); errors.Is(err, os.ErrNotExist) {
		if err := wholefile.Write(ignore, []byte("/"+privateDir+"/\n/"+lockFile+"\n/.tmp-*\n"), 0o644); err != nil {
			return nil, err
		}
	}
	r := withOptions(dir, opts)
	r.doc = document{
		Version:        version,
		MaxLifetime:    int64(defaultLifetime / time.Second),
		ClockAllowance: int64(defaultAllowance / time.Second),
		RotateAfter:    int64(defaultRotation / time.Second),
		Steps:          []step{},
	}
	r.past = &history{}
	if err := r.save(); err != nil {
		return nil, err
	}
	return load(r)
}

// save writes the ring whole or not at all.
func (r *Ring) save() error {
	r.doc.Keys = append([]Key{}, r.past.keys...)
	data, err := json.MarshalIndent(r.doc, "", "  ")
	if err != nil {
		return err
	}
	return wholefile.Write(filepath.Join(r.dir, ringFile), append(data, '\n'), 0o644)
}

// Dir returns the ring's directory.
func (r *Ring) Dir() string { return r.dir }

// Keys returns every key, in ring order.
func (r *Ring) Keys() []Key { return slices.Clone(r.past.keys) }

// Dropped returns the keys that were taken off the ring after their end, in the
// order they were dropped.
func (r *Ring) Dropped() []Key { return slices.Clone(r.past.gone) }

// Trusted returns the keys of the key group, in ring order: all but the revoked
// ones. A key past its end stays until it is dropped, so that the same ring
// always gives the same template.
func (r *Ring) Trusted() []Key {
	return slices.DeleteFunc(r.Keys(), func(k Key) bool { return k.State == Revoked })
}

// Signing returns the key that signs, and false for a ring without keys.
func (r *Ring) Signing() (Key, bool) {
	for _, k := range r.past.keys {
		if k.State == Signing {
			return k, true
		}
	}
	return Key{}, false
}

// Public returns a public key by its whole fingerprint, or ErrNoKey.
func (r *Ring) Public(fingerprint string) (*Public, error) {
	if p, ok := r.publics[fingerprint]; ok {
		return p, nil
	}
	return nil, noKey(fingerprint)
}

// Find returns the key with this fingerprint, or with a fingerprint that begins
// with these hex digits, with or without "SHA256:". No key is ErrNoKey, several
// are ErrAmbiguous.
func (r *Ring) Find(name string) (Key, error) {
	digits := strings.ToLower(name)
	digits = strings.TrimPrefix(digits, strings.ToLower(fingerprintPrefix))
	found := slices.DeleteFunc(r.Keys(), func(k Key) bool {
		return !strings.HasPrefix(k.Fingerprint, fingerprintPrefix+digits)
	})
	switch {
	case digits == "" || len(found) == 0:
		return Key{}, noKey(name)
	case len(found) > 1:
		return Key{}, wrong(ErrAmbiguous, fault.Quote(name)+" begins several fingerprints", "give more digits")
	}
	return found[0], nil
}

func noKey(name string) error {
	return wrong(ErrNoKey, "the ring does not contain the key "+fault.Quote(name), "see `privatecdn keys list`")
}

// MaxLifetime returns the longest lifetime a signer may grant.
func (r *Ring) MaxLifetime() time.Duration {
	return time.Duration(r.doc.MaxLifetime) * time.Second
}

// RotateAfter returns the age at which the signing key should be replaced.
func (r *Ring) RotateAfter() time.Duration {
	return time.Duration(r.doc.RotateAfter) * time.Second
}

// ClockAllowance returns the time that is added to a retired key's end, for clocks
// that differ and signers that hear of a promotion late.
func (r *Ring) ClockAllowance() time.Duration {
	return time.Duration(r.doc.ClockAllowance) * time.Second
}

// lockFile is held while a ring changes. It stays behind, empty; the lock is
// the system's and ends with the process that holds it, however it ends.
const lockFile = ".lock"

// lockWait is how long a step waits for another one to finish.
const lockWait = 10 * time.Second

// lock takes a ring's lock and returns what gives it back.
func lock(dir string) (unlock func(), err error) {
	path := filepath.Join(dir, lockFile)
	for end := time.Now().Add(lockWait); ; time.Sleep(20 * time.Millisecond) {
		f, err := filelock.Try(path)
		switch {
		case err == nil:
			return func() { f.Close() }, nil
		case !errors.Is(err, filelock.ErrHeld):
			return nil, err
		case time.Now().After(end):
			return nil, wrong(ErrLocked, "another process is changing the key ring in "+dir, "try again in a moment")
		}
	}
}
