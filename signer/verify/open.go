package verify

import (
	"context"
	"crypto"
	"errors"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer/internal/urlparts"
	"example.com/privatecdn/signer/policy"
)

// The kinds of failure, for errors.Is, beside those of packages policy and
// deployment.
var (
	ErrUnknownHost = errors.New("not a host of the deployment")
	ErrNoPublicKey = errors.New("the public key is not known")
)

// Error is a request that could not be decided on.
type Error = fault.Error

// Deployed decides on requests as a deployed distribution does. It is safe for
// concurrent use.
type Deployed struct {
	deployment *deployment.Deployment
	verifier   *Verifier // trusts all keys of the deployment
}

// Open loads a deployment and finds its public keys: in the document, in the
// ring given by WithRing, or from the private keys that the openers open.
func Open(ctx context.Context, source deployment.Source, opts ...Option) (*Deployed, error) {
	d, err := source.Load(ctx)
	if err != nil {
		return nil, err
	}
	hosts := append(slices.Clip(d.Hosts), awsname.BucketHost(d.Bucket.Name, d.Bucket.Region)) // signed for by mistake
	v := New(map[string]crypto.PublicKey{}, append(opts, WithHosts(hosts...))...)
	openers := keys.Openers{"file": keys.OpenFile(d.Resolve("."))}
	maps.Copy(openers, v.openers)
	for _, k := range d.Keys {
		public, err := v.publicKey(ctx, openers, k)
		if err != nil {
			return nil, err
		}
		if public != nil {
			v.keys[k.ID] = public.Key()
		}
	}
	return &Deployed{d, v}, nil
}

// publicKey returns a deployed key's public key, or nil if it is nowhere to be found.
func (v *Verifier) publicKey(ctx context.Context, openers keys.Openers, k deployment.Key) (*keys.Public, error) {
	if k.PublicKey != "" {
		return keys.ParsePublic([]byte(k.PublicKey))
	}
	if v.ring != nil {
		if public, err := v.ring.Public(k.Fingerprint); err == nil {
			return public, nil
		}
	}
	private, err := openers.Open(ctx, k.PrivateKey)
	if err != nil {
		return nil, ctx.Err() // another key may be the one that is needed
	}
	return keys.NewPublic(private.Public())
}

// Deployment returns the deployment that was loaded, which must not be changed.
func (o *Deployed) Deployment() *deployment.Deployment { return o.deployment }

// Check decides on a request as the behavior that catches its path does. Its
// URL may be written in any way that clients send alike: see [AsSent]; a path
// is put on the deployment's first host. Errors are those of AsSent,
// ErrUnknownHost, and ErrNoPublicKey for a trusted key that Open did not find.
func (o *Deployed) Check(r Request) (Decision, error) {
	if strings.HasPrefix(r.URL, "/") {
		r.URL = o.deployment.BaseURL() + r.URL
	}
	var err error
	if r.URL, err = AsSent(r.URL); err != nil {
		return Decision{}, err
	}
	t := urlparts.Cut(r.URL)
	if !o.deployment.HasHost(t.Host) {
		return Decision{}, &Error{
			Kind: ErrUnknownHost, What: fault.Quote(t.Host) + " is not a host of the deployment",
			Remedy: "its hosts are " + strings.Join(o.deployment.Hosts, ", "),
		}
	}
	b, _ := o.deployment.Behavior(t.Path)
	if b.Access != deployment.Signed {
		return Decision{Allowed: true, Status: 200, Reason: PublicPath, presigned: b.Access == deployment.Presigned}, nil
	}
	v := *o.verifier
	v.keys = maps.Clone(v.keys)
	maps.DeleteFunc(v.keys, func(id string, _ crypto.PublicKey) bool { return !slices.Contains(b.Keys, id) })
	d := v.Check(r)
	if d.Reason == UnknownKey && slices.Contains(b.Keys, d.KeyID) {
		return Decision{}, &Error{
			Kind: ErrNoPublicKey, What: "the public key of " + d.KeyID + " is neither in the deployment nor in a ring here",
			Remedy: "run this where its ring is, or give --public-key FILE --key-pair-id " + d.KeyID,
		}
	}
	return d, nil
}

// AsSent returns a URL the way every client sends it: scheme and host in lower
// case, the host in Punycode, no default port, a path of at least /, without
// fragment, spaces and non-ASCII characters escaped. The rest stays as it is,
// since clients differ there. Errors are those of [policy.EncodeURL] for the
// host.
func AsSent(raw string) (string, error) {
	raw, _, _ = strings.Cut(strings.TrimSpace(raw), "#")
	t := urlparts.Cut(raw)
	path := notSent.ReplaceAllStringFunc(t.Relative(), url.PathEscape)
	origin, err := policy.EncodeURL(strings.TrimSuffix(raw, t.Relative()))
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return strings.TrimSuffix(origin, "/") + path, nil
}

// notSent matches the characters that no client sends raw.
var notSent = regexp.MustCompile(`[^!-~]+`)
