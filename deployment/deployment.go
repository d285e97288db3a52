// Package deployment is the document that says what is deployed: the hosts,
// the behaviors, the keys and which of them signs. The stack writes it, the
// signer and the edge read it; it is the one contract between them.
//
// Times in it are seconds, paths are relative to the document.
package deployment

import (
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/keys"
)

// Version is the version of the document this package reads and writes.
const Version = 1

// Deployment is one deployed distribution.
type Deployment struct {
	Version     int        `json:"version"`
	Stack       string     `json:"stack"`
	Hosts       []string   `json:"hosts"`              // the distribution's domain name first, then its aliases; a local edge adds host:port
	Endpoint    string     `json:"endpoint,omitempty"` // where a local edge answers
	CA          string     `json:"ca,omitempty"`       // PEM file of the certificate a local edge answers with
	Bucket      Bucket     `json:"bucket"`
	Behaviors   []Behavior `json:"behaviors"` // in the order CloudFront tries them, the default behavior ("*") last
	Keys        []Key      `json:"keys"`      // every key in the key groups, in ring order
	MaxLifetime int64      `json:"maxLifetime"`
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
	MaxTTL      int64    `json:"maxTtl"`         // the longest the cache keeps an object
}

// Key is one public key of the distribution.
type Key struct {
	ID          string         `json:"id"` // the Key-Pair-Id
	LogicalID   string         `json:"logicalId,omitempty"`
	Fingerprint string         `json:"fingerprint"`
	Algorithm   keys.Algorithm `json:"algorithm"`
	State       keys.State     `json:"state,omitempty"`
	PrivateKey  string         `json:"privateKey,omitempty"` // URI of the private half
	PublicKey   string         `json:"publicKey,omitempty"`  // SPKI PEM; a local edge gives it, a stack's document has no room for it
}

// Behavior returns the behavior that catches rawPath, a request path as the
// viewer sends it, and false when none does, which a complete document's
// default behavior rules out.
func (d *Deployment) Behavior(rawPath string) (Behavior, bool) {
	path := pathpattern.Normalize(rawPath)
	for _, b := range d.Behaviors {
		if pathpattern.Match(b.PathPattern, path) {
			return b, true
		}
	}
	return Behavior{}, false
}
