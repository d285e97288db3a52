package edge

import (
	"slices"
	"time"

	"example.com/privatecdn/deployment"
)

// Deployments describes the distributions the edge serves, without private
// keys, states and a longest lifetime, which a template does not contain. The
// one served at the edge's own address comes first: the first that asks for
// signatures. The others are in the template's order.
func (e *Edge) Deployments() []*deployment.Deployment {
	var all []*deployment.Deployment
	for _, d := range e.config.Load().distributions {
		all = append(all, e.describe(d))
	}
	return all
}

func (e *Edge) describe(d *distribution) *deployment.Deployment {
	doc := &deployment.Deployment{
		Version: deployment.Version, Stack: d.Stack,
		Hosts: append([]string{d.DomainName}, d.Aliases...),
	}
	for _, b := range d.behaviors {
		described := deployment.Behavior{PathPattern: b.PathPattern, Access: b.Access(),
			MaxTTL:          int64(b.CachePolicy.MaxTTL / time.Second),
			QueryParameters: b.forward.Parameters(b.CachePolicy.MaxTTL > 0)}
		for _, k := range e.trustedKeys(b.Behavior) {
			if !slices.Contains(described.Keys, k.ID) {
				described.Keys = append(described.Keys, k.ID)
			}
			if _, known := doc.Key(k.ID); !known {
				doc.Keys = append(doc.Keys, deployment.Key{ID: k.ID, LogicalID: k.LogicalID,
					Fingerprint: k.Key.Fingerprint(), Algorithm: k.Key.Algorithm(), PublicKey: k.Key.PEM()})
			}
		}
		doc.Behaviors = append(doc.Behaviors, described)
		if bucket := b.Origin.Bucket; bucket != nil && (doc.Bucket.Name == "" || b.PathPattern == "*") {
			doc.Bucket = deployment.Bucket{Name: bucket.Name, Region: bucket.Region}
		}
	}
	for i, b := range d.behaviors {
		if bucket := b.Origin.Bucket; b.Access() == deployment.Presigned && bucket.Name != doc.Bucket.Name {
			doc.Behaviors[i].Bucket = &deployment.Bucket{Name: bucket.Name, Region: bucket.Region}
		}
	}
	return doc
}
