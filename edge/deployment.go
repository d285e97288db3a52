package edge

import (
	"time"

	"example.com/privatecdn/access"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
)

// Deployments describes the distributions the edge serves, without private
// halves, states and a longest lifetime, which a template does not know. The
// one that answers at the edge's own address comes first: of those that ask for
// signatures the first. The others are in the template's order.
func (e *Edge) Deployments() []*deployment.Deployment {
	w := e.config.Load()
	all := []*deployment.Deployment{describe(w.main.Distribution)}
	for _, s := range w.distributions {
		if s != w.main {
			all = append(all, describe(s.Distribution))
		}
	}
	return all
}

func describe(d *infra.Distribution) *deployment.Deployment {
	doc := &deployment.Deployment{
		Version: deployment.Version, Stack: d.Stack,
		Hosts: append([]string{d.DomainName}, d.Aliases...),
	}
	known := map[string]bool{}
	for _, b := range d.Behaviors {
		described := deployment.Behavior{PathPattern: b.PathPattern, Access: access.Of(b), MaxTTL: int64(b.CachePolicy.MaxTTL / time.Second)}
		for _, g := range b.KeyGroups {
			for _, k := range g.Keys {
				described.Keys = append(described.Keys, k.ID)
				if !known[k.ID] {
					known[k.ID] = true
					doc.Keys = append(doc.Keys, deployment.Key{ID: k.ID, LogicalID: k.LogicalID,
						Fingerprint: k.Key.Fingerprint(), Algorithm: k.Key.Algorithm(), PublicKey: k.Key.PEM()})
				}
			}
		}
		doc.Behaviors = append(doc.Behaviors, described)
		if bucket := b.Origin.Bucket; bucket != nil && doc.Bucket.Name == "" || bucket != nil && b.PathPattern == "*" {
			doc.Bucket = deployment.Bucket{Name: bucket.Name, Region: bucket.Region}
		}
	}
	return doc
}
