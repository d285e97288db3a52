package privatecdn

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// grantIdentity lets an origin access identity read the bucket's objects, and
// reports whether CDK could say so in the bucket's policy.
func (d *distribution) grantIdentity(bucket awss3.IBucket, identity awscloudfront.OriginAccessIdentity) bool {
	return d.grant(bucket, awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{identity.GrantPrincipal()},
		Actions:    jsii.Strings("s3:GetObject"),
		Resources:  jsii.Strings(*bucket.ArnForObjects(jsii.String("*"))),
	}))
}

// grantAccessControl lets the distribution read the objects of its buckets,
// and use the KMS keys they are under, as an origin access control does.
func (d *distribution) grantAccessControl() {
	if d.props.OriginAccess == OAI {
		return
	}
	for _, s := range d.sources {
		if s.anonymous {
			continue
		}
		d.grant(s.bucket, awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: cloudFront(),
			Actions:    jsii.Strings("s3:GetObject"),
			Resources:  jsii.Strings(*s.bucket.ArnForObjects(jsii.String("*"))),
			Conditions: d.onlyThisDistribution(s.bucket),
		}))
		if key := d.keyOf(s.bucket); key != nil {
			d.grantKey(key)
		}
	}
}

func cloudFront() *[]awsiam.IPrincipal {
	return &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudfront.amazonaws.com"), nil)}
}

// onlyThisDistribution holds a grant on a resource to this distribution. From
// a resource of another stack it can only be named by its ID.
func (d *distribution) onlyThisDistribution(resource constructs.IConstruct) *map[string]any {
	operator, id := "StringEquals", *d.distribution.DistributionId()
	switch {
	case d.props.DistributionID != "":
		id = d.props.DistributionID
	case d.stack != awscdk.Stack_Of(resource):
		operator, id = "ArnLike", "*"
		awscdk.Annotations_Of(d).AddWarningV2(jsii.String("privatecdn:distributionId"), jsii.String(
			*resource.Node().Path()+" is in another stack, so every distribution of the account may read it; "+
				"set DistributionID once the distribution is deployed"))
	}
	arn := fmt.Sprintf("arn:%s:cloudfront::%s:distribution/%s", *awscdk.Aws_PARTITION(), *awscdk.Aws_ACCOUNT_ID(), id)
	return &map[string]any{operator: map[string]any{"AWS:SourceArn": arn}}
}

// grant adds a statement to a bucket's policy. For a bucket that CDK does not
// own, it becomes an output for the one who does, and grant returns false.
func (d *distribution) grant(bucket awss3.IBucket, statement awsiam.PolicyStatement) bool {
	if *bucket.AddToResourcePolicy(statement).StatementAdded {
		return true
	}
	d.printStatement("BucketPolicyStatement", *bucket.Node().Path(), statement)
	return false
}

func (d *distribution) grantKey(key awskms.IKey) {
	statement := awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: cloudFront(),
		Actions:    jsii.Strings("kms:Decrypt"),
		Resources:  jsii.Strings("*"), // the key whose policy this is
		Conditions: d.onlyThisDistribution(key),
	})
	if !*key.AddToResourcePolicy(statement, jsii.Bool(true)).StatementAdded {
		d.printStatement("KeyPolicyStatement", *key.Node().Path(), statement)
	}
}

// printStatement makes an output of a statement that its resource's owner has
// to add.
func (d *distribution) printStatement(name, path string, statement awsiam.PolicyStatement) {
	d.statements++
	if d.statements > 1 {
		name += fmt.Sprint(d.statements)
	}
	body := plain(statement.ToStatementJson())
	awscdk.NewCfnOutput(d, jsii.String(name), &awscdk.CfnOutputProps{
		Description: jsii.String("Add this statement to the policy of " + path),
		Value:       d.stack.ToJsonString(body, nil),
	})
	text, err := json.Marshal(plain(d.stack.Resolve(body)))
	if err != nil {
		text = []byte("(see the output)")
	}
	awscdk.Annotations_Of(d).AddWarningV2(jsii.String("privatecdn:"+name), jsii.String(
		"CDK cannot change the policy of "+path+", which is not made in this app; its owner has to add the statement "+
			"that the output "+name+" gives once deployed: "+string(text)))
}

// plain takes off the wrapping in which jsii hands back a map that came from Go
// inside another.
func plain(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	if inner, wrapped := m["$jsii.map"]; wrapped {
		return plain(inner)
	}
	for k := range m {
		m[k] = plain(m[k])
	}
	return m
}
