package policy

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/cloudfront/sign"
)

// FromSDK converts a policy of the AWS SDK's signer. The SDK accepts what
// CloudFront refuses, so the policy is validated; more
// statements than one, or none, are ErrStatements. An address alone becomes a
// range of one, /32, as CloudFront's guide writes it.
func FromSDK(p *sign.Policy) (Policy, error) {
	if p == nil || len(p.Statements) != 1 {
		return Policy{}, refuse(ErrStatements, "")
	}
	statement := p.Statements[0]
	converted := Policy{Resource: statement.Resource}
	condition := statement.Condition
	if condition.DateLessThan != nil {
		converted.Until = condition.DateLessThan.Time
	}
	if condition.DateGreaterThan != nil {
		converted.From = condition.DateGreaterThan.Time
	}
	var err error
	if condition.IPAddress != nil {
		converted.IP, err = ParseIP(condition.IPAddress.SourceIP)
	}
	return converted, cmp.Or(err, converted.Validate())
}

// SDK returns the policy as the AWS SDK's signer accepts it, which cannot write
// \? and so gets ?.
func (p Policy) SDK() *sign.Policy {
	statement := sign.Statement{
		Resource:  strings.ReplaceAll(p.Resource, `\?`, "?"),
		Condition: sign.Condition{DateLessThan: sign.NewAWSEpochTime(p.Until)},
	}
	if !p.From.IsZero() {
		statement.Condition.DateGreaterThan = sign.NewAWSEpochTime(p.From)
	}
	if p.IP.IsValid() {
		statement.Condition.IPAddress = &sign.IPAddress{SourceIP: p.IP.String()}
	}
	return &sign.Policy{Statements: []sign.Statement{statement}}
}
