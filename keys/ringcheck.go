package keys

import (
	"errors"
	"slices"
	"time"
)

// Check compares the ring with the keys that are deployed, of which it needs
// fingerprint and state: those of a deployment document, or an older ring's
// Keys. It refuses what would break valid URLs or sign with a key that
// CloudFront does not know yet: a key removed before its end, two steps in one. Every such key is in
// the error, as a *StrandError; a revoked key is never in it. Without deployed
// keys there is nothing to refuse.
func (r *Ring) Check(deployed []Key) error {
	var problems []error
	for _, d := range deployed {
		if d.State != Revoked {
			problems = append(problems, r.checkDeployed(d))
		}
	}
	return errors.Join(append(problems, r.checkSigning(deployed))...)
}

// checkDeployed validates what the ring makes of a key in the key group.
func (r *Ring) checkDeployed(d Key) error {
	k := r.past.lookup(d.Fingerprint)
	stays := r.past.index(d.Fingerprint) >= 0
	switch {
	case k.State == Revoked, d.State == Pending && !stays:
		return nil
	case k.Fingerprint == "":
		d.longest = r.MaxLifetime()
		return r.stranded(d, "is deployed, and not in the ring",
			"restore it with `git checkout`, and let a rotation drop it")
	case d.State == Signing && !stays:
		return r.stranded(k, "is the deployed signing key, and not in the ring",
			"restore the ring with `git checkout`, and deploy each step by itself")
	case d.State == Signing && k.State == Retiring && !k.Until.IsZero():
		return r.stranded(k, "was replaced and retired in one deployment, so its end was computed while it was still signing",
			"undo the retirement with `git checkout`, deploy the promotion, then retire it")
	case (d.State == Signing || d.State == Retiring) && k.State == Pending:
		return r.stranded(k, "has signed, and cannot be pending again",
			"restore the ring with `git checkout`; to undo a promotion, promote the other key")
	}
	return nil
}

// checkSigning refuses to sign with a key that is not deployed, unless the
// deployed one is revoked.
func (r *Ring) checkSigning(deployed []Key) error {
	signing, ok := r.Signing()
	known := slices.ContainsFunc(deployed, func(d Key) bool { return d.Fingerprint == signing.Fingerprint })
	i := slices.IndexFunc(deployed, func(d Key) bool { return d.State == Signing })
	if !ok || known || i < 0 || r.past.lookup(deployed[i].Fingerprint).State == Revoked {
		return nil
	}
	return signing.strand(
		"was added and promoted in one deployment: CloudFront refuses what it signs until the key is deployed everywhere",
		r.today().Add(r.ClockAllowance()),
		"undo the promotion with `git checkout`, deploy the key as pending, then promote it",
	)
}

// stranded refuses to remove a key that is deployed as signing: signers may use
// it until the next deployment, whatever the ring says.
func (r *Ring) stranded(k Key, why, todo string) error {
	k.Until = time.Time{}
	return r.past.strands(k, r.today(), why, todo)
}

// today is the time in the form of the ring's dates.
func (r *Ring) today() time.Time { return r.now().UTC().Truncate(time.Second) }
