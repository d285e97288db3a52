package privatecdn

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/internal/awsname"
)

// grantAccessControl lets the distribution read the objects of its buckets,
// and use their KMS keys, as an origin access control does.
func (d *distribution) grantAccessControl() {
	if d.props.OriginAccess == OAI {
		return
	}
	for _, bucket := range d.readable {
		own := d.ownPolicy(bucket)
		refers := own != nil || awscdk.Stack_Of(bucket) == d.in.stack
		statement := allowService(awsname.CloudFrontService, d.onlyThisDistribution(bucket, refers),
			*bucket.ArnForObjects(new("*")), "s3:GetObject")
		if own != nil {
			own.Document().AddStatements(awsiam.NewPolicyStatement(statement))
		} else {
			d.grant(bucket, statement)
		}
		if key := d.keyOf(bucket); key != nil {
			d.grantKey(key)
		}
	}
}

// ownPolicy makes the policy of a bucket that another stack of this app makes
// without one. Here it can refer to the distribution, so that one deployment is
// enough. It returns nil for other buckets.
func (d *distribution) ownPolicy(bucket awss3.IBucket) awss3.BucketPolicy {
	stack := awscdk.Stack_Of(bucket)
	if stack == d.in.stack || d.props.DistributionID != "" || bucket.Node().DefaultChild() == nil ||
		bucket.Policy() != nil || *stack.Account() != d.in.account || *stack.Region() != d.in.region {
		return nil
	}
	policy := awss3.NewBucketPolicy(d, new("Policy "+*bucket.Node().Addr()),
		&awss3.BucketPolicyProps{Bucket: bucket})
	policy.Document().AddStatements(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Effect:     awsiam.Effect_DENY,
		Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
		Actions:    jsii.Strings("s3:*"),
		Resources:  jsii.Strings(*bucket.BucketArn(), *bucket.ArnForObjects(new("*"))),
		Conditions: &map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}},
	}))
	path := *bucket.Node().Path()
	atSynthesis(d, func(m *mistakes) {
		m.refuse(bucket.Policy() != nil, "OriginAccess",
			"add to the policy before the distribution is made, or set DistributionID",
			"the policy of %s is made here, and its own stack adds another later", path)
	})
	return policy
}

// allowService lets a service of AWS act on a resource.
func allowService(
	name string, conditions map[string]any, resource string, actions ...string,
) *awsiam.PolicyStatementProps {
	statement := allow(resource, actions...)
	statement.Principals = &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(&name, nil)}
	statement.Conditions = &conditions
	return statement
}

// onlyThisDistribution restricts a grant on a resource to this distribution,
// which a policy that cannot refer to it can only name by its ID.
func (d *distribution) onlyThisDistribution(resource constructs.IConstruct, refers bool) map[string]any {
	operator, id := "StringEquals", *d.distribution.DistributionId()
	switch {
	case d.props.DistributionID != "":
		id = d.props.DistributionID
	case !refers:
		operator, id = "ArnLike", "*"
		warn(d, "distributionId", "the policy of "+*resource.Node().Path()+" cannot refer to this distribution, "+
			"so every distribution of the account may read; set DistributionID once the distribution is deployed")
	}
	partition, account := *awscdk.Aws_PARTITION(), *awscdk.Aws_ACCOUNT_ID()
	if !refers { // there they are those of the other stack
		partition, account = *d.in.stack.Partition(), d.in.account
	}
	arn := fmt.Sprintf("arn:%s:cloudfront::%s:distribution/%s", partition, account, id)
	return map[string]any{operator: map[string]any{"AWS:SourceArn": arn}}
}

// grant adds a statement to a bucket's policy. If CDK cannot change that, the
// statement becomes an output for the bucket's owner, and grant returns false.
func (d *distribution) grant(bucket awss3.IBucket, props *awsiam.PolicyStatementProps) bool {
	statement := awsiam.NewPolicyStatement(props)
	if *bucket.AddToResourcePolicy(statement).StatementAdded {
		return true
	}
	d.printStatement("BucketPolicyStatement", *bucket.Node().Path(), statement)
	return false
}

// grantKey lets the distribution use a key. The policy is part of the key, so
// that the key of a bucket of this stack cannot refer to the distribution, which
// refers to the bucket; the bucket made here names its key by an alias instead.
func (d *distribution) grantKey(key awskms.IKey) {
	only := d.onlyThisDistribution(key, d.key == key && awscdk.Stack_Of(key) == d.in.stack)
	statement := awsiam.NewPolicyStatement(allowService(awsname.CloudFrontService, only,
		"*", "kms:Decrypt")) // the key whose policy this is
	if !*key.AddToResourcePolicy(statement, new(true)).StatementAdded {
		d.printStatement("KeyPolicyStatement", *key.Node().Path(), statement)
	}
}

// printStatement makes an output of a statement for its resource's owner to add.
func (d *distribution) printStatement(name, path string, statement awsiam.PolicyStatement) {
	d.statements++
	if d.statements > 1 {
		name += fmt.Sprint(d.statements)
	}
	body := plain(statement.ToStatementJson())
	awscdk.NewCfnOutput(d, new(name), &awscdk.CfnOutputProps{
		Description: new("Add this statement to the policy of " + path),
		Value:       d.in.stack.ToJsonString(body, nil),
	})
	warn(d, name,
		"CDK cannot change the policy of "+path+", which is not made in this app; its owner has to add the statement "+
			"that the output "+name+" has once deployed: "+string(resolved(d.in.stack, body)))
}
