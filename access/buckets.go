package access

import (
	"slices"
	"strings"

	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// compareBuckets compares every bucket with what it was: the one of the same
// logical ID, or the one the same paths were read from.
func (d *diff) compareBuckets() {
	d.old, d.new = nil, nil
	for _, n := range d.is.Buckets {
		o := d.bucketBefore(n)
		d.bucket = bucketLabel(n)
		d.compareGrants(o, n)
		if o == nil {
			continue
		}
		d.comparePublicAccess(o, n)
		if refusesHTTP(o) && !refusesHTTP(n) && !n.External {
			d.say(HTTPSWeakened, Widening, "aws:SecureTransport",
				"the policy of the bucket %s no longer refuses plain HTTP", d.bucket)
		}
		d.compareBucketCORS(o, n)
	}
}

// bucketBefore returns what a bucket was, or nil.
func (d *diff) bucketBefore(n *infra.Bucket) (before *infra.Bucket) {
	for _, o := range d.was.Buckets {
		if sameResource(o, n) {
			return o
		}
		if before == nil && d.buckets[[2]*infra.Bucket{o, n}] {
			before = o
		}
	}
	return before
}

func sameResource(o, n *infra.Bucket) bool {
	return o.Stack == n.Stack && o.LogicalID == n.LogicalID && (!n.External || o.Name == n.Name)
}

func (d *diff) comparePublicAccess(o, n *infra.Bucket) {
	on := func(b infra.PublicAccessBlock) []bool {
		return []bool{b.BlockPublicAcls, b.BlockPublicPolicy, b.IgnorePublicAcls, b.RestrictPublicBuckets}
	}
	var off []string
	for i, name := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		if on(o.PublicAccessBlock)[i] && !on(n.PublicAccessBlock)[i] && !n.External {
			off = append(off, name)
		}
	}
	if settings := strings.Join(off, ", "); settings != "" {
		d.say(PublicAccessBlockWeakened, Widening, settings,
			"the bucket %s can be made public: %s is off", d.bucket, settings)
	}
}

func refusesHTTP(b *infra.Bucket) bool {
	return slices.ContainsFunc(b.Policy, func(s bucketpolicy.Statement) bool { return isTLSDeny(b, s) })
}

// isTLSDeny reports whether a statement refuses everyone to read objects over
// plain HTTP.
func isTLSDeny(b *infra.Bucket, s bucketpolicy.Statement) bool {
	return s.Effect == "Deny" && !s.NotPrincipal && !s.NotAction && !s.NotResource && len(s.Conditions) == 1 &&
		slices.Contains(s.Principals, bucketpolicy.Principal{Kind: "*", Value: "*"}) &&
		s.Conditions[0].Operator == "Bool" && strings.EqualFold(s.Conditions[0].Key, "aws:SecureTransport") &&
		slices.Equal(s.Conditions[0].Values, []string{"false"}) &&
		slices.ContainsFunc(s.Actions, func(a string) bool { return covers(a, "s3:GetObject*") }) &&
		slices.ContainsFunc(s.Resources, func(r string) bool { return pathpattern.Glob(r, b.ARN+"/*") })
}

// compareBucketCORS finds rules that allow what no rule of the other bucket does:
// S3 answers with the first rule that fits a request as a whole.
func (d *diff) compareBucketCORS(o, n *infra.Bucket) {
	if more := rulesOnlyOf(n, o); more != "" {
		d.say(CORSWidened, Widening, d.bucket, "from the bucket %s itself, %s", d.bucket, more)
	}
	if fewer := rulesOnlyOf(o, n); fewer != "" {
		d.say(CORSNarrowed, Narrowing, d.bucket,
			"from the bucket %s itself, CORS no longer allows this: %s", d.bucket, fewer)
	}
}

func rulesOnlyOf(a, b *infra.Bucket) string {
	covers := func(a, b infra.CORS) bool { return moreCORS(a, b) == "" }
	var more []string
	for _, rule := range uncovered(covers, b.CORS, a.CORS) {
		more = append(more, moreCORS(infra.CORS{}, rule))
	}
	return strings.Join(more, "; ")
}

func bucketLabel(b *infra.Bucket) string {
	if b.External {
		return b.Name
	}
	return b.LogicalID
}
