package access

import (
	"fmt"
	"slices"
	"strings"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// grant is what a statement says of one principal, one action and one
// resource, in a form that compares: the bucket's ARN is written as "bucket",
// and the distributions and origin access identities of the template are one
// principal.
type grant struct {
	principal        string
	action, resource string
	conditions       []bucketpolicy.Condition
}

const (
	everyone      = "everyone"
	everythingBut = "everything but "
	ourCloudFront = "the template's own distributions"
	aService      = "the service "
	anyCloudFront = aService + "cloudfront.amazonaws.com"
)

// needed is what the template's own distributions have to be allowed.
var needed = grant{principal: ourCloudFront, action: "s3:GetObject", resource: "bucket/*"}

// allowed reports whether a bucket's policy allows the template's own
// distributions an action.
func allowed(tmpl *infra.Template, b *infra.Bucket, action, resource string) bool {
	need := grant{principal: ourCloudFront, action: action, resource: resource}
	return len(uncovered(grant.covers, grants(tmpl, b, "Allow"), []grant{need})) == 0
}

// compareGrants finds what the bucket policy newly allows to be read or no
// longer refuses, and what the template's own distributions may no longer read.
// If the bucket is new, o being nil, they may read it.
func (d *diff) compareGrants(o, n *infra.Bucket) {
	before := []grant{needed}
	var refusedBefore []grant
	if o != nil {
		before, refusedBefore = grants(d.was, o, "Allow"), grants(d.was, o, "Deny")
	}
	allowed, refused := grants(d.is, n, "Allow"), grants(d.is, n, "Deny")
	for _, g := range uncovered(grant.covers, before, allowed) {
		d.addGrant(g, OriginGrantWidened, severityOf(d.is, g), "allows")
	}
	for _, g := range uncovered(grant.covers, refused, refusedBefore) {
		d.addGrant(g, OriginGrantWidened, Widening, "no longer refuses")
	}
	if o == nil || n.External {
		return
	}
	for _, g := range uncovered(grant.covers, allowed, ofViewers(before)) {
		switch {
		case g.principal == everyone || g.action == "s3:ListBucket":
			d.addGrant(g, OriginGrantRemoved, Narrowing, "no longer allows")
		case d.uses(n):
			d.addGrant(g, OriginGrantRemoved, Breaking, "no longer allows")
		}
	}
	for _, g := range uncovered(grant.covers, refusedBefore, refused) {
		if g.principal == ourCloudFront || strings.HasPrefix(g.principal, everyone) {
			d.addGrant(g, OriginGrantRemoved, Breaking, "refuses")
		}
	}
}

// ofViewers returns what grants let viewers do, through the template's own
// distributions or as everyone: read objects, and list them.
func ofViewers(grants []grant) []grant {
	var all []grant
	for _, g := range grants {
		for _, action := range []string{"s3:GetObject", "s3:ListBucket"} {
			one := grant{g.principal, action, g.resource, g.conditions}
			if (g.principal == ourCloudFront || g.principal == everyone) && includes(g.action, action, covers) && one.reads() {
				all = append(all, one)
			}
		}
	}
	return all
}

// uses reports whether a distribution reads from the bucket as itself.
func (d *diff) uses(n *infra.Bucket) bool {
	for _, r := range readers(d.is) {
		if r.origin.Bucket == n && accessOf(r.behavior()) != deployment.Presigned {
			return true
		}
	}
	return false
}

func (d *diff) addGrant(g grant, k Kind, s Severity, does string) {
	what := fmt.Sprintf("%s %s to do %s on %s", does, g.principal, g.action, g.resource)
	for _, c := range g.conditions {
		what += fmt.Sprintf(", where %s %s %s", c.Key, c.Operator, strings.Join(c.Values, " or "))
	}
	d.say(k, s, g.action+" "+g.resource, "the policy of the bucket %s %s", d.bucket, what)
}

// severityOf is Note for who is of the template's own account: such a
// principal is no viewer.
func severityOf(tmpl *infra.Template, g grant) Severity {
	for _, d := range tmpl.Distributions {
		_, rest, _ := strings.Cut(d.ARN, ":cloudfront::")
		account, _, found := strings.Cut(rest, ":")
		if found && (g.principal == account ||
			strings.HasPrefix(g.principal, "arn:") && strings.Contains(g.principal, ":"+account+":")) {
			return Note
		}
	}
	return Widening
}

// grants takes the statements of one effect apart, those that read. Identities
// that the template's origins have count as its own distributions, or only that
// of one origin.
func grants(tmpl *infra.Template, b *infra.Bucket, effect string, of ...*infra.Origin) []grant {
	if of == nil {
		of = identities(tmpl)
	}
	var all []grant
	for _, s := range b.Policy {
		if s.Effect != effect || isTLSDeny(b, s) {
			continue
		}
		for _, p := range principals(tmpl, s, of) {
			for _, action := range negated(s.Actions, s.NotAction) {
				for _, resource := range negated(s.Resources, s.NotResource) {
					g := grant{p.Value, action, strings.ReplaceAll(resource, b.ARN, "bucket"), s.Conditions}
					if p.Kind == "Service" && p.Value == ourCloudFront {
						g.conditions = slices.DeleteFunc(slices.Clone(g.conditions), isSourceARN)
					}
					if g.reads() {
						all = append(all, g)
					}
				}
			}
		}
	}
	return all
}

// negated writes a Not… list as one value, which only its like covers.
func negated(values []string, not bool) []string {
	if not {
		return []string{everythingBut + strings.Join(values, ", ")}
	}
	return values
}

// principals names a statement's principals, by kind and as a message has
// them.
func principals(tmpl *infra.Template, s bucketpolicy.Statement, of []*infra.Origin) []bucketpolicy.Principal {
	if s.NotPrincipal {
		var but []string
		for _, p := range s.Principals {
			but = append(but, p.Value)
		}
		return []bucketpolicy.Principal{{Value: everyone + " but " + strings.Join(but, ", ")}}
	}
	var all []bucketpolicy.Principal
	for _, p := range s.Principals {
		switch {
		case p.Kind == "*":
			p = bucketpolicy.Principal{Value: everyone}
		case isIdentityOf(tmpl, of, p, s.Conditions):
			p.Value = ourCloudFront
		case isOurService(tmpl, p, s.Conditions):
			continue // which no origin makes use of
		case p.Kind == "Service":
			p.Value = aService + p.Value
		}
		all = append(all, p)
	}
	return all
}

// reads reports whether the grant is about objects or their names, on a
// resource that has them.
func (g grant) reads() bool {
	if strings.HasPrefix(g.action, everythingBut) {
		return true
	}
	negated := strings.HasPrefix(g.resource, everythingBut)
	objects := covers(g.action, "s3:GetObject") || covers(g.action, "s3:GetObjectVersion")
	names := covers(g.action, "s3:ListBucket") || covers(g.action, "s3:ListBucketVersions")
	return objects && (negated || strings.ContainsAny(g.resource, "/*")) ||
		names && (negated || !strings.Contains(g.resource, "/"))
}

// covers reports whether g holds wherever other does.
func (g grant) covers(other grant) bool {
	return (g.principal == other.principal || g.principal == everyone) &&
		includes(g.action, other.action, covers) && includes(g.resource, other.resource, pathpattern.Glob) &&
		!slices.ContainsFunc(g.conditions, func(c bucketpolicy.Condition) bool {
			return !slices.ContainsFunc(other.conditions, func(o bucketpolicy.Condition) bool { return looser(c, o) })
		})
}

// includes compares two patterns, of which one that says what it is not only
// includes its like.
func includes(a, b string, covers func(pattern, s string) bool) bool {
	return a == b || !strings.HasPrefix(a, everythingBut) && covers(a, b)
}

// looser reports whether condition a holds wherever b does.
func looser(a, b bucketpolicy.Condition) bool {
	if !strings.EqualFold(a.Operator, b.Operator) || !strings.EqualFold(a.Key, b.Key) {
		return false
	}
	covers := equal[string]
	if strings.Contains(a.Operator, "Like") || strings.Contains(a.Operator, "Arn") {
		covers = pathpattern.Glob
	}
	if strings.Contains(a.Operator, "Not") {
		a, b = b, a
	}
	return len(uncovered(covers, a.Values, b.Values)) == 0
}
