package keys

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"example.com/privatecdn/internal/wholefile"
)

// Add generates a key pair in a store and adds it to the ring: the first one
// signs at once, a later one is pending until it is promoted. If the ring cannot
// be saved, the error names the URI of the private key that is left.
func (r *Ring) Add(ctx context.Context, a Algorithm, s Store) (Key, error) {
	return r.change(func(w *Ring) (string, error) { return w.add(ctx, a, s) })
}

// Adopt adds a key pair that exists, as Add adds a new one. uri names the private
// key, and may be empty if no signer of the ring can reach it; id is the key pair
// ID, and empty unless CloudFront already has the public key.
func (r *Ring) Adopt(p *Public, uri, id string) (Key, error) {
	return r.change(func(w *Ring) (string, error) {
		return p.Fingerprint(), w.adopt(p, uri, id)
	})
}

// Promote makes a key sign; the previous signing key is retiring, without an end
// yet. Promote a key after it is deployed: CloudFront refuses signatures by a key
// that is not in the key group. A retiring key can be promoted back until its
// end.
func (r *Ring) Promote(name string) (Key, error) {
	return r.step(name, ActPromote)
}

// Retire sets when the previous signing key expires: now, plus the longest
// lifetime it may have signed for, plus the clock allowance. Retire it after the
// promotion is deployed and the signers have loaded it; if that took longer,
// retire it again for a later end.
func (r *Ring) Retire(name string) (Key, error) {
	return r.step(name, ActRetire)
}

// Drop removes a key from the ring: a retired one after its end (ErrStrands
// before), a pending or revoked one at any time. Its private key stays in its
// store, for the owner to delete. The key is returned as it was.
func (r *Ring) Drop(name string) (Key, error) {
	k, err := r.step(name, ActDrop)
	if err != nil {
		return Key{}, err
	}
	if err := wholefile.Remove(filepath.Join(r.dir, filepath.FromSlash(k.Public))); err != nil {
		return k, fmt.Errorf("key %s is no longer in the ring, and its public key could not be removed: %w", k.Short(), err)
	}
	return k, nil
}

// Limit changes the longest lifetime a signer may grant, from the next
// deployment on. A key's end always allows for the longest lifetime that was in
// force while it signed.
func (r *Ring) Limit(longest time.Duration) error {
	_, err := r.change(func(w *Ring) (string, error) {
		w.doc.MaxLifetime = int64(longest / time.Second)
		return "", w.take(step{Step: ActLimit, MaxLifetime: w.doc.MaxLifetime})
	})
	return err
}

// change reads the ring again under its lock, changes it and saves it. do returns
// the fingerprint of the key that change returns.
func (r *Ring) change(do func(*Ring) (string, error)) (Key, error) {
	unlock, err := lock(r.dir)
	if err != nil {
		return Key{}, err
	}
	defer unlock()
	w, err := load(r)
	if err != nil {
		return Key{}, err
	}
	if w.past.limit != w.MaxLifetime() {
		err = w.take(step{Step: ActLimit, MaxLifetime: w.doc.MaxLifetime})
	}
	var fingerprint string
	if err == nil {
		fingerprint, err = do(w)
	}
	if err == nil {
		err = w.save()
	}
	if err != nil && w.made != "" {
		err = fmt.Errorf("%w (a private key was stored as %s: "+
			"delete it, unless `privatecdn keys list --json` names it)", err, w.made)
	}
	if err != nil {
		return Key{}, err
	}
	*r = *w
	return r.past.lookup(fingerprint), nil
}

// take dates a step, takes it and records it. A step is never dated before an
// earlier one; if that takes more than the allowance for clocks, one of them is
// wrong and no end could be trusted.
func (r *Ring) take(s step) error {
	s.At = r.today()
	if last := r.past.last; s.At.Before(last) {
		if last.Sub(s.At) > r.ClockAllowance() {
			return wrong(ErrClock,
				"the last step of the ring is dated "+stamp(last)+", and this machine's clock says "+stamp(s.At),
				"set the clock; if it is right, undo that step with `git checkout`")
		}
		s.At = last
	}
	if s.Step == ActRetire {
		s.Until = r.past.end(r.past.lookup(s.Key), s.At)
	}
	if err := r.past.take(s); err != nil {
		return err
	}
	r.doc.Steps = append(r.doc.Steps, s)
	return nil
}

func (r *Ring) step(name string, a Action) (Key, error) {
	return r.change(func(w *Ring) (string, error) {
		k, err := w.Find(name)
		if err == nil {
			err = w.take(step{Step: a, Key: k.Fingerprint})
		}
		if err == nil {
			err = w.Check(w.deployed)
		}
		return k.Fingerprint, err
	})
}

func (r *Ring) add(ctx context.Context, a Algorithm, s Store) (string, error) {
	public, uri, err := s.New(ctx, a)
	if err != nil {
		return "", err
	}
	r.made = uri
	return public.Fingerprint(), r.adopt(public, uri, "")
}

// adopt adds a key and writes its public key.
func (r *Ring) adopt(p *Public, uri, id string) error {
	fingerprint := p.Fingerprint()
	if err := r.take(step{Step: ActNew, Key: fingerprint}); err != nil {
		return err
	}
	k := &r.past.keys[r.past.index(fingerprint)]
	k.Algorithm, k.Public, k.Private, k.ID = p.Algorithm(), short(fingerprint)+".pem", uri, id
	if err := checkListed(*k); err != nil {
		return err
	}
	r.publics[fingerprint] = p
	return wholefile.Write(filepath.Join(r.dir, k.Public), []byte(p.PEM()), 0o644)
}

// Revocation is the effect of a revocation.
type Revocation struct {
	Key       Key           // the revoked key
	Successor Key           // the new signing key, the zero Key if the revoked one did not sign
	Made      bool          // the successor is new: CloudFront refuses it until the deployment
	Lost      time.Duration // the longest time that URLs it signed would still have been valid
}

// Revoke removes a key from the key group at the next deployment, whatever URLs
// it signed. If it is the signing key, another one signs in its place: the oldest
// pending one, or else the last one replaced that is still accepted, or else a
// new one of the same algorithm, generated in s. With a nil s and no such key
// nothing is revoked, and the error is ErrState.
func (r *Ring) Revoke(ctx context.Context, name string, s Store) (*Revocation, error) {
	done := &Revocation{}
	k, err := r.change(func(w *Ring) (string, error) {
		k, err := w.Find(name)
		if err == nil && k.State == Signing {
			err = w.succeed(ctx, k, s, done)
		}
		if err == nil {
			err = w.take(step{Step: ActRevoke, Key: k.Fingerprint})
		}
		done.Lost = w.alive(k)
		return k.Fingerprint, err
	})
	if err != nil {
		return nil, err
	}
	done.Key = k
	return done, nil
}

// alive returns how long a URL that the key has signed can still be valid.
func (r *Ring) alive(k Key) time.Duration {
	if k.Until.IsZero() {
		return k.longest
	}
	return max(0, k.Until.Sub(r.today()))
}

// succeed makes another key sign in the place of k.
func (r *Ring) succeed(ctx context.Context, k Key, s Store, done *Revocation) error {
	next, ok := r.successor()
	if !ok && s == nil {
		return k.refuse(ActRevoke, "is the only key that can sign",
			"add a key with `privatecdn keys new`, then revoke this one")
	}
	if !ok {
		fingerprint, err := r.add(ctx, k.Algorithm, s)
		if err != nil {
			return err
		}
		next, done.Made = r.past.lookup(fingerprint), true
	}
	if err := r.take(step{Step: ActPromote, Key: next.Fingerprint}); err != nil {
		return err
	}
	done.Successor = r.past.lookup(next.Fingerprint)
	return nil
}

// successor returns the key that can best sign in place of the one that does.
func (r *Ring) successor() (Key, bool) {
	var best Key
	for _, k := range r.past.keys {
		switch {
		case k.State == Pending:
			return k, true
		case k.State == Retiring && (k.Until.IsZero() || r.today().Before(k.Until)) && !k.Replaced.Before(best.Replaced):
			best = k
		}
	}
	return best, best.Fingerprint != ""
}
