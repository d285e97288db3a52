package access

import (
	"fmt"
	"slices"
	"strings"

	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// compareBuckets holds every bucket against what it was: the one of the same
// logical ID, or the one the same paths were read from.
func (d *diff) compareBuckets(old, now *infra.Infrastructure) {
	d.old, d.new = nil, nil
	for _, n := range now.Buckets {
		o := d.bucketBefore(old, n)
		d.compareGrants(old, now, o, n)
		if o == nil {
			continue
		}
		d.comparePublicAccessBlock(o, n)
		if refusesHTTP(o) && !refusesHTTP(n) && !n.External {
			d.add("", Finding{Kind: HTTPSWeakened, Severity: Widening, Bucket: bucketLabel(n), Witness: "aws:SecureTransport",
				Sentence: fmt.Sprintf("the policy of the bucket %s no longer refuses plain HTTP", bucketLabel(n))})
		}
		if more := moreCORS(bucketCORS(o), bucketCORS(n)); more != "" {
			d.add("", Finding{Kind: CORSWidened, Severity: Widening, Bucket: bucketLabel(n), Witness: bucketLabel(n),
				Sentence: fmt.Sprintf("from the bucket %s itself, %s", bucketLabel(n), more)})
		}
	}
}

func (d *diff) bucketBefore(old *infra.Infrastructure, n *infra.Bucket) *infra.Bucket {
	for _, o := range old.Buckets {
		if o.Stack == n.Stack && o.LogicalID == n.LogicalID && (!o.External || o.Name == n.Name) {
			return o
		}
	}
	var found *infra.Bucket
	for _, o := range old.Buckets { // in their order, for the same answer each time
		if d.buckets[[2]*infra.Bucket{o, n}] && found == nil {
			found = o
		}
	}
	return found
}

func (d *diff) comparePublicAccessBlock(o, n *infra.Bucket) {
	before, after := o.PublicAccessBlock, n.PublicAccessBlock
	var off []string
	for _, setting := range []struct {
		name          string
		before, after bool
	}{
		{"BlockPublicAcls", before.BlockPublicAcls, after.BlockPublicAcls},
		{"BlockPublicPolicy", before.BlockPublicPolicy, after.BlockPublicPolicy},
		{"IgnorePublicAcls", before.IgnorePublicAcls, after.IgnorePublicAcls},
		{"RestrictPublicBuckets", before.RestrictPublicBuckets, after.RestrictPublicBuckets},
	} {
		if setting.before && !setting.after {
			off = append(off, setting.name)
		}
	}
	if len(off) > 0 && !n.External {
		d.add("", Finding{Kind: PublicAccessBlockWeakened, Severity: Widening, Bucket: bucketLabel(n), Witness: strings.Join(off, ", "),
			Sentence: fmt.Sprintf("the bucket %s can be made public: it is without %s", bucketLabel(n), strings.Join(off, ", "))})
	}
}

func refusesHTTP(b *infra.Bucket) bool {
	return slices.ContainsFunc(b.Policy, func(s bucketpolicy.Statement) bool { return isTLSDeny(b, s) })
}

// isTLSDeny knows the statement that refuses to read objects over plain HTTP,
// to everyone.
func isTLSDeny(b *infra.Bucket, s bucketpolicy.Statement) bool {
	return s.Effect == "Deny" && !s.NotPrincipal && !s.NotAction && !s.NotResource && len(s.Conditions) == 1 &&
		slices.Contains(s.Principals, bucketpolicy.Principal{Kind: "*", Value: "*"}) &&
		s.Conditions[0].Operator == "Bool" && strings.EqualFold(s.Conditions[0].Key, "aws:SecureTransport") &&
		slices.Equal(s.Conditions[0].Values, []string{"false"}) &&
		slices.ContainsFunc(s.Actions, func(a string) bool { return covers(a, "s3:GetObject*") }) &&
		slices.ContainsFunc(s.Resources, func(r string) bool { return pathpattern.Glob(r, b.ARN+"/*") })
}

// bucketCORS puts the rules of a bucket together, which is enough to see
// whether they allow more.
func bucketCORS(b *infra.Bucket) infra.CORS {
	var c infra.CORS
	for _, rule := range b.CORS {
		c.AllowOrigins = append(c.AllowOrigins, rule.AllowOrigins...)
		c.AllowMethods = append(c.AllowMethods, rule.AllowMethods...)
		c.AllowHeaders = append(c.AllowHeaders, rule.AllowHeaders...)
		c.ExposeHeaders = append(c.ExposeHeaders, rule.ExposeHeaders...)
	}
	return c
}
