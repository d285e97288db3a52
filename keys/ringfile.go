package keys

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"time"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/strictjson"
	"example.com/privatecdn/internal/wholefile"
)

// version is the version of ring.json this package reads and writes.
const version = 1

// ringFile is the name of the document in the ring's directory.
const ringFile = "ring.json"

// maxRing bounds ring.json, in bytes: over a thousand rotations.
const maxRing = 1 << 20

// What a new ring says, and the most it may say.
const (
	defaultLifetime  = 7 * 24 * time.Hour
	defaultAllowance = 15 * time.Minute
	defaultRotation  = 90 * 24 * time.Hour
	mostLifetime     = 10 * 365 * 24 * time.Hour
)

// document is ring.json. The package comment describes it.
type document struct {
	Version        int    `json:"version"`
	MaxLifetime    int64  `json:"maxLifetime"`
	ClockAllowance int64  `json:"clockAllowance"`
	RotateAfter    int64  `json:"rotateAfter"`
	Keys           []Key  `json:"keys"`
	Steps          []step `json:"steps"`
}

// load reads and validates the ring in the directory of as.
func load(as *Ring) (*Ring, error) {
	for before := []byte(nil); ; {
		data, err := wholefile.Read(filepath.Join(as.dir, ringFile), maxRing)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, wrong(ErrNoRing, "there is no key ring in "+as.dir, "name its directory, or run this where "+
				"cdk.json is; `privatecdn keys new --ring "+as.dir+"` creates a new ring")
		case err != nil:
			return nil, fmt.Errorf("reading the key ring: %w", err)
		}
		r, err := parse(as, data)
		if !errors.Is(err, fs.ErrNotExist) || bytes.Equal(data, before) {
			return r, err
		}
		before = data // a step may have removed the file since, after saving the ring
	}
}

func parse(as *Ring, data []byte) (r *Ring, err error) {
	path := filepath.Join(as.dir, ringFile)
	r = &Ring{dir: as.dir, now: as.now, deployed: as.deployed, publics: map[string]*Public{}}
	err = decode(data, &r.doc)
	if err == nil {
		r.past, err = replay(r.doc.Steps, r.ClockAllowance())
	}
	if err == nil {
		err = r.reconcile()
	}
	if err != nil {
		return nil, inconsistent(path, err)
	}
	for _, k := range r.doc.Keys {
		if err := r.loadPublic(k); err != nil {
			return nil, fmt.Errorf("key %s of %s: %w", k.Short(), path, err)
		}
	}
	return r, nil
}

// inconsistent adds the file and the remedy, unless err has its own.
func inconsistent(path string, err error) error {
	if errors.Is(err, ErrStrands) {
		return fmt.Errorf("%s: %w", path, err)
	}
	return wrong(ErrRing, path+": "+err.Error(),
		"restore it with `git checkout`, and change it with `privatecdn keys` only")
}

func decode(data []byte, doc *document) error {
	if bytes.Contains(data, []byte("<<<<<<< ")) {
		return errors.New("the file contains a merge conflict: keep one side whole, and repeat the other side's step")
	}
	if err := strictjson.Decode(data, doc, ErrRing); err != nil {
		return err
	}
	switch {
	case doc.Version != version:
		return fmt.Errorf("version %d, want %d", doc.Version, version)
	case !within(doc.MaxLifetime, 1):
		return errors.New("maxLifetime must be between 1 second and 10 years, in seconds")
	case !within(doc.ClockAllowance, 0):
		return errors.New("clockAllowance must be between 0 and 10 years, in seconds")
	case !within(doc.RotateAfter, 1):
		return errors.New("rotateAfter must be between 1 second and 10 years, in seconds")
	}
	return nil
}

func within(seconds, least int64) bool {
	return least <= seconds && seconds <= int64(mostLifetime/time.Second)
}

// reconcile compares the listed keys with what the steps made of them, and
// completes the latter with what only the list says.
func (r *Ring) reconcile() error {
	if len(r.doc.Steps) > 0 && r.MaxLifetime() > r.past.limit {
		// If it were lowered again by hand, nothing would tell of the URLs signed before.
		return errors.New("maxLifetime is higher than the steps set it")
	}
	for _, k := range r.doc.Keys {
		if err := checkListed(k); err != nil {
			return err
		}
		i := r.past.index(k.Fingerprint)
		if i < 0 {
			return fmt.Errorf("key %s is listed, and no step added it", k.Short())
		}
		made := &r.past.keys[i]
		if made.Public != "" {
			return fmt.Errorf("key %s is listed twice", k.Short())
		}
		made.Algorithm, made.Public, made.Private, made.ID = k.Algorithm, k.Public, k.Private, k.ID
	}
	for _, made := range r.past.keys {
		if made.Public == "" {
			return r.missing(made)
		}
	}
	for _, k := range r.doc.Keys {
		made := r.past.lookup(k.Fingerprint)
		k.longest = made.longest
		switch {
		case k.State != made.State:
			return fmt.Errorf("key %s is listed as %s, and the steps left it %s", k.Short(),
				fault.Quote(string(k.State)), made.State)
		case k != made:
			return fmt.Errorf("the dates of key %s differ from those of the steps", k.Short())
		}
	}
	return r.droppedInTime()
}

// droppedInTime refuses a ring that was changed on a machine whose clock was
// ahead: a key was dropped whose end is yet to come. A key's end has the
// allowance for clocks in it, so that clocks that differ by less do not matter.
func (r *Ring) droppedInTime() error {
	for _, k := range r.past.gone {
		if k.State == Retiring && r.today().Add(r.ClockAllowance()).Before(k.Until) {
			return r.past.strands(k, r.today(), "was dropped before its end",
				"set the clock of the machine that dropped it, undo that step with `git checkout`, and drop the key after its end")
		}
	}
	return nil
}

var (
	validFingerprint = regexp.MustCompile(`^` + fingerprintPrefix + `[0-9a-f]{64}$`)
	validID          = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)
)

// checkListed checks what the steps say nothing about.
func checkListed(k Key) error {
	switch {
	case !validFingerprint.MatchString(k.Fingerprint):
		return fmt.Errorf("%s is not a fingerprint", fault.Quote(k.Fingerprint))
	case !filepath.IsLocal(filepath.FromSlash(k.Public)):
		return fmt.Errorf("key %s: public must be a file in the ring", k.Short())
	case k.ID != "" && !validID.MatchString(k.ID):
		return fmt.Errorf("key %s: id must be a key pair ID such as K2JCJMDEHXQW5F", k.Short())
	case k.Private != "" && !IsURI(k.Private):
		return fmt.Errorf("key %s: private must be a URI such as file:private/KEY.pem", k.Short())
	}
	return nil
}

// missing refuses a ring from which a key was removed by hand.
func (r *Ring) missing(k Key) error {
	if k.State == Pending || k.State == Revoked {
		return fmt.Errorf("key %s (%s) is missing from the list, and no step dropped it", k.Short(), k.State)
	}
	return r.past.strands(k, r.today(), "("+string(k.State)+") is missing from the list",
		"restore it and let a rotation drop it, or revoke it")
}

func (r *Ring) loadPublic(k Key) error {
	data, err := wholefile.Read(filepath.Join(r.dir, filepath.FromSlash(k.Public)), maxPEM)
	if errors.Is(err, fs.ErrNotExist) {
		return wrong(fs.ErrNotExist, "the public key "+fault.Quote(k.Public)+" does not exist",
			"restore the file with `git checkout`")
	}
	if err != nil {
		return fmt.Errorf("reading the public key: %w", err)
	}
	p, err := ParsePublic(data)
	if err != nil {
		return fmt.Errorf("%s: %w", fault.Quote(k.Public), err)
	}
	if p.Fingerprint() != k.Fingerprint || p.Algorithm() != k.Algorithm {
		what := string(p.Algorithm()) + " " + short(p.Fingerprint())
		return wrong(ErrRing, fault.Quote(k.Public)+" is not the key of the ring: "+what,
			"restore the file with `git checkout`; add another key with `privatecdn keys new`")
	}
	r.publics[k.Fingerprint] = p
	return nil
}
