// Package bucketpolicy evaluates an S3 bucket policy the way IAM evaluates a
// resource-based policy: an explicit deny wins, then an allow, and without
// either the answer is an implicit deny. What it cannot evaluate faithfully
// (an operator, a condition key, a policy variable) it refuses when the policy
// is compiled, by name.
//
// Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy
// elements reference"; S3 User Guide, "Bucket policies".
package bucketpolicy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/pathpattern"
)

// Decision is what a policy says of a request.
type Decision string

// The decisions.
const (
	ImplicitDeny Decision = "implicit deny" // no statement speaks of the request
	Allow        Decision = "allow"         // a statement allows it and none denies it
	ExplicitDeny Decision = "explicit deny" // a statement denies it, whatever else allows it
)

// Lookup returns the values of a condition key of the request, whose name is
// given in lower case, and false where the request does not have the key.
type Lookup func(key string) ([]string, bool)

// Request is what a policy is asked about.
type Request struct {
	Principal Caller
	Action    string // s3:GetObject
	Resource  string // the ARN of a bucket or an object
	Lookup    Lookup // nil: a request with no condition keys
}

// Policy is a compiled bucket policy. Its methods may be called concurrently.
type Policy struct {
	statements []statement
	public     string // name of a statement that makes the policy public
}

// Compile prepares a bucket policy's statements. Its error names the statement
// and is cloudformation.ErrUnsupported for what this package does not evaluate,
// cloudformation.ErrInvalid for what S3 itself would refuse.
func Compile(statements []Statement) (*Policy, error) {
	p := &Policy{}
	for i, source := range statements {
		s, err := compileStatement(cmp.Or(source.SID, fmt.Sprintf("statement %d", i+1)), source)
		if err != nil {
			return nil, err
		}
		p.statements = append(p.statements, s)
		if p.public == "" && s.public() {
			p.public = s.name
		}
	}
	return p, nil
}

// Evaluate says whether the policy allows a request.
func (p *Policy) Evaluate(r Request) Decision {
	if r.Lookup == nil {
		r.Lookup = func(string) ([]string, bool) { return nil, false }
	}
	decision := ImplicitDeny
	for i := range p.statements {
		s := &p.statements[i]
		if !s.applies(&r) {
			continue
		}
		if s.Effect == "Deny" {
			return ExplicitDeny
		}
		decision = Allow
	}
	return decision
}

// Public reports whether S3 regards the policy as public, and names the first
// statement that makes it so.
func (p *Policy) Public() (statement string, public bool) { return p.public, p.public != "" }

type statement struct {
	Statement  // with its actions in lower case
	name       string
	conditions []condition
}

func compileStatement(name string, source Statement) (statement, error) {
	s := statement{Statement: source, name: name}
	at := location{Stack: &cloudformation.Stack{Name: "bucket policy, " + name}}
	s.Actions = nil
	for _, a := range source.Actions {
		s.Actions = append(s.Actions, strings.ToLower(a))
	}
	for _, p := range source.Principals {
		if err := checkPrincipal(at, p); err != nil {
			return s, err
		}
	}
	for _, r := range s.Resources {
		if strings.Contains(r, "${") {
			return s, unsupported(at, "the policy variable in Resource %s", r)
		}
	}
	for _, c := range source.Conditions {
		compiled, err := compileCondition(at, c)
		if err != nil {
			return s, err
		}
		s.conditions = append(s.conditions, compiled)
	}
	return s, nil
}

func unsupported(at location, what string, values ...any) error {
	return at.Unsupported("remove it, or test this policy against S3", what+" is not supported", values...)
}

// applies reports whether every element of the statement matches the request.
func (s *statement) applies(r *Request) bool {
	action := strings.ToLower(r.Action)
	return slices.ContainsFunc(s.Principals, r.Principal.is) != s.NotPrincipal &&
		slices.ContainsFunc(s.Actions, func(a string) bool { return pathpattern.Glob(a, action) }) != s.NotAction &&
		slices.ContainsFunc(s.Resources, func(p string) bool { return pathpattern.Glob(p, r.Resource) }) != s.NotResource &&
		!slices.ContainsFunc(s.conditions, func(c condition) bool { return !c.holds(r.Lookup) })
}
