package bucketpolicy

import (
	"slices"
	"strings"
)

// Caller is who sends a request. The zero value is an anonymous request.
type Caller struct {
	CanonicalUser string // an origin access identity's canonical user ID
	ARN           string // of an IAM user, a role session or an origin access identity
	Account       string // of an IAM principal: twelve digits
	Service       string // cloudfront.amazonaws.com, when a service asks for itself
	SourceARN     string // with Service: the resource the service acts for
	SourceAccount string // with Service: that resource's account
}

// Anonymous reports whether the request carries no identity.
func (c Caller) Anonymous() bool { return c == Caller{} }

// isEveryone reports whether the principal is everyone.
func (p Principal) isEveryone() bool { return p.Kind == "*" || p.Kind == "AWS" && p.Value == "*" }

func checkPrincipal(statement string, p Principal) error {
	switch {
	case strings.Contains(p.Value, "${"):
		return &UnsupportedError{statement, "the policy variable in Principal " + p.Value}
	case p.isEveryone():
		return nil
	case !slices.Contains([]string{"AWS", "CanonicalUser", "Service", "Federated"}, p.Kind):
		return &UnsupportedError{statement, "the principal type " + p.Kind}
	case p.Kind == "AWS" && accountOf(p.Value) == "" && !strings.HasPrefix(p.Value, "arn:"):
		return &InvalidError{statement, "the AWS principal " + p.Value + " is neither an account nor an ARN"}
	case strings.ContainsAny(p.Value, "*?"):
		return &InvalidError{statement, "the principal " + p.Value + " contains a wildcard; only * alone is allowed"}
	}
	return nil
}

// is reports whether the caller is a principal. Nobody who is federated comes to
// a bucket here.
func (c Caller) is(p Principal) bool {
	account := accountOf(p.Value)
	switch {
	case p.isEveryone():
		return true
	case p.Kind == "AWS" && account != "":
		return c.Account == account
	case p.Kind == "AWS":
		return c.ARN == p.Value
	case p.Kind == "CanonicalUser":
		return c.CanonicalUser == p.Value
	}
	return p.Kind == "Service" && c.Service == p.Value
}

// accountOf returns the account a principal of type AWS stands for as a whole:
// twelve digits, or the ARN of its root.
func accountOf(value string) string {
	if rest, found := strings.CutSuffix(value, ":root"); found {
		value = rest[strings.LastIndexByte(rest, ':')+1:]
	}
	if len(value) != 12 || strings.Trim(value, "0123456789") != "" {
		return ""
	}
	return value
}
