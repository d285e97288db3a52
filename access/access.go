// Package access says who may read what under a template, and what changes in
// that between two templates: what a reviewer of an infrastructure change
// wants to know.
//
// [Read] reads a template, [Diff] compares two. It looks at the whole way of a
// request: which behavior catches a path, which keys that behavior trusts,
// which bucket it reads from, and whom the bucket's policy lets in. Every
// finding about paths names one path as a witness, which a viewer can send and
// for which the finding holds.
package access

import (
	"cmp"
	"slices"
)

// Kind says what changes.
type Kind string

// The kinds of finding.
const (
	BecamePublic              Kind = "became-public"                // paths that needed a signature need none
	BecameSigned              Kind = "became-signed"                // paths that needed no signature need one
	KeyRemoved                Kind = "key-removed"                  // a key opens nothing any more: what it signed is dead
	KeyAdded                  Kind = "key-added"                    // one more key opens
	BucketReplaced            Kind = "bucket-replaced"              // paths are read from another bucket
	DistributionReplaced      Kind = "distribution-replaced"        // the domain name changes
	OriginGrantWidened        Kind = "origin-grant-widened"         // a bucket policy lets more in
	PublicAccessBlockWeakened Kind = "public-access-block-weakened" // a bucket is less protected from being made public
	HTTPSWeakened             Kind = "https-weakened"               // plain HTTP or older TLS is accepted
	CORSWidened               Kind = "cors-widened"                 // more web pages may read
	CacheOutlivesSignature    Kind = "cache-outlives-signature"     // the cache serves on after an S3 signature has ended
	BehaviorShadowed          Kind = "behavior-shadowed"            // a behavior no longer gets paths its pattern names
	FunctionChanged           Kind = "function-changed"             // a function, which nothing here runs, differs
)

// Severity says what a finding means to viewers.
type Severity string

// The severities, worst first.
const (
	Breaking  Severity = "breaking"  // who could read cannot
	Widening  Severity = "widening"  // who could not read can
	Narrowing Severity = "narrowing" // fewer can read, as the change asks for
	Note      Severity = "note"      // worth knowing
)

// Fails reports whether a change of this severity needs somebody's consent, as
// breaking and widening ones do.
func (s Severity) Fails() bool { return s == Breaking || s == Widening }

// Finding is one thing that changes in who may read what.
type Finding struct {
	Kind         Kind     `json:"kind"`
	Severity     Severity `json:"severity"`
	Distribution string   `json:"distribution,omitempty"` // logical ID
	Bucket       string   `json:"bucket,omitempty"`       // logical ID, or the name of one the template does not make
	Path         string   `json:"path,omitempty"`         // the path pattern concerned
	Key          string   `json:"key,omitempty"`          // fingerprint of the key concerned
	Witness      string   `json:"witness"`                // a path, or what else shows it
	Sentence     string   `json:"sentence"`
}

// inOrder sorts findings, worst first.
func inOrder(findings []Finding) []Finding {
	severities := []Severity{Breaking, Widening, Narrowing, Note}
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(slices.Index(severities, a.Severity), slices.Index(severities, b.Severity)),
			cmp.Compare(a.Kind, b.Kind),
		)
	})
	return findings
}
