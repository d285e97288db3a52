// Package access says what a change of an infrastructure does to who may read
// what: what a reviewer wants to know of a pull request.
//
// [Read] reads a template, [Diff] compares two. It looks at the whole way of a
// request: which behavior catches a path, which keys that behavior trusts,
// which bucket it reads from, and whom the bucket's policy allows to read.
// Every finding about paths names one path as a witness, which a viewer can
// send and for which the finding holds.
package access

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/internal/fault"
)

// Kind is what changes.
type Kind string

// The kinds of finding.
const (
	BecamePublic              Kind = "became-public"                // paths or objects that needed a signature need none
	BecameSigned              Kind = "became-signed"                // paths that needed no signature need one
	KeyRemoved                Kind = "key-removed"                  // what a key signed no longer opens
	KeyAdded                  Kind = "key-added"                    // one more key opens
	BucketReplaced            Kind = "bucket-replaced"              // paths are read from another bucket
	DistributionReplaced      Kind = "distribution-replaced"        // the domain name changes
	DistributionAdded         Kind = "distribution-added"           // a second distribution reads from the same bucket
	DistributionDisabled      Kind = "distribution-disabled"        // the distribution responds to nobody
	DistributionEnabled       Kind = "distribution-enabled"         // the distribution responded to nobody and does
	AliasRemoved              Kind = "alias-removed"                // the distribution no longer responds to a name
	OriginGrantWidened        Kind = "origin-grant-widened"         // a bucket policy allows more
	OriginGrantRemoved        Kind = "origin-grant-removed"         // CloudFront may no longer read a bucket
	PublicAccessBlockWeakened Kind = "public-access-block-weakened" // a bucket is less protected from being made public
	HTTPSWeakened             Kind = "https-weakened"               // plain HTTP or older TLS is accepted
	HTTPSRequired             Kind = "https-required"               // plain HTTP is refused, or older TLS
	CORSWidened               Kind = "cors-widened"                 // more web pages may read
	CORSNarrowed              Kind = "cors-narrowed"                // fewer web pages may read
	MethodsNarrowed           Kind = "methods-narrowed"             // viewers may write no longer
	MethodsWidened            Kind = "methods-widened"              // viewers may write
	RootObjectChanged         Kind = "root-object-changed"          // the distribution's own URL, /, gets another object
	ErrorPageChanged          Kind = "error-page-changed"           // requests that end in an error get another page
	GeoChanged                Kind = "geo-restriction-changed"      // other countries may read
	WebACLChanged             Kind = "web-acl-changed"              // another firewall, or none, filters requests
	LoggingChanged            Kind = "logging-changed"              // requests are logged elsewhere, or no longer
	CacheOutlivesSignature    Kind = "cache-outlives-signature"     // the cache serves after an S3 signature has ended
	BehaviorShadowed          Kind = "behavior-shadowed"            // a behavior does not protect what its pattern names
	FunctionChanged           Kind = "function-changed"             // a function, which nothing here runs, differs
)

// Severity is what a finding means to viewers.
type Severity string

// The severities, worst first.
const (
	Breaking  Severity = "breaking"  // who could read cannot
	Widening  Severity = "widening"  // who could not read can, or what reads as private is open
	Narrowing Severity = "narrowing" // fewer can read, as the change asks for
	Note      Severity = "note"      // worth knowing
)

// Finding is one thing that changes in who may read what. Its texts are fit to
// be printed on a terminal, whatever the templates contain.
type Finding struct {
	Kind         Kind     `json:"kind"`
	Severity     Severity `json:"severity"`
	Distribution string   `json:"distribution,omitempty"` // logical ID
	Bucket       string   `json:"bucket,omitempty"`       // logical ID, or the name of one the template does not create
	Path         string   `json:"path,omitempty"`         // the path pattern concerned, the first of Paths
	Paths        []string `json:"paths,omitempty"`        // all path patterns concerned, in CloudFront's order
	Key          string   `json:"key,omitempty"`          // fingerprint of the key concerned
	Witness      string   `json:"witness"`                // a path, or what else shows it
	Sentence     string   `json:"sentence"`
	Accepted     bool     `json:"accepted,omitempty"` // see [Accept]
}

// thePaths stands for all the paths of a finding in its sentence, until they
// are known.
const thePaths = "{paths}"

// finding returns a finding of a formatted sentence.
func finding(kind Kind, severity Severity, sentence string, args ...any) Finding {
	return Finding{Kind: kind, Severity: severity, Sentence: fmt.Sprintf(sentence, args...)}
}

// list collects findings.
type list []Finding

// say adds a finding and returns it.
func (l *list) say(kind Kind, severity Severity, sentence string, args ...any) *Finding {
	*l = append(*l, finding(kind, severity, sentence, args...))
	return &(*l)[len(*l)-1]
}

// complete returns a finding in which nothing of a template is longer than a
// reader bears or acts on a terminal.
func (f Finding) complete() Finding {
	quoted := make([]string, len(f.Paths))
	for i, p := range f.Paths {
		quoted[i] = strconv.Quote(p)
		f.Paths[i] = printable(p)
	}
	f.Sentence = strings.ReplaceAll(f.Sentence, thePaths, strings.Join(quoted, ", "))
	for _, s := range []*string{&f.Distribution, &f.Bucket, &f.Path, &f.Witness, &f.Sentence} {
		*s = printable(*s)
	}
	return f
}

// mostText bounds a text of a finding, in bytes.
const mostText = 2000

func printable(s string) string {
	if len(s) > mostText {
		s = strings.ToValidUTF8(s[:mostText], "") + "…"
	}
	return strings.ReplaceAll(fault.Printable(fault.Text(s)), "\n", `\n`)
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
