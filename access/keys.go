package access

import (
	"fmt"
	"slices"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
)

// compareKeys looks at paths that need a signature before and after.
//
// A signature names its key by the ID of the public key's resource. So a key
// that moves to another resource is dead to what it signed, and one whose text
// changes in its resource is not what CloudFront goes on to hold: it updates
// nothing of a public key but its comment.
func compareKeys(o, n *infra.Behavior) []Finding {
	if !o.Signed() || n.Access() == deployment.Public {
		return nil
	}
	var findings []Finding
	before, after := trusted(o), trusted(n)
	for _, k := range before {
		f := Finding{Kind: KeyRemoved, Severity: Breaking, Key: k.Key.Fingerprint()}
		switch kept := sameKey(after, k); {
		case kept == nil:
			f.Sentence = fmt.Sprintf("the key %s no longer opens paths of %q: URLs and cookies it signed are dead there", f.Key, n.PathPattern)
		case kept.LogicalID != k.LogicalID:
			f.Sentence = fmt.Sprintf("the key %s moves from the resource %s to %s and gets a new key pair ID: URLs and cookies it signed with the old one are dead",
				f.Key, k.LogicalID, kept.LogicalID)
		default:
			continue
		}
		findings = append(findings, f)
	}
	for _, k := range after {
		if sameKey(before, k) != nil {
			continue
		}
		f := Finding{Kind: KeyAdded, Severity: Widening, Key: k.Key.Fingerprint()}
		f.Sentence = fmt.Sprintf("who has the key %s can sign for paths of %q", f.Key, n.PathPattern)
		if slices.ContainsFunc(before, func(b *infra.PublicKey) bool { return b.LogicalID == k.LogicalID }) {
			f.Sentence += fmt.Sprintf("; but CloudFront cannot put another key into the resource %s: give the new key a resource of its own", k.LogicalID)
		}
		findings = append(findings, f)
	}
	return findings
}

// trusted returns the keys a behavior trusts, each once.
func trusted(b *infra.Behavior) []*infra.PublicKey {
	var all []*infra.PublicKey
	for _, g := range b.KeyGroups {
		for _, k := range g.Keys {
			if sameKey(all, k) == nil {
				all = append(all, k)
			}
		}
	}
	return all
}

func sameKey(keys []*infra.PublicKey, k *infra.PublicKey) *infra.PublicKey {
	for _, other := range keys {
		if other.Key.Fingerprint() == k.Key.Fingerprint() {
			return other
		}
	}
	return nil
}
