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

// describe returns what the edge serves at its own address, with what the ring,
// which may be nil, knows of the keys: their states and private keys, and its
// order. Paths are made relative to dir.
func describe(e *edge.Edge, ring *keys.Ring, dir string) (*deployment.Deployment, error) {
	d := e.Deployments()[0]
	if ring == nil {
		return d, nil
	}
	d.MaxLifetime = int64(ring.MaxLifetime() / time.Second)
	order := ring.Keys()
	place := func(k deployment.Key) int {
		i := slices.IndexFunc(order, func(r keys.Key) bool { return r.Fingerprint == k.Fingerprint })
		if i < 0 {
			return len(order)
		}
		return i
	}
	slices.SortStableFunc(d.Keys, func(a, b deployment.Key) int { return cmp.Compare(place(a), place(b)) })
	for i, k := range d.Keys {
		at := place(k)
		if at == len(order) {
			break
		}
		uri, err := relativeURI(order[at].Private, ring.Dir(), dir)
		if err != nil {
			return nil, err
		}
		d.Keys[i].State, d.Keys[i].PrivateKey = order[at].State, uri
	}
	return d, nil
}

// relativeURI returns a file: URI relative to one directory as one relative to
// another; URIs of other stores mean the same everywhere.
func relativeURI(uri, from, to string) (string, error) {
	path, isFile := fileuri.Path(uri)
	if !isFile || filepath.IsAbs(path) {
		return uri, nil
	}
	path, err := fileuri.Relative(to, filepath.Join(from, path))
	return "file:" + path, err
}
