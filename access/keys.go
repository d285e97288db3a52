package access

import (
	"fmt"
	"slices"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/keys"
)

// compareKeys compares the keys of paths that need a signature before and
// after.
//
// A signature names its key by the ID of the public key's resource. So what a
// key signed no longer opens if the key moves to another resource, and
// CloudFront does not accept another key in a resource: it updates nothing of
// a public key but its comment.
func (d *diff) compareKeys(found *list, o, n *infra.Behavior) {
	if isPublic(o) || isPublic(n) {
		return
	}
	before, after := trusted(o), trusted(n)
	for _, k := range before {
		kept := sameKey(after, k)
		if kept == nil || kept.LogicalID != k.LogicalID {
			d.keyRemoved(found, k, kept)
		}
	}
	for _, k := range after {
		if sameKey(before, k) == nil {
			reused := slices.ContainsFunc(before, func(b *infra.PublicKey) bool { return b.LogicalID == k.LogicalID })
			d.keyAdded(found, k, reused)
		}
	}
}

func (d *diff) keyRemoved(found *list, k, kept *infra.PublicKey) {
	f := found.say(KeyRemoved, Breaking, "the key %s no longer opens paths of %s: URLs and cookies it signed "+
		"stop working there%s", k.Key.Fingerprint(), thePaths, d.longestLeft(k))
	switch {
	case kept != nil:
		f.Sentence = fmt.Sprintf("the key %s moves from the resource %s to %s and gets a new key pair ID: "+
			"URLs and cookies it signed with the old one stop working", k.Key.Fingerprint(), k.LogicalID, kept.LogicalID)
	case d.dropped(k):
		f.Severity = Note
		f.Sentence = fmt.Sprintf("the key %s no longer opens paths of %s: the ring dropped it after its last URL had ended",
			k.Key.Fingerprint(), thePaths)
	}
	f.Key = k.Key.Fingerprint()
}

func (d *diff) keyAdded(found *list, k *infra.PublicKey, reused bool) {
	f := found.say(KeyAdded, Widening, "the owner of the key %s can sign for paths of %s", k.Key.Fingerprint(), thePaths)
	switch known, _ := d.inRing(k); {
	case reused:
		f.Severity = Breaking
		f.Sentence += "; but CloudFront refuses another key in the resource " + k.LogicalID +
			": give the new key a resource of its own"
	case known.State == keys.Pending: // the ring added it and has not signed with it
		f.Severity = Note
		f.Sentence += ": it is pending in the ring, the first step of a rotation"
	}
	f.Key = k.Key.Fingerprint()
}

// dropped reports whether the ring took the key off after its end.
func (d *diff) dropped(k *infra.PublicKey) bool {
	return d.ring != nil && slices.ContainsFunc(d.ring.Dropped(), func(r keys.Key) bool {
		return r.Fingerprint == k.Key.Fingerprint()
	})
}

func (d *diff) inRing(k *infra.PublicKey) (keys.Key, bool) {
	if d.ring == nil {
		return keys.Key{}, false
	}
	known, err := d.ring.Find(k.Key.Fingerprint())
	return known, err == nil
}

// longestLeft says how long URLs would have lived that a removed key signed: by
// the ring, or by a deployment document in the old template.
func (d *diff) longestLeft(k *infra.PublicKey) string {
	left, known := d.lifetimes[k.Key.Fingerprint()]
	if key, ok := d.inRing(k); ok {
		left, known = d.ring.MaxLifetime(), true
		if !key.Until.IsZero() { // which is far behind the zero time of a key that is not revoked
			left = max(0, min(left, key.Until.Sub(key.Revoked)))
		}
	}
	if !known {
		return ""
	}
	return fmt.Sprintf(", up to %.1f days before their end", left.Hours()/24)
}

// lifetimes returns the longest that keys may sign for, by fingerprint, as the
// deployment documents in a template say.
func lifetimes(tmpl *infra.Template) map[string]time.Duration {
	all := map[string]time.Duration{}
	for _, text := range tmpl.Parameters {
		doc, err := deployment.Parse([]byte(text))
		if err != nil || doc.MaxLifetime == 0 {
			continue
		}
		for _, k := range doc.Keys {
			all[k.Fingerprint] = max(all[k.Fingerprint], time.Duration(doc.MaxLifetime)*time.Second)
		}
	}
	return all
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
