package keys

import (
	"context"
	"time"
)

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
