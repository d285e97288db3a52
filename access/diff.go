package access

import (
	"fmt"
	"slices"
	"time"

	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/keys"
)

// Option is an option of [Diff].
type Option func(*diff)

// WithRing has the history of a key ring explain what happens to keys: the
// steps of a rotation are notes, if the ring has taken them.
func WithRing(ring *keys.Ring) Option { return func(d *diff) { d.ring = ring } }

// Diff returns what changes in who may read what, worst first; the list is
// empty, not nil, if nothing does.
func Diff(before, after *Template, options ...Option) []Finding {
	d := &diff{
		was: before.infra, is: after.infra,
		findings: []Finding{},
		index:    map[string]int{},
		buckets:  map[[2]*infra.Bucket]bool{},
		before:   map[*infra.Distribution]*infra.Distribution{},

		identities: map[identified][]grant{},
		lifetimes:  lifetimes(before.infra),
	}
	for _, option := range options {
		option(d)
	}
	d.compareDistributions()
	d.findExposed()
	d.compareBuckets()
	for i, f := range d.findings {
		d.findings[i] = f.complete()
	}
	return inOrder(d.findings)
}

// diff collects findings.
type diff struct {
	was, is  *infra.Template
	ring     *keys.Ring          // nil if nobody gave one
	old, new *infra.Distribution // that are compared now
	bucket   string              // that is compared now, its label
	findings []Finding
	index    map[string]int // of findings, by what makes them one
	paths    pathpattern.Finder
	before   map[*infra.Distribution]*infra.Distribution // of each distribution, what it was
	buckets  map[[2]*infra.Bucket]bool                   // an origin's bucket before and after

	identities map[identified][]grant   // see [diff.grantsTo]
	lifetimes  map[string]time.Duration // see [lifetimes]
}

// say adds a finding about the distribution or the bucket that is compared now.
func (d *diff) say(kind Kind, severity Severity, witness, sentence string, args ...any) {
	f := finding(kind, severity, sentence, args...)
	f.Bucket, f.Witness = d.bucket, witness
	d.add(f)
}

// addAt adds a finding about a path pattern.
func (d *diff) addAt(pattern, witness string, f Finding) {
	f.Path, f.Witness = pattern, witness
	d.add(f)
}

// add adds a finding. One that says the same of another path adds the path to
// the first.
func (d *diff) add(f Finding) {
	if f.Distribution == "" && f.Bucket == "" {
		f.Distribution = d.new.LogicalID
	}
	if f.Path != "" {
		f.Paths = []string{f.Path}
	}
	id := fmt.Sprintf("%q", []string{string(f.Kind), f.Distribution, f.Bucket, f.Key, f.Sentence})
	i, known := d.index[id]
	if !known {
		d.index[id] = len(d.findings)
		d.findings = append(d.findings, f)
		return
	}
	for _, p := range f.Paths {
		if !slices.Contains(d.findings[i].Paths, p) {
			d.findings[i].Paths = append(d.findings[i].Paths, p)
		}
	}
}

func (d *diff) compareDistributions() {
	pairs, added := d.pairDistributions()
	for _, p := range pairs {
		d.old, d.new = p.old, p.new
		d.before[d.new] = d.old
		d.compareSettings()
		d.comparePaths(d.compareBehaviors)
		d.findShadowed()
		d.compareErrorPages()
	}
	for _, n := range added {
		d.compareAdded(n)
	}
}

// pair is a distribution before and after.
type pair struct{ old, new *infra.Distribution }

// pairDistributions finds each old distribution again: by logical ID, or else
// one that is new in the place of one that is gone. It returns what is new
// besides.
func (d *diff) pairDistributions() (pairs []pair, added []*infra.Distribution) {
	left := slices.Clone(d.is.Distributions)
	var gone []*infra.Distribution
	for _, o := range d.was.Distributions {
		i := slices.IndexFunc(left, func(n *infra.Distribution) bool {
			return n.Stack == o.Stack && n.LogicalID == o.LogicalID
		})
		if i < 0 {
			gone = append(gone, o)
			continue
		}
		pairs = append(pairs, pair{o, left[i]})
		left = slices.Delete(left, i, i+1)
	}
	for _, o := range gone {
		f := finding(DistributionReplaced, Breaking,
			"the distribution %s is removed: no URL of its domain name opens any more", o.LogicalID)
		if len(left) > 0 {
			pairs = append(pairs, pair{o, left[0]})
			f.Sentence = fmt.Sprintf("the distribution %s is replaced by %s: its domain name changes, no URL of the old one "+
				"opens any more, DNS records must point to the new one, and its cache starts empty",
				o.LogicalID, left[0].LogicalID)
			left = left[1:]
		}
		f.Distribution, f.Witness = o.LogicalID, o.LogicalID
		d.add(f)
	}
	return pairs, left
}

// compareAdded compares a distribution that is new with the old ones that read
// from the same bucket.
func (d *diff) compareAdded(n *infra.Distribution) {
	d.old, d.new = &infra.Distribution{}, n
	d.findShadowed()
	d.compareErrorPages()
	for _, o := range d.was.Distributions {
		d.old = o
		for _, b := range n.Behaviors {
			for _, before := range o.Behaviors {
				if shared := sharedSource(b, before); shared != nil {
					d.say(DistributionAdded, Widening, n.LogicalID, "the new distribution %s reads from %s, as %s does: "+
						"its key groups, geo restriction and web ACL are a second way in",
						n.LogicalID, sourceLabel(shared), o.LogicalID)
				}
			}
		}
		d.comparePaths(d.compareAddedKeys)
	}
}

// compareAddedKeys finds the keys of a new distribution that open what the old
// one kept from them.
func (d *diff) compareAddedKeys(found *list, o, n *infra.Behavior) {
	if sharedSource(o, n) != nil {
		d.compareKeys(found, o, n)
		*found = slices.DeleteFunc(*found, func(f Finding) bool { return f.Kind != KeyAdded })
	}
}

// source tells what an origin reads from, a bucket or a server, from others.
func source(o *infra.Origin) string {
	if o.Bucket != nil {
		return "bucket " + o.Bucket.Name
	}
	return o.DomainName
}

func sameSource(a, b *infra.Origin) bool { return source(a) == source(b) }

// sharedSource returns an origin of a that reads from what one of b does, or
// nil.
func sharedSource(a, b *infra.Behavior) *infra.Origin {
	for _, o := range a.Origins() {
		if slices.ContainsFunc(b.Origins(), func(other *infra.Origin) bool { return sameSource(o, other) }) {
			return o
		}
	}
	return nil
}
