package access

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/pathpattern"
)

// Error says what is wrong with a list of accepted findings.
type Error = fault.Error

// ErrAllow is the kind of an error in a list of accepted findings.
var ErrAllow = errors.New("invalid list of accepted findings")

// Allowance accepts findings of a kind.
type Allowance struct {
	Kind Kind
	What string // accepts those whose path pattern, key or bucket it matches; * is any text, "" anything
}

// kinds are all kinds of finding.
var kinds = []Kind{
	BecamePublic, BecameSigned, KeyRemoved, KeyAdded, BucketReplaced, DistributionReplaced, DistributionAdded,
	DistributionDisabled, DistributionEnabled, AliasRemoved, OriginGrantWidened, OriginGrantRemoved,
	PublicAccessBlockWeakened, HTTPSWeakened, HTTPSRequired, CORSWidened, CORSNarrowed, MethodsNarrowed,
	MethodsWidened, RootObjectChanged, ErrorPageChanged, GeoChanged, WebACLChanged, LoggingChanged,
	CacheOutlivesSignature, BehaviorShadowed, FunctionChanged,
}

// ParseAllowance parses "KIND" or "KIND WHAT". Its error is ErrAllow.
func ParseAllowance(text string) (Allowance, error) {
	kind, what, _ := strings.Cut(strings.TrimSpace(text), " ")
	if !slices.Contains(kinds, Kind(kind)) {
		return Allowance{}, &Error{Kind: ErrAllow, What: fault.Quote(kind) + " is not a valid kind of finding",
			Remedy: "docs/access.md lists the kinds"}
	}
	return Allowance{Kind(kind), strings.TrimSpace(what)}, nil
}

// ReadAllowances reads a list: one allowance a line, # starts a comment. Its
// error is ErrAllow and names the line.
func ReadAllowances(r io.Reader) ([]Allowance, error) {
	var all []Allowance
	lines := bufio.NewScanner(io.LimitReader(r, 1<<20))
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if strings.TrimSpace(text) == "" {
			continue
		}
		a, err := ParseAllowance(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		all = append(all, a)
	}
	return all, lines.Err()
}

// Accept marks the findings that an allowance accepts: those all of whose
// paths, and whose key and bucket, it matches.
func Accept(findings []Finding, allowances []Allowance) {
	for i := range findings {
		f := &findings[i]
		f.Accepted = f.Accepted || slices.ContainsFunc(allowances, func(a Allowance) bool { return a.accepts(f) })
	}
}

func (a Allowance) accepts(f *Finding) bool {
	about := append([]string{f.Key, f.Bucket}, f.Paths...)
	about = slices.DeleteFunc(about, func(s string) bool { return s == "" })
	return a.Kind == f.Kind && (a.What == "" || len(about) > 0 && !slices.ContainsFunc(about, func(s string) bool {
		return !pathpattern.Glob(a.What, s)
	}))
}

// Fails reports whether the finding needs somebody's consent that nobody gave:
// it is breaking or widening, and not accepted.
func (f Finding) Fails() bool {
	return !f.Accepted && (f.Severity == Breaking || f.Severity == Widening)
}

// UnusedValues returns the names of the values given to [Read] that nothing in
// the template needs.
func (t *Template) UnusedValues() []string { return t.infra.UnusedValues }

// LeftOut returns what of a template [Diff] does not compare, and why.
func (t *Template) LeftOut() []string {
	all := []string{}
	for _, n := range t.infra.Notes {
		all = append(all, printable(n.LogicalID+" ("+n.Type+"): "+n.Why))
	}
	for _, name := range t.infra.UnusedValues {
		all = append(all, printable(name+" (value): nothing in the template needs it"))
	}
	return all
}
