// Package verify does what CloudFront does with a signed request: it checks
// the signature and the policy, answers with CloudFront's own status, code and
// body, and, unlike CloudFront, says what is wrong and what to do.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-how-signed-urls-work.html
package verify

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"net/netip"
	"strconv"
	"time"

	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer/policy"
)

// Request is what a viewer asked for.
type Request struct {
	// URL is absolute and raw: the scheme and host as requested, the path and
	// query byte for byte as the viewer sent them.
	URL string

	// Cookies are the raw values of the cookies whose names begin with
	// CloudFront-, the first of each name. [ParseCookies] finds them.
	Cookies map[string]string

	// Time is when the request came; zero for now.
	Time time.Time

	// IP is the viewer's address. Without one, a policy that names a range of
	// addresses refuses.
	IP netip.Addr
}

// Verifier checks requests against the public keys that a behavior trusts. It
// is safe for concurrent use.
type Verifier struct {
	keys    map[string]crypto.PublicKey
	hosts   []string
	memory  *memory
	ring    *keys.Ring
	openers keys.Openers
}

// Option changes how a Verifier works.
type Option func(*Verifier)

// WithMemory lets the verifier remember the last signatures it found good, up
// to n of them, so that a viewer's next request costs no cryptography. Only that
// a signature is good is remembered: the time, the address and the resource are
// checked every time.
func WithMemory(n int) Option {
	return func(v *Verifier) { v.memory = newMemory(n) }
}

// WithHosts sets the names of the distribution, so that [Decision.Explain]
// recognizes a URL signed for another of them. It does not change what is
// allowed.
func WithHosts(hosts ...string) Option {
	return func(v *Verifier) { v.hosts = hosts }
}

// WithRing lets Open look for public keys in a ring.
func WithRing(ring *keys.Ring) Option {
	return func(v *Verifier) { v.ring = ring }
}

// WithOpeners adds stores that Open may open private keys from, for their
// public keys, by the scheme of the URI. file: is always there, relative to the
// document.
func WithOpeners(openers keys.Openers) Option {
	return func(v *Verifier) { v.openers = openers }
}

// New returns a verifier that trusts keys: *rsa.PublicKey or *ecdsa.PublicKey
// by key pair ID. It keeps the map, which must not change afterwards.
func New(trusted map[string]crypto.PublicKey, opts ...Option) *Verifier {
	v := &Verifier{keys: trusted}
	for _, opt := range opts {
		opt(v)
	}
	return v
}

// Check answers a request the way CloudFront does, in its order: the key, the
// policy, the signature's encoding, the signature, then the time, the address
// and the resource. A request with any of the reserved query parameters is a
// signed URL, whose cookies are not looked at.
func (v *Verifier) Check(r Request) Decision {
	if r.Time.IsZero() {
		r.Time = time.Now()
	}
	d := Decision{Status: 403, verifier: v, request: r}
	d.take()
	d.KeyID = d.parts.keyID
	d.Reason = v.check(&d)
	if d.Reason == "" {
		d.Allowed, d.Status = true, 200
		return d
	}
	answer, ok := answers[d.Reason]
	if !ok {
		answer = [2]string{"AccessDenied", "Access denied"}
	}
	d.Code, d.Message = answer[0], answer[1]
	return d
}

func (v *Verifier) check(d *Decision) Reason {
	if d.KeyID == "" {
		return MissingKey
	}
	key, ok := v.keys[d.KeyID]
	if !ok {
		return UnknownKey
	}
	var seen name
	if v.memory != nil {
		seen = d.name()
		if d.Policy, ok = v.memory.get(seen); ok {
			if d.parts.policy == "" {
				d.Policy.Resource = d.base
			}
			return d.conditions()
		}
	}
	text, ok := d.policyText()
	if !ok {
		return MalformedPolicy
	}
	signature, err := policy.Decode(d.parts.signature)
	if err != nil {
		return MalformedSignature
	}
	hash, ok := hashNamed(d.parts.hash)
	if !ok || !fits(key, hash, text, signature) {
		return SignatureMismatch
	}
	if v.memory != nil {
		remembered := d.Policy
		if d.parts.policy == "" {
			remembered.Resource = "" // the URL at hand, which would be kept whole
		}
		v.memory.add(seen, remembered)
	}
	return d.conditions()
}

// policyText reads the policy that came with the request, or rebuilds the
// canned one, into d.Policy, and returns the bytes that were signed.
func (d *Decision) policyText() ([]byte, bool) {
	if d.parts.policy != "" {
		text, err := policy.Decode(d.parts.policy)
		if err != nil {
			return nil, false
		}
		d.Policy, err = policy.Parse(text)
		return text, err == nil
	}
	end, ok := epoch(d.parts.expires)
	d.Policy = policy.Policy{Resource: d.base, Until: end}
	return d.Policy.Append(nil), ok
}

// conditions checks everything that the signature cannot vouch for. Both ends
// are exclusive, as "less than" and "greater than" say.
func (d *Decision) conditions() Reason {
	p, now := &d.Policy, d.request.Time
	switch {
	case !now.Before(p.Until):
		return Expired
	case !p.From.IsZero() && !now.After(p.From):
		return NotYetValid
	case p.IP.IsValid() && !p.IP.Contains(d.request.IP.Unmap()):
		return IPMismatch
	case !p.Matches(d.base):
		return ResourceMismatch
	}
	return ""
}

// epoch reads the Expires parameter: whole seconds, written one way only.
func epoch(s string) (time.Time, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || s[0] < '1' || n > policy.MaxEpoch {
		return time.Time{}, false
	}
	return time.Unix(n, 0).UTC(), true
}

// hashNamed returns the hash that a Hash-Algorithm parameter selects. Absent
// means SHA-1; that CloudFront also takes that name itself is unverified.
func hashNamed(name string) (crypto.Hash, bool) {
	switch name {
	case "", "SHA1":
		return crypto.SHA1, true
	case "SHA256":
		return crypto.SHA256, true
	}
	return 0, false
}

// fits reports whether signature is key's over text: PKCS#1 v1.5 for RSA, DER
// for ECDSA.
func fits(key crypto.PublicKey, hash crypto.Hash, text, signature []byte) bool {
	digest := digestOf(hash, text)
	switch key := key.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, hash, digest, signature) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(key, digest, signature)
	}
	return false
}

func digestOf(hash crypto.Hash, text []byte) []byte {
	if hash == crypto.SHA256 {
		sum := sha256.Sum256(text)
		return sum[:]
	}
	sum := sha1.Sum(text)
	return sum[:]
}
