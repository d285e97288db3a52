package edgetest

import (
	"context"
	"crypto"

	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/keys"
)

// testKey is the key made for a test.
type testKey struct {
	id      string
	private crypto.Signer
	group   bool // a key group trusts it
}

func (k *testKey) open(context.Context, string) (crypto.Signer, error) { return k.private, nil }

// trust makes a key and has every trusted key group trust it.
func trust(tmpl *infra.Infrastructure) (*testKey, error) {
	private, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		return nil, err
	}
	public, err := keys.NewPublic(private.Public())
	if err != nil {
		return nil, err
	}
	k := &testKey{id: public.LocalID(), private: private}
	added := map[*infra.KeyGroup]bool{}
	for _, d := range tmpl.Distributions {
		for _, b := range d.Behaviors {
			for _, g := range b.KeyGroups {
				if !added[g] {
					g.Keys = append(g.Keys, &infra.PublicKey{LogicalID: "EdgetestKey", ID: k.id, Key: public})
					added[g], k.group = true, true
				}
			}
		}
	}
	return k, nil
}
