package local

import (
	"cmp"
	"path/filepath"
	"slices"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/fileuri"
	"example.com/privatecdn/keys"
)

// describe says what the edge serves at its own address. Paths are made
// relative to dir; ring may be nil.
func describe(e *edge.Edge, ring *keys.Ring, dir string) (*deployment.Deployment, error) {
	d := e.Deployments()[0]
	if ring == nil {
		return d, nil
	}
	d.MaxLifetime = int64(ring.MaxLifetime() / time.Second)
	return d, join(d, ring, dir)
}

// join gives the deployment's keys what the ring knows of them, and its order.
// A key that is not in the ring has no state and no private key.
func join(d *deployment.Deployment, ring *keys.Ring, dir string) error {
	order := ring.Keys()
	place := func(k deployment.Key) int {
		i := slices.IndexFunc(order, func(r keys.Key) bool { return r.Fingerprint == k.Fingerprint })
		if i < 0 {
			return len(order)
		}
		return i
	}
	slices.SortStableFunc(d.Keys, func(a, b deployment.Key) int { return cmp.Compare(place(a), place(b)) })
	for i := range d.Keys {
		k := &d.Keys[i]
		at := place(*k)
		if at == len(order) {
			break
		}
		uri, err := relativeURI(order[at].Private, ring.Dir(), dir)
		if err != nil {
			return err
		}
		k.State, k.PrivateKey = order[at].State, uri
	}
	return nil
}

// relativeURI is a file: URI relative to one directory made relative to
// another; URIs of other stores mean the same everywhere.
func relativeURI(uri, from, to string) (string, error) {
	path, isFile := fileuri.Path(uri)
	if !isFile || filepath.IsAbs(path) {
		return uri, nil
	}
	path, err := fileuri.Relative(to, filepath.Join(from, path))
	return "file:" + path, err
}
