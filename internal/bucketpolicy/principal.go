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

// principal is one principal of a statement.
type principal struct {
	everyone bool
	kind     string
	value    string
	account  string // an AWS principal that names a whole account
}

func compilePrincipal(statement string, source Principal) (principal, error) {
	p := principal{kind: source.Kind, value: source.Value}
	if strings.Contains(source.Value, "${") {
		return p, &UnsupportedError{statement, "the policy variable in Principal " + source.Value}
	}
	switch source.Kind {
	case "*":
		p.everyone = true
	case "AWS":
		p.everyone = source.Value == "*"
		p.account = accountOf(source.Value)
		if !p.everyone && p.account == "" && !strings.HasPrefix(source.Value, "arn:") {
			return p, &InvalidError{statement, "the AWS principal " + source.Value + " is neither an account nor an ARN"}
		}
	case "CanonicalUser", "Service", "Federated":
	default:
		return p, &UnsupportedError{statement, "the principal type " + source.Kind}
	}
	if !p.everyone && strings.ContainsAny(p.value, "*?") {
		return p, &InvalidError{statement, "the principal " + p.value + " holds a wildcard; only * alone is allowed"}
	}
	return p, nil
}

func (p principal) matches(who Caller) bool {
	switch {
	case p.everyone:
		return true
	case p.account != "":
		return who.Account == p.account
	case p.kind == "AWS":
		return who.ARN == p.value
	case p.kind == "CanonicalUser":
		return who.CanonicalUser == p.value
	case p.kind == "Service":
		return who.Service == p.value
	default:
		return false // no federated request reaches a bucket here
	}
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
