package bucketpolicy

import (
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

func (p Principal) isEveryone() bool { return p.Kind == "*" }

func checkPrincipal(at location, p Principal) error {
	switch {
	case p.isEveryone():
		return nil
	case strings.Contains(p.Value, "${"):
		return unsupported(at, "the policy variable in Principal %s", p.Value)
	case p.Kind == "AWS" && accountOf(p.Value) == "" && !strings.HasPrefix(p.Value, "arn:"):
		return at.Invalid("the AWS principal %s is neither an account nor an ARN", p.Value)
	case strings.ContainsAny(p.Value, "*?"):
		return at.Invalid("the principal %s contains a wildcard; only * alone is allowed", p.Value)
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
