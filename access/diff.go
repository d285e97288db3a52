package access

import (
	"fmt"
	"slices"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// Diff returns what changes in who may read what, worst first; the list is
// empty, not nil, if nothing does.
func Diff(before, after *Template) []Finding {
	return compare(before.infra, after.infra)
}

func compare(old, now *infra.Infrastructure) []Finding {
	d := &diff{findings: []Finding{}, seen: map[string]bool{}, buckets: map[[2]*infra.Bucket]bool{},
		before: map[*infra.Distribution]*infra.Distribution{}}
	pairs, added := d.pairDistributions(old, now)
	for _, pair := range pairs {
		d.old, d.new = pair[0], pair[1]
		d.before[d.new] = d.old
		d.compareTLS()
		if d.tooMany() {
			continue
		}
		d.comparePaths(d.compareBehaviors)
		d.findShadowed()
		d.findErrorPages()
	}
	for _, n := range added {
		d.old, d.new = &infra.Distribution{}, n
		if d.tooMany() {
			continue
		}
		d.compareAdded(old, n)
		d.old, d.new = &infra.Distribution{}, n
		d.findShadowed()
		d.findErrorPages()
	}
	d.findExposed(old, now)
	d.compareBuckets(old, now)
	return inOrder(d.findings)
}

// maxBehaviors bounds the behaviors of a distribution that are compared.
// CloudFront's quota is 75.
const maxBehaviors = 300

// tooMany reports whether the distributions have more behaviors than can be
// compared, and says so.
func (d *diff) tooMany() bool {
	most := max(len(d.old.Behaviors), len(d.new.Behaviors))
	if most > maxBehaviors {
		d.add("", Finding{Kind: BehaviorShadowed, Severity: Widening, Path: "*", Witness: d.new.LogicalID,
			Sentence: fmt.Sprintf("the distribution %s has %d behaviors, too many to compare: who may read what is not known", d.new.LogicalID, most)})
	}
	return most > maxBehaviors
}

// diff collects findings. old and new are the two distributions looked at.
type diff struct {
	findings []Finding
	seen     map[string]bool
	old, new *infra.Distribution
	paths    pathpattern.Finder
	before   map[*infra.Distribution]*infra.Distribution
	buckets  map[[2]*infra.Bucket]bool // an origin's bucket before and after
}

// add adds a finding once: what says the same of another path is left out. A
// template's words reach a finding here alone, and in a form fit to print.
func (d *diff) add(same string, f Finding) {
	if d.new != nil && f.Distribution == "" && f.Bucket == "" {
		f.Distribution = d.new.LogicalID
	}
	for _, s := range []*string{&f.Distribution, &f.Bucket, &f.Path, &f.Witness, &f.Sentence} {
		*s = printable(*s)
	}
	id := fmt.Sprintf("%s|%s|%s|%s", f.Kind, f.Distribution, f.Bucket, same)
	if !d.seen[id] {
		d.seen[id] = true
		d.findings = append(d.findings, f)
	}
}

// mostText bounds a field of a finding.
const mostText = 2000

func printable(s string) string {
	if len(s) > mostText {
		s = strings.ToValidUTF8(s[:mostText], "") + "…"
	}
	return strings.ReplaceAll(fault.Printable(fault.Text(s)), "\n", `\n`)
}

// pairDistributions finds each old distribution again: by logical ID, or else
// one that is new in the place of one that is gone. It returns what is new
// besides.
func (d *diff) pairDistributions(old, now *infra.Infrastructure) (pairs [][2]*infra.Distribution, added []*infra.Distribution) {
	left := slices.Clone(now.Distributions)
	var gone []*infra.Distribution
	for _, o := range old.Distributions {
		i := slices.IndexFunc(left, func(n *infra.Distribution) bool {
			return n.Stack == o.Stack && n.LogicalID == o.LogicalID
		})
		if i < 0 {
			gone = append(gone, o)
			continue
		}
		pairs = append(pairs, [2]*infra.Distribution{o, left[i]})
		left = slices.Delete(left, i, i+1)
	}
	for i, o := range gone {
		f := Finding{Kind: DistributionReplaced, Severity: Breaking, Distribution: o.LogicalID, Witness: o.LogicalID,
			Sentence: fmt.Sprintf("the distribution %s is removed: every URL of its domain name is dead", o.LogicalID)}
		if i < len(left) {
			pairs = append(pairs, [2]*infra.Distribution{o, left[i]})
			f.Sentence = fmt.Sprintf("the distribution %s is replaced by %s: its domain name changes, and every URL of the old one is dead",
				o.LogicalID, left[i].LogicalID)
		}
		d.add("", f)
	}
	return pairs, left[min(len(gone), len(left)):]
}

// compareAdded compares the keys of a distribution that is new with those of
// the old ones that read from the same bucket.
func (d *diff) compareAdded(old *infra.Infrastructure, n *infra.Distribution) {
	for _, o := range old.Distributions {
		if shareBucket(o, n) {
			d.old, d.new = o, n
			d.comparePaths(func(o, n *infra.Behavior) []Finding {
				return slices.DeleteFunc(compareKeys(o, n), func(f Finding) bool { return f.Severity != Widening })
			})
		}
	}
}

func shareBucket(a, b *infra.Distribution) bool {
	for _, x := range a.Behaviors {
		for _, y := range b.Behaviors {
			if x.Origin.Bucket != nil && y.Origin.Bucket != nil && sameBucket(x.Origin.Bucket, y.Origin.Bucket) {
				return true
			}
		}
	}
	return false
}

func sameBucket(a, b *infra.Bucket) bool { return a.Name == b.Name }

// tlsVersions are the security policies for viewers, weakest first. Names not
// among them are not compared.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
var tlsVersions = []string{
	"SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019", "TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025",
}

func (d *diff) compareTLS() {
	before, after := minimumTLS(d.old), minimumTLS(d.new)
	if i, j := slices.Index(tlsVersions, before), slices.Index(tlsVersions, after); j >= 0 && j < i {
		d.add("tls", Finding{Kind: HTTPSWeakened, Severity: Widening, Witness: after,
			Sentence: fmt.Sprintf("viewers may use the older TLS of %s, where %s was the least", after, before)})
	}
}

// minimumTLS is fixed with the default certificate.
func minimumTLS(d *infra.Distribution) string {
	if d.ViewerCertificate.Default {
		return "TLSv1"
	}
	return d.ViewerCertificate.MinimumProtocol
}
