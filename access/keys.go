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
	switch {
	case reused:
		f.Severity = Breaking
		f.Sentence += "; but CloudFront refuses another key in the resource " + k.LogicalID +
			": give the new key a resource of its own"
	case d.pending(k):
		f.Severity = Note
		f.Sentence += ": it is pending in the ring, the first step of a rotation"
	}
	f.Key = k.Key.Fingerprint()
}

// pending reports whether the ring added the key and has not signed with it.
func (d *diff) pending(k *infra.PublicKey) bool {
	known, ok := d.inRing(k)
	return ok && known.State == keys.Pending
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
// the ring, or by the deployment document that the old template publishes.
func (d *diff) longestLeft(k *infra.PublicKey) string {
	var left time.Duration
	known, ok := d.inRing(k)
	if ok {
		left = d.ring.MaxLifetime()
	} else {
		left = d.longestSigned(k)
	}
	if !known.Until.IsZero() && !known.Revoked.IsZero() {
		left = max(0, min(left, known.Until.Sub(known.Revoked)))
	}
	if !ok && left == 0 {
		return ""
	}
	return fmt.Sprintf(", up to %.1f days before their end", left.Hours()/24)
}

// longestSigned returns the longest lifetime that a deployment document in the
// old template lets a key sign, 0 if none says.
func (d *diff) longestSigned(k *infra.PublicKey) (longest time.Duration) {
	for _, text := range d.was.Parameters {
		doc, err := deployment.Parse([]byte(text))
		if err == nil && slices.ContainsFunc(doc.Keys, func(known deployment.Key) bool {
			return known.Fingerprint == k.Key.Fingerprint()
		}) {
			longest = max(longest, time.Duration(doc.MaxLifetime)*time.Second)
		}
	}
	return longest
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
