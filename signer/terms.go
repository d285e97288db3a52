package signer

import (
	"cmp"
	"net/netip"
	"time"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/policy"
)

// Terms set when, from where and for what a signature is valid. One of For,
// Until and Policy is required.
type Terms struct {
	// For is how long the signature is valid, from now or from From if that is
	// later; with Window it is the minimum.
	For time.Duration

	// Until is when it ends, in whole seconds.
	Until time.Time

	// Window rounds the end up to a multiple of it, counted from 1970 in UTC,
	// so that all signatures of one window are the same and caches and viewers
	// share them. They are valid for at least For and at most For + Window.
	//
	// That takes a key whose signatures are deterministic: RSA keys and P-256
	// keys in memory are, P-256 keys in KMS are not.
	Window time.Duration

	// From is when the signature becomes valid; zero for immediately.
	From time.Time

	// IP is the range of IPv4 addresses the viewer must come from; zero for
	// any. [policy.ParseIP] reads one.
	IP netip.Prefix

	// Download is the name under which a browser saves the file, whatever the
	// URL is called; empty for none. The URL gets a parameter that S3 makes a
	// header of, which the behavior must pass on. It is for URLs alone.
	Download string

	// Resource is the pattern of URLs to sign in place of the URL at hand,
	// which it must cover: see [policy.Policy.Matches].
	Resource string

	// Policy is a policy's JSON text, signed as it is. It must cover the URL at
	// hand; all other terms must be empty.
	Policy string
}

// policy returns what is signed for an encoded resource.
func (s *Signer) policy(st *state, resource string, t *Terms) (policy.Policy, error) {
	now := s.clock().Round(0) // without its monotonic part
	until, err := t.end(now)
	p := policy.Policy{Resource: resource, From: t.From, IP: t.IP, Until: until}
	if err := cmp.Or(err, p.ValidateConditions()); err != nil {
		return policy.Policy{}, err
	}
	// The worst case, so that the same terms never pass now and fail a minute later.
	longest := max(p.Until.Sub(now), t.For+t.Window)
	return p, st.checkEnd(p.Until, now, longest)
}

// end returns when the signature ends, in whole seconds.
func (t *Terms) end(now time.Time) (time.Time, error) {
	var err error
	switch {
	case t.For != 0 && !t.Until.IsZero():
		err = refuse(ErrTerms, "give one of them", "both For and Until say when the signature ends")
	case t.For < 0:
		err = refuse(ErrPast, "give a positive duration", "the lifetime of %s is negative", fault.Duration(t.For))
	case t.For != 0 && t.For < time.Second:
		err = refuse(ErrTerms, "give a longer one, such as time.Hour or 1h",
			"the lifetime of %s is less than a second", t.For)
	case t.Window != 0 && t.For == 0:
		err = refuse(ErrTerms, "give the least lifetime (For, --for)",
			"a window rounds the end of a lifetime, and there is none")
	case t.Window < 0 || t.Window%time.Second != 0:
		err = refuse(ErrTerms, "give one, such as an hour", "the window of %s is not a whole number of seconds", t.Window)
	}
	if err != nil || t.For == 0 {
		return t.Until, err
	}
	if t.From.After(now) {
		now = t.From
	}
	// Whole seconds are rounded up too, so that For is never cut short.
	unit := max(int64(t.Window/time.Second), 1)
	end := now.Add(t.For + time.Second - 1).Unix()
	return time.Unix((end+unit-1)/unit*unit, 0), nil
}

// checkEnd refuses an end in the past and a lifetime over the deployment's.
func (st *state) checkEnd(until, now time.Time, longest time.Duration) error {
	if !until.After(now) {
		return refuse(ErrPast, "give a later one; the time is "+now.UTC().Format(time.RFC3339),
			"the end, %s, is in the past", until.UTC().Format(time.RFC3339))
	}
	if st.deployed == nil || st.deployed.MaxLifetime == 0 {
		return nil
	}
	limit := time.Duration(st.deployed.MaxLifetime) * time.Second
	if longest > limit+time.Second-1 {
		const day = 24 * time.Hour
		longest = longest.Truncate(time.Second)
		enough := fault.Duration((longest + day - 1).Truncate(day))
		return refuse(ErrLifetime, "sign for less, or raise the limit with `privatecdn keys limit "+enough+"` and deploy",
			"the signature would live up to %s, and the ring's limit is %s", fault.Duration(longest), fault.Duration(limit))
	}
	return nil
}
