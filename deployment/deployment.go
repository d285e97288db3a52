// Package deployment is the document that says what is deployed: the hosts,
// the behaviors, the keys and which of them signs. The stack writes it, the
// signer and the edge read it; it is the one contract between them.
//
// Times in it are seconds, paths are relative to the document.
package deployment

import (
	"errors"
	"slices"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/keys"
)

// Version is the version of the document this package reads and writes.
const Version = 1

// Deployment is one deployed distribution.
type Deployment struct {
	Version     int        `json:"version"`
	Stack       string     `json:"stack"`
	Hosts       []string   `json:"hosts"`              // the domain name, then the aliases; a local edge adds host:port
	Endpoint    string     `json:"endpoint,omitempty"` // where a local edge answers
	CA          string     `json:"ca,omitempty"`       // PEM file of the certificate a local edge answers with
	Bucket      Bucket     `json:"bucket"`
	Behaviors   []Behavior `json:"behaviors"`   // in the order CloudFront tries them, the default behavior ("*") last
	Keys        []Key      `json:"keys"`        // every key in the key groups, in ring order
	MaxLifetime int64      `json:"maxLifetime"` // the longest a signature may live, in seconds; 0 where no ring says

	dir string // of the file it was read from or written to
}

// Bucket is the private bucket behind the distribution.
type Bucket struct {
	Name     string `json:"name"`
	Region   string `json:"region"`
	Endpoint string `json:"endpoint,omitempty"` // where a local edge answers as the bucket
}

// Access says what opens a behavior.
type Access string

// The kinds of access.
const (
	Signed    Access = "signed"    // a CloudFront signature by a key of a trusted key group
	Public    Access = "public"    // nothing
	Presigned Access = "presigned" // an S3 signature, which S3 checks
)

// Behavior is one cache behavior.
type Behavior struct {
	PathPattern string   `json:"pathPattern"`
	Access      Access   `json:"access"`
	Keys        []string `json:"keys,omitempty"` // IDs of the trusted public keys
	MaxTTL      int64    `json:"maxTtl"`         // the longest the cache keeps an object, in seconds

	// QueryParameters are the query parameters that reach the origin.
	QueryParameters QueryParameters `json:"queryParameters,omitempty"`

	// Bucket is a presigned behavior's own bucket, where that is not the
	// document's.
	Bucket *Bucket `json:"bucket,omitempty"`

	// Exposure is the longest an object of a presigned behavior may be served
	// after its URL was made, in seconds: the signature's lifetime and the
	// cache's together; 0 where nothing says.
	Exposure int64 `json:"exposure,omitempty"`
}

// QueryParameters are the query parameters that a behavior passes on to its
// origin and, where it caches, has in the cache key: a list of names, or "*"
// for all of them, which "!NAME" may follow for each that is not passed on.
type QueryParameters []string

const (
	allParameters   = "*"
	exceptParameter = "!"
)

// Has reports whether a parameter reaches the origin.
func (q QueryParameters) Has(name string) bool {
	if len(q) > 0 && q[0] == allParameters {
		return !slices.Contains(q, exceptParameter+name)
	}
	return slices.Contains(q, name)
}

// Key is one public key of the distribution.
type Key struct {
	ID          string         `json:"id"` // the Key-Pair-Id
	LogicalID   string         `json:"logicalId,omitempty"`
	Fingerprint string         `json:"fingerprint"`
	Algorithm   keys.Algorithm `json:"algorithm"`
	State       keys.State     `json:"state,omitempty"`
	PrivateKey  string         `json:"privateKey,omitempty"` // URI of the private key
	PublicKey   string         `json:"publicKey,omitempty"`  // SPKI PEM; in a local edge's document alone
}

// Behavior returns the behavior that catches rawPath, a request path as the
// viewer sends it, and false when none does, which a complete document's
// default behavior rules out.
func (d *Deployment) Behavior(rawPath string) (Behavior, bool) {
	path := pathpattern.Normalize(rawPath)
	for i := range d.Behaviors {
		if b := &d.Behaviors[i]; pathpattern.Match(b.PathPattern, path) {
			return *b, true
		}
	}
	return Behavior{}, false
}

// BucketNamed returns the bucket with a name, the document's or a behavior's, and
// false when the document has none.
func (d *Deployment) BucketNamed(name string) (Bucket, bool) {
	for _, b := range d.Behaviors {
		if b.Bucket != nil && b.Bucket.Name == name {
			return *b.Bucket, true
		}
	}
	return d.Bucket, d.Bucket.Name == name
}

// Key returns the key with an ID, and false when the document has none.
func (d *Deployment) Key(id string) (Key, bool) {
	i := slices.IndexFunc(d.Keys, func(k Key) bool { return k.ID == id })
	if i < 0 {
		return Key{}, false
	}
	return d.Keys[i], true
}

// SigningKey returns the key that signs now. A key can be promoted in the ring
// before it is in the deployed key group, where nothing it signs would open;
// until it is, the key that was retired last goes on signing. Without either,
// or without the location of its private key, the error is ErrNoSigningKey: a
// retiring key does not stand in for one that cannot be opened, since what it
// signed after its end was set would expire at that end.
func (d *Deployment) SigningKey() (Key, error) {
	for _, state := range []keys.State{keys.Signing, keys.Retiring} {
		for _, k := range slices.Backward(d.Keys) {
			switch {
			case k.State != state || !d.trusts(k.ID):
				continue
			case k.PrivateKey == "":
				return Key{}, noSigningKey("the location of the private key of "+k.ID+", which signs, is missing",
					"store private keys where signers reach them (`privatecdn keys new --store`)")
			}
			return k, nil
		}
	}
	return Key{}, noSigningKey("no trusted key of stack "+fault.Quote(d.Stack)+" signs",
		"promote a key with `privatecdn keys promote` and deploy")
}

func noSigningKey(what, remedy string) error {
	remedy += ", or sign with a key and its ID given directly"
	return &Error{Kind: ErrNoSigningKey, Where: "keys", What: what, Remedy: remedy}
}

// RingKeys returns the keys of the ring that was deployed, as keys.Ring.Check
// and keys.WithDeployed want them: those with a state. Another distribution's
// keys, which its behaviors may trust too, are not among them.
func (d *Deployment) RingKeys() []keys.Key {
	var list []keys.Key
	for _, k := range d.Keys {
		if k.State != "" {
			list = append(list, keys.Key{Fingerprint: k.Fingerprint, Algorithm: k.Algorithm, State: k.State})
		}
	}
	return list
}

func (d *Deployment) trusts(id string) bool {
	return slices.ContainsFunc(d.Behaviors, func(b Behavior) bool {
		return b.Access == Signed && slices.Contains(b.Keys, id)
	})
}

// HasHost reports whether the distribution answers to host, a name with its
// port where that is not the scheme's own. An alias such as *.example.com
// stands for every name below it, at any depth, as it does in CloudFront.
func (d *Deployment) HasHost(host string) bool {
	return slices.ContainsFunc(d.Hosts, func(known string) bool {
		domain, wildcard := strings.CutPrefix(known, "*")
		name, below := strings.CutSuffix(host, domain)
		return below && (name != "") == wildcard
	})
}

// BaseURL returns the start of the distribution's URLs: the local edge's
// endpoint, or https:// and the first host.
func (d *Deployment) BaseURL() string {
	if d.Endpoint != "" {
		return strings.TrimSuffix(d.Endpoint, "/")
	}
	return "https://" + d.Hosts[0]
}

// The kinds of failure, for errors.Is. Errors of this package are an *Error, or
// several of them joined.
var (
	ErrSyntax       = errors.New("not a deployment document")
	ErrVersion      = errors.New("unsupported version of the deployment document")
	ErrInvalid      = errors.New("invalid deployment document")
	ErrNotFound     = errors.New("no deployment document")
	ErrNoSigningKey = errors.New("no key of the deployment can sign")
)

// Error is a mistake in a deployment document. Where is a field, such as
// behaviors[2].keys, and empty for the whole document; Kind is one of this
// package's Err… values.
type Error = fault.Error
