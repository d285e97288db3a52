package edge

import (
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/template"
)

// Deployments describes the distributions the edge serves, in the template's
// order, without private halves, states and a longest lifetime, which a
// template does not know.
func (e *Edge) Deployments() []*deployment.Deployment {
	infra := e.Infrastructure()
	all := make([]*deployment.Deployment, len(infra.Distributions))
	for i, d := range infra.Distributions {
		all[i] = describe(d.Stack, d)
	}
	return all
}

func describe(stack string, d *template.Distribution) *deployment.Deployment {
	doc := &deployment.Deployment{
		Version: deployment.Version, Stack: stack,
		Hosts: append([]string{d.DomainName}, d.Aliases...),
	}
	known := map[string]bool{}
	for _, b := range d.Behaviors {
		described := deployment.Behavior{PathPattern: b.PathPattern, Access: accessOf(b), MaxTTL: int64(b.CachePolicy.MaxTTL / time.Second)}
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

// accessOf tells what opens a behavior. Presigned is a bucket that CloudFront
// asks in nobody's name, with the viewer's S3 signature handed on.
func accessOf(b *template.Behavior) deployment.Access {
	o := b.Origin
	anonymous := o.OAI == nil && (o.OAC == nil || o.OAC.Behavior == "never")
	forward := newForwarding(b)
	switch {
	case b.Signed():
		return deployment.Signed
	case o.Bucket != nil && anonymous && forward.query.includes("X-Amz-Signature"):
		return deployment.Presigned
	default:
		return deployment.Public
	}
}
