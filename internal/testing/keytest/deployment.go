package keytest

import (
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
)

// Deployment returns the document of a distribution that trusts some keys of a
// ring, or the ones it is to trust now, for everything. Private keys are
// relative to the ring.
func Deployment(ring *keys.Ring, trusted []keys.Key, host string) (*deployment.Deployment, error) {
	d := &deployment.Deployment{
		Version: deployment.Version, Stack: "PrivateCdn", Hosts: []string{host},
		Behaviors:   []deployment.Behavior{{PathPattern: "*", Access: deployment.Signed, MaxTTL: 86400}},
		MaxLifetime: int64(ring.MaxLifetime() / time.Second),
	}
	if trusted == nil {
		trusted = ring.Trusted()
	}
	for _, k := range trusted {
		public, err := ring.Public(k.Fingerprint)
		if err != nil {
			return nil, err
		}
		d.Behaviors[0].Keys = append(d.Behaviors[0].Keys, public.LocalID())
		d.Keys = append(d.Keys, deployment.Key{
			ID: public.LocalID(), Fingerprint: k.Fingerprint, Algorithm: k.Algorithm, State: k.State, PrivateKey: k.Private,
		})
	}
	return d, nil
}
