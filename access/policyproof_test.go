package access_test

import (
	"maps"
	"slices"
	"strings"

	"example.com/privatecdn/access"
	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// decisions are a bucket policy's decisions about requests, by what they ask.
type decisions map[string]bucketpolicy.Decision

// insecure is part of the requests that come over plain HTTP.
const insecure = "over plain HTTP"

func (d decisions) denied(part string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(d)), func(ask string) bool {
		return strings.Contains(ask, part) && d[ask] == bucketpolicy.ExplicitDeny
	})
}

// decisions evaluates the policy of a site's bucket for callers of every kind.
func (p *proving) decisions(s *site, bucket string) decisions {
	p.t.Helper()
	tmpl, err := infra.Read(s.template(), infra.Options{Stack: "Stack"})
	if err != nil {
		p.t.Fatal(err)
	}
	all := decisions{}
	for _, b := range tmpl.Buckets {
		if b.LogicalID != bucket {
			continue
		}
		policy, err := bucketpolicy.Compile(b.Policy)
		if err != nil {
			p.t.Fatal(err)
		}
		for who, caller := range callers(tmpl) {
			for _, action := range []string{"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"} {
				for _, object := range []string{"", "/x", "/films/x", "/secret/x", "/\u009b31m\x1b"} {
					for value, lookup := range lookups(caller) {
						ask := strings.Join([]string{who, action, "bucket" + object, value}, " ")
						all[ask] = policy.Evaluate(bucketpolicy.Request{Principal: caller, Action: action,
							Resource: b.ARN + object, Lookup: lookup})
					}
				}
			}
		}
	}
	return all
}

func callers(tmpl *infra.Template) map[string]bucketpolicy.Caller {
	d := tmpl.Distributions[0]
	all := map[string]bucketpolicy.Caller{
		"everyone":             {},
		"another's CloudFront": {Service: "cloudfront.amazonaws.com", SourceARN: foreign},
		"a stranger":           {ARN: "arn:aws:iam::999999999999:role/x", Account: "999999999999"},
		"a colleague": {ARN: "arn:aws:iam::" + strings.Split(d.ARN, ":")[4] + ":role/x",
			Account: strings.Split(d.ARN, ":")[4]},
		"our CloudFront": {Service: "cloudfront.amazonaws.com", SourceARN: d.ARN},
	}
	for _, o := range d.Origins {
		if o.OAI != nil {
			all["our identity"] = bucketpolicy.Caller{CanonicalUser: o.OAI.CanonicalUserID}
		}
	}
	return all
}

func lookups(who bucketpolicy.Caller) map[string]bucketpolicy.Lookup {
	all := map[string]bucketpolicy.Lookup{}
	for _, value := range []string{"192.0.2.1", "198.51.100.1", "203.0.113.1", "abc", "axx", "ABC", "*", insecure} {
		all[value] = func(key string) ([]string, bool) {
			switch key {
			case "aws:securetransport":
				return []string{map[bool]string{true: "false", false: "true"}[value == insecure]}, true
			case "aws:sourceip", "aws:useragent":
				return []string{value}, true
			case "aws:sourcearn":
				return []string{who.SourceARN}, who.SourceARN != ""
			}
			return nil, false
		}
	}
	return all
}

// proveGrant reports whether a policy decides otherwise about a request, or what
// it opens through CloudFront.
func proveGrant(p *proving, f access.Finding, was bool) bool {
	if f.Path != "" {
		return slices.ContainsFunc(allKeys, func(key string) bool { return p.turns(f.Witness, key, was) }) ||
			p.old.config["OriginGroups"] != nil && p.differs(f.Witness)
	}
	decision, removed := bucketpolicy.Allow, was
	if strings.Contains(f.Sentence, "refuses") {
		decision, removed = bucketpolicy.ExplicitDeny, !was
	}
	action, resource, _ := strings.Cut(strings.ReplaceAll(f.Witness, "everything but s3:PutObject", "*"), " ")
	if strings.HasPrefix(resource, "everything but") {
		resource = "bucket/films/*"
	}
	before, after := p.decisions(p.old, f.Bucket), p.decisions(p.now, f.Bucket)
	if removed {
		before, after = after, before
	}
	for ask := range after {
		parts := strings.Split(ask, " s3:")
		if askedAction, object, _ := strings.Cut("s3:"+parts[1], " "); pathpattern.Glob(action, askedAction) &&
			pathpattern.Glob(printableGlob(resource)+" *", object) && after[ask] == decision && before[ask] != decision {
			return true
		}
	}
	return false
}

// printableGlob makes of a printed resource what matches the real one.
func printableGlob(s string) string {
	if strings.Contains(s, `\`) {
		return "bucket/*31m*"
	}
	return s
}
