package privatecdn

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// acknowledge notes on the distribution which of the AwsSolutions rules it does
// not meet, and which property would change that. It is metadata, so that this package need
// not depend on cdk-nag.
// https://github.com/cdklabs/cdk-nag/blob/main/RULES.md
func (d *distribution) acknowledge() {
	var list []any
	add := func(left bool, id, reason string) {
		if left {
			list = append(list, map[string]any{"id": id, "reason": reason})
		}
	}
	v := &d.props.Viewer
	add(len(v.AllowCountries)+len(v.DenyCountries) == 0, "AwsSolutions-CFR1",
		"Signatures say who may read, not countries; Viewer.AllowCountries and DenyCountries restrict those")
	add(v.WebACLID == "", "AwsSolutions-CFR2",
		"Objects are read from a bucket, no application is behind this; Viewer.WebACLID puts AWS WAF before it")
	add(!d.logsToBucket(), "AwsSolutions-CFR3",
		"Standard logs v2 are a delivery of their own, which the rule does not know, or CloudFront writes no logs")
	add(v.Certificate == nil, "AwsSolutions-CFR4",
		"On a cloudfront.net host CloudFront alone sets the TLS policy; "+
			"Viewer.Certificate brings TLS 1.2 and newer only")
	add(d.identity != nil, "AwsSolutions-CFR7",
		"An origin access identity may read objects and nothing else; OriginAccess OAC is the newer way")
	add(d.identity == nil && d.anonymous, "AwsSolutions-CFR7",
		"S3 checks a presigned behavior's signature itself, and refuses a request that carries a second one")
	if len(list) > 0 {
		child := d.distribution.Node().DefaultChild().(awscdk.CfnResource)
		child.AddMetadata(jsii.String("cdk_nag"), map[string]any{"rules_to_suppress": list})
	}
}
