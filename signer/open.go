package signer

import (
	"context"
	"fmt"
	"maps"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
)

// Open returns a signer for what is deployed. It signs with the deployment's
// signing key, opened from the document's URI, and refuses what the deployment
// would not open: see [Signer.URL].
//
// It loads the deployment again every minute (WithReload) until ctx ends, so
// that a rotation or a new behavior needs no restart. When that fails it goes
// on with what it has and calls the function of WithReloadError.
//
// Errors are the source's, the key store's, deployment.ErrNoSigningKey, and
// ErrWrongKey for a private key that is not the deployed one's.
func Open(ctx context.Context, source deployment.Source, opts ...Option) (*Signer, error) {
	s, err := newSigner(source, opts)
	if err != nil {
		return nil, err
	}
	if err := s.Reload(ctx); err != nil {
		return nil, err
	}
	if s.reloadEvery > 0 {
		go s.keepReloading(ctx)
	}
	return s, nil
}

func (s *Signer) keepReloading(ctx context.Context) {
	ticker := time.NewTicker(s.reloadEvery)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			timed, cancel := context.WithTimeout(ctx, reloadTimeout)
			err := s.Reload(timed)
			cancel()
			if err != nil && ctx.Err() == nil {
				s.onError(err)
			}
		}
	}
}

// reloadTimeout is how long a source may take: one that does not answer must
// not keep the next attempt from being made.
const reloadTimeout = 30 * time.Second

// Reload loads the deployment now and switches to it, or fails and changes
// nothing. A signer made by New has nothing to reload.
func (s *Signer) Reload(ctx context.Context) error {
	if s.source == nil {
		return nil
	}
	s.reload.Lock()
	defer s.reload.Unlock()
	d, err := s.source.Load(ctx)
	if err != nil {
		return err
	}
	deployed, err := d.SigningKey()
	if err != nil {
		return err
	}
	key, err := s.open(ctx, d, deployed)
	if err != nil {
		return err
	}
	key.deployed, key.opened = d, deployed
	s.current.Store(key)
	return nil
}

// open returns a state with the deployed key's private key. A key that is
// open already is kept: a store need not be asked again every minute.
func (s *Signer) open(ctx context.Context, d *deployment.Deployment, k deployment.Key) (*state, error) {
	if now := s.current.Load(); now != nil &&
		now.opened.Fingerprint == k.Fingerprint && now.opened.PrivateKey == k.PrivateKey {
		return s.newState(k.ID, now.key)
	}
	openers := keys.Openers{"file": keys.OpenFile(d.Resolve("."))}
	maps.Copy(openers, s.openers)
	key, err := openers.Open(ctx, k.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("opening the private key of %s: %w", k.ID, err)
	}
	st, err := s.newState(k.ID, key)
	if err != nil {
		return nil, fmt.Errorf("the private key of %s: %w", k.ID, err)
	}
	if got := st.public.Fingerprint(); got != k.Fingerprint {
		return nil, refuse(ErrWrongKey, "put the private key of "+k.Fingerprint+" there, or deploy the key that is there",
			"the private key at the URI of %s is another key's: %s", k.ID, got)
	}
	return st, nil
}
