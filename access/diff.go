package access

import (
	"fmt"
	"slices"

	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// Diff returns what changes in who may read what from old to new, worst first;
// the list is empty, not nil, when nothing does. Both must have been read for
// the same stack name, see [template.ReadPair].
func Diff(old, new *infra.Infrastructure) []Finding {
	d := &diff{findings: []Finding{}, seen: map[string]bool{}, buckets: map[[2]*infra.Bucket]bool{}}
	pairs, added := d.pairDistributions(old, new)
	for _, pair := range pairs {
		d.old, d.new = pair[0], pair[1]
		d.compareTLS()
		d.comparePaths(compareBehaviors)
		d.findShadowed()
	}
	for _, n := range added {
		d.compareAdded(old, n)
	}
	d.compareBuckets(old, new)
	return inOrder(d.findings)
}

// diff collects findings. old and new are the two distributions looked at.
type diff struct {
	findings  []Finding
	seen      map[string]bool
	old, new  *infra.Distribution
	paths     pathpattern.Finder
	entangled int                       // searches that ended undecided
	buckets   map[[2]*infra.Bucket]bool // an origin's bucket before and after
}

// add adds a finding once: what says the same of another path is left out.
func (d *diff) add(same string, f Finding) {
	if d.new != nil && f.Distribution == "" && f.Bucket == "" {
		f.Distribution = d.new.LogicalID
	}
	id := fmt.Sprintf("%s|%s|%s|%s", f.Kind, f.Distribution, f.Bucket, same)
	if !d.seen[id] {
		d.seen[id] = true
		d.findings = append(d.findings, f)
	}
}

// pairDistributions finds each old distribution again: by logical ID, or else
// one that is new in the place of one that is gone. It returns what is new
// besides.
func (d *diff) pairDistributions(old, new *infra.Infrastructure) (pairs [][2]*infra.Distribution, added []*infra.Distribution) {
	left := slices.Clone(new.Distributions)
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

// compareAdded holds a distribution that is new against the old ones that read
// from the same bucket, since it may open what they keep closed.
func (d *diff) compareAdded(old *infra.Infrastructure, n *infra.Distribution) {
	for _, o := range old.Distributions {
		if shareBucket(o, n) {
			d.old, d.new = o, n
			d.comparePaths(func(o, n *infra.Behavior) []Finding {
				return slices.DeleteFunc(slices.Concat(compareAccess(o, n), compareKeys(o, n)),
					func(f Finding) bool { return f.Severity != Widening })
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

func sameBucket(a, b *infra.Bucket) bool { return a.Name == b.Name && a.Region == b.Region }

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
