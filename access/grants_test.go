package access_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/privatecdn/access"
	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/infra"
)

const (
	bucketARN = "arn:aws:s3:::b"
	ours      = "arn:aws:cloudfront::123456789012:distribution/E1"
	another   = "arn:aws:cloudfront::999999999999:distribution/E2"
)

// Whatever random bucket policies let anyone read that they did not let before,
// by the evaluator the local bucket uses, is found.
func TestGrantsAgreeWithTheBucket(t *testing.T) {
	t.Parallel()
	requests := readRequests()
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 2))
		old, new := withPolicy(randomPolicy(r)), withPolicy(randomPolicy(r))
		before, err := bucketpolicy.Compile(old.Buckets[0].Policy)
		if err != nil {
			t.Fatal(err)
		}
		after, err := bucketpolicy.Compile(new.Buckets[0].Policy)
		if err != nil {
			t.Fatal(err)
		}
		found := len(diff(old, new)) > 0
		for _, q := range requests {
			if !allows(before, q) && allows(after, q) && !found {
				t.Fatalf("seed %d: nothing says that %+v may do %s on %s\nold %+v\nnew %+v", seed, q.Principal, q.Action,
					q.Resource,
					old.Buckets[0].Policy, new.Buckets[0].Policy)
			}
		}
		if widened(diff(old, old)) {
			t.Fatalf("seed %d: a policy widens itself", seed)
		}
	}
}

// allows takes the two ways in which the template's own distribution may ask,
// by identity and by access control, for one.
func allows(p *bucketpolicy.Policy, q bucketpolicy.Request) bool {
	if q.Principal.CanonicalUser == "ouruser" && p.Evaluate(q) != bucketpolicy.Allow {
		q.Principal = bucketpolicy.Caller{Service: "cloudfront.amazonaws.com", SourceARN: ours}
		lookup := q.Lookup
		q.Lookup = func(key string) ([]string, bool) {
			if key == "aws:sourcearn" {
				return []string{ours}, true
			}
			return lookup(key)
		}
	} else if q.Principal.SourceARN == ours && p.Evaluate(q) != bucketpolicy.Allow {
		q.Principal = bucketpolicy.Caller{CanonicalUser: "ouruser"}
	}
	return p.Evaluate(q) == bucketpolicy.Allow
}

func withPolicy(policy []bucketpolicy.Statement) *infra.Template {
	bucket := &infra.Bucket{LogicalID: "B", Name: "b", ARN: bucketARN, Policy: policy}
	origin := &infra.Origin{Bucket: bucket, OAI: &infra.OAI{ID: "E0", CanonicalUserID: "ouruser"}}
	control := &infra.Origin{Bucket: bucket, OAC: &infra.OAC{Type: "s3", Behavior: "always"}}
	d := &infra.Distribution{LogicalID: "D", ARN: ours, Behaviors: []*infra.Behavior{
		{PathPattern: "control/*", Origin: control}, {PathPattern: "*", Origin: origin}}}
	return &infra.Template{Distributions: []*infra.Distribution{d}, Buckets: []*infra.Bucket{bucket}}
}

func randomPolicy(r *rand.Rand) []bucketpolicy.Statement {
	var policy []bucketpolicy.Statement
	for range r.IntN(4) {
		s := bucketpolicy.Statement{
			Effect:    pick(r, "Allow", "Allow", "Deny"),
			Actions:   []string{pick(r, "s3:GetObject", "s3:Get*", "s3:*", "s3:ListBucket", "s3:PutObject")},
			Resources: []string{pick(r, bucketARN, bucketARN+"/*", bucketARN+"/secret/*", "*")},
			Principals: []bucketpolicy.Principal{pick(r,
				bucketpolicy.Principal{Kind: "*", Value: "*"},
				bucketpolicy.Principal{Kind: "CanonicalUser", Value: "ouruser"},
				bucketpolicy.Principal{Kind: "CanonicalUser", Value: "anotheruser"},
				bucketpolicy.Principal{Kind: "Service", Value: "cloudfront.amazonaws.com"},
				bucketpolicy.Principal{Kind: "AWS", Value: "arn:aws:iam::999999999999:root"},
				bucketpolicy.Principal{Kind: "AWS", Value: "arn:aws:iam::123456789012:role/r"})},
			NotPrincipal: r.IntN(12) == 0, NotAction: r.IntN(12) == 0, NotResource: r.IntN(12) == 0,
		}
		if r.IntN(2) == 0 {
			s.Conditions = []bucketpolicy.Condition{pick(r,
				bucketpolicy.Condition{Operator: "Bool", Key: "aws:SecureTransport", Values: []string{"false"}},
				bucketpolicy.Condition{Operator: "Bool", Key: "aws:SecureTransport", Values: []string{"true"}},
				bucketpolicy.Condition{Operator: "StringEquals", Key: "AWS:SourceArn", Values: []string{ours}},
				bucketpolicy.Condition{Operator: "StringEquals", Key: "aws:SourceArn", Values: []string{ours, another}},
				bucketpolicy.Condition{Operator: "StringNotEquals", Key: "aws:SourceArn", Values: []string{ours}},
				bucketpolicy.Condition{Operator: "ArnLike", Key: "aws:SourceArn",
					Values: []string{"arn:aws:cloudfront::*:distribution/*"}})}
		}
		policy = append(policy, s)
	}
	return policy
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func readRequests() []bucketpolicy.Request {
	var all []bucketpolicy.Request
	for _, who := range []bucketpolicy.Caller{
		{},
		{CanonicalUser: "ouruser"},
		{CanonicalUser: "anotheruser"},
		{Service: "cloudfront.amazonaws.com", SourceARN: ours},
		{Service: "cloudfront.amazonaws.com", SourceARN: another},
		{ARN: "arn:aws:iam::999999999999:role/x", Account: "999999999999"},
		{ARN: "arn:aws:iam::123456789012:role/r", Account: "123456789012"},
	} {
		for _, tls := range []string{"true", "false"} {
			lookup := func(key string) ([]string, bool) {
				switch {
				case key == "aws:securetransport":
					return []string{tls}, true
				case key == "aws:sourcearn" && who.SourceARN != "":
					return []string{who.SourceARN}, true
				}
				return nil, false
			}
			all = append(all,
				bucketpolicy.Request{Principal: who, Action: "s3:ListBucket", Resource: bucketARN, Lookup: lookup},
				bucketpolicy.Request{Principal: who, Action: "s3:GetObject", Resource: bucketARN + "/a", Lookup: lookup},
				bucketpolicy.Request{Principal: who, Action: "s3:GetObject", Resource: bucketARN + "/secret/a", Lookup: lookup})
		}
	}
	return all
}

func diff(old, now *infra.Template) []access.Finding {
	return access.Diff(access.NewTemplate(old), access.NewTemplate(now))
}

func widened(findings []access.Finding) bool {
	return slices.ContainsFunc(findings, func(f access.Finding) bool { return f.Severity == access.Widening })
}
