package keys

import (
	"errors"
	"slices"
	"time"
)

// Check compares the ring with the keys that are deployed, of which it needs
// fingerprint and state: those of a deployment document, or an older ring's
// Keys. It refuses what would end live URLs or sign what CloudFront does not
// know yet: a key gone before its end, two steps in one. Every such key is in
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

// checkDeployed checks what becomes of a key that is in the key group.
func (r *Ring) checkDeployed(d Key) error {
	k := r.past.lookup(d.Fingerprint)
	stays := r.past.index(d.Fingerprint) >= 0
	switch {
	case k.State == Revoked, d.State == Pending && !stays:
		return nil
	case k.Fingerprint == "":
		d.longest = r.MaxLifetime()
		return r.stranded(d, "is deployed, and the ring does not know it",
			"take it back into the ring with `git checkout`, and let the steps of a rotation take it off")
	case d.State == Signing && !stays:
		return r.stranded(k, "signs what is deployed, and is off the ring",
			"take the ring back with `git checkout`, and deploy every step by itself")
	case d.State == Signing && k.State == Retiring && !k.Until.IsZero():
		return r.stranded(k, "is replaced and retired in one: its end was counted while it was still signing",
			"take the retirement back with `git checkout`, deploy the promotion, then retire it")
	case (d.State == Signing || d.State == Retiring) && k.State == Pending:
		return r.stranded(k, "has signed and cannot be pending again",
			"take the ring back with `git checkout`, and promote the other key to undo a promotion")
	}
	return nil
}

// checkSigning refuses to sign with a key CloudFront has not heard of, unless
// the key it has is revoked.
func (r *Ring) checkSigning(deployed []Key) error {
	signing, ok := r.Signing()
	known := slices.ContainsFunc(deployed, func(d Key) bool { return d.Fingerprint == signing.Fingerprint })
	i := slices.IndexFunc(deployed, func(d Key) bool { return d.State == Signing })
	if !ok || known || i < 0 || r.past.lookup(deployed[i].Fingerprint).State == Revoked {
		return nil
	}
	return &StrandError{
		Fingerprint: signing.Fingerprint,
		What:        "key " + short(signing.Fingerprint) + " is added and promoted in one: CloudFront refuses what it signs until the key is deployed everywhere",
		Safe:        r.today().Add(r.ClockAllowance()),
		Remedy:      "take the promotion back with `git checkout`, deploy the key as pending, then promote it",
	}
}

// stranded refuses to let go of a key that is deployed as signing: signers may
// use it until the next deployment, whatever the ring says.
func (r *Ring) stranded(k Key, why, todo string) error {
	k.Until = time.Time{}
	return r.past.strands(k, r.today(), why, todo)
}

// today is the time in the form of the ring's dates.
func (r *Ring) today() time.Time { return r.now().UTC().Truncate(time.Second) }
