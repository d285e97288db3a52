package access_test

import (
	"math/rand/v2"
	"testing"

	"example.com/privatecdn/access"
	"example.com/privatecdn/internal/s3/bucketpolicy"
	"example.com/privatecdn/internal/template"
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
		found := len(access.Diff(old, new)) > 0
		for _, q := range requests {
			if !allows(before, q) && allows(after, q) && !found {
				t.Fatalf("seed %d: nothing says that %+v may do %s on %s\nold %+v\nnew %+v", seed, q.Principal, q.Action, q.Resource,
					old.Buckets[0].Policy, new.Buckets[0].Policy)
			}
		}
		if access.Widened(access.Diff(old, old)) {
			t.Fatalf("seed %d: a policy widens itself", seed)
		}
	}
}

// allows takes the two ways in which the template's own distribution may ask,
// by identity and by access control, for one.
func allows(p *bucketpolicy.Policy, q bucketpolicy.Request) bool {
	if q.Principal.CanonicalUser == "ouruser" && p.Evaluate(q) != bucketpolicy.Allow {
		q.Principal = bucketpolicy.Principal{Service: "cloudfront.amazonaws.com", SourceARN: ours}
		lookup := q.Lookup
		q.Lookup = func(key string) ([]string, bool) {
			if key == "aws:sourcearn" {
				return []string{ours}, true
			}
			return lookup(key)
		}
	} else if q.Principal.SourceARN == ours && p.Evaluate(q) != bucketpolicy.Allow {
		q.Principal = bucketpolicy.Principal{CanonicalUser: "ouruser"}
	}
	return p.Evaluate(q) == bucketpolicy.Allow
}

func withPolicy(policy []template.Statement) *template.Infrastructure {
	bucket := &template.Bucket{LogicalID: "B", Name: "b", ARN: bucketARN, Policy: policy}
	origin := &template.Origin{Bucket: bucket, OAI: &template.OAI{ID: "E0", CanonicalUserID: "ouruser"}}
	d := &template.Distribution{LogicalID: "D", ARN: ours, Behaviors: []*template.Behavior{{PathPattern: "*", Origin: origin}}}
	return &template.Infrastructure{Distributions: []*template.Distribution{d}, Buckets: []*template.Bucket{bucket}}
}

func randomPolicy(r *rand.Rand) []template.Statement {
	var policy []template.Statement
	for range r.IntN(4) {
		s := template.Statement{
			Effect:    pick(r, "Allow", "Allow", "Deny"),
			Actions:   []string{pick(r, "s3:GetObject", "s3:Get*", "s3:*", "s3:ListBucket", "s3:PutObject")},
			Resources: []string{pick(r, bucketARN, bucketARN+"/*", bucketARN+"/secret/*", "*")},
			Principals: []template.Principal{pick(r,
				template.Principal{Kind: "*", Value: "*"},
				template.Principal{Kind: "CanonicalUser", Value: "ouruser"},
				template.Principal{Kind: "CanonicalUser", Value: "anotheruser"},
				template.Principal{Kind: "Service", Value: "cloudfront.amazonaws.com"},
				template.Principal{Kind: "AWS", Value: "arn:aws:iam::999999999999:root"},
				template.Principal{Kind: "AWS", Value: "arn:aws:iam::123456789012:role/r"})},
			NotPrincipal: r.IntN(12) == 0, NotAction: r.IntN(12) == 0, NotResource: r.IntN(12) == 0,
		}
		if r.IntN(2) == 0 {
			s.Conditions = []template.Condition{pick(r,
				template.Condition{Operator: "Bool", Key: "aws:SecureTransport", Values: []string{"false"}},
				template.Condition{Operator: "Bool", Key: "aws:SecureTransport", Values: []string{"true"}},
				template.Condition{Operator: "StringEquals", Key: "AWS:SourceArn", Values: []string{ours}},
				template.Condition{Operator: "StringEquals", Key: "aws:SourceArn", Values: []string{ours, another}},
				template.Condition{Operator: "StringNotEquals", Key: "aws:SourceArn", Values: []string{ours}},
				template.Condition{Operator: "ArnLike", Key: "aws:SourceArn", Values: []string{"arn:aws:cloudfront::*:distribution/*"}})}
		}
		policy = append(policy, s)
	}
	return policy
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func readRequests() []bucketpolicy.Request {
	var all []bucketpolicy.Request
	for _, who := range []bucketpolicy.Principal{
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
