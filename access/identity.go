package access

import (
	"slices"
	"strings"

	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/infra"
)

// granted reports whether an origin of the new template needs no identity, or
// its bucket lets CloudFront's identity read something. A bucket without a policy
// here may have one from elsewhere.
func (d *diff) granted(o *infra.Origin) bool {
	return !needsGrant(o) || len(o.Bucket.Policy) == 0 || len(d.grantsTo(d.is, o, "Allow")) > 0
}

func needsGrant(o *infra.Origin) bool { return o.Bucket != nil && !o.Bucket.External && o.Identified() }

// loses reports whether what the identity of origin x may read in a, that of y
// may not in b, and [diff.compareGrants] does not see it: because another
// identity may.
func (d *diff) loses(a *infra.Template, x *infra.Origin, b *infra.Template, y *infra.Origin) bool {
	if !needsGrant(x) || !needsGrant(y) {
		return false
	}
	lost := uncovered(grant.covers, d.grantsTo(b, y, "Allow"), d.grantsTo(a, x, "Allow"))
	return len(uncovered(grant.covers, grants(b, y.Bucket, "Allow"), lost)) < len(lost) ||
		len(uncovered(grant.covers, d.grantsTo(a, x, "Deny"), d.grantsTo(b, y, "Deny"))) > 0
}

// grantsTo returns what a policy allows or refuses CloudFront with the identity
// of an origin.
func (d *diff) grantsTo(tmpl *infra.Template, o *infra.Origin, effect string) []grant {
	id := identified{o, effect}
	known, ok := d.identities[id]
	if !ok {
		for _, g := range grants(tmpl, o.Bucket, effect, o) {
			if o.OAI == nil && g.principal == anyCloudFront {
				g.principal = ourCloudFront
			}
			if g.principal == ourCloudFront || g.principal == everyone && effect == "Allow" {
				known = append(known, g)
			}
		}
		d.identities[id] = known
	}
	return known
}

type identified struct {
	*infra.Origin
	effect string
}

// identities returns the origins of a template.
func identities(tmpl *infra.Template) (all []*infra.Origin) {
	for _, r := range readers(tmpl) {
		all = append(all, r.origin)
	}
	return all
}

// isIdentityOf reports whether a principal is CloudFront on behalf of one of the
// template's distributions, by the identity of one of the origins.
func isIdentityOf(tmpl *infra.Template, origins []*infra.Origin, p bucketpolicy.Principal,
	conditions []bucketpolicy.Condition) bool {
	return slices.ContainsFunc(origins, func(o *infra.Origin) bool {
		if o.OAI == nil {
			return o.OAC != nil && isOurService(tmpl, p, conditions)
		}
		return p.Value == o.OAI.CanonicalUserID ||
			strings.HasSuffix(p.Value, "user/CloudFront Origin Access Identity "+o.OAI.ID)
	})
}

func isOurService(tmpl *infra.Template, p bucketpolicy.Principal, conditions []bucketpolicy.Condition) bool {
	return p.Kind == "Service" && p.Value == "cloudfront.amazonaws.com" &&
		slices.ContainsFunc(conditions, func(c bucketpolicy.Condition) bool {
			return isSourceARN(c) && onlyOurs(tmpl, c.Values)
		})
}

func isSourceARN(c bucketpolicy.Condition) bool {
	return strings.EqualFold(c.Key, "aws:SourceArn") &&
		slices.Contains([]string{"StringEquals", "StringLike", "ArnEquals", "ArnLike"}, c.Operator)
}

func onlyOurs(tmpl *infra.Template, arns []string) bool {
	return !slices.ContainsFunc(arns, func(arn string) bool {
		return !slices.ContainsFunc(tmpl.Distributions, func(d *infra.Distribution) bool { return d.ARN == arn })
	})
}
