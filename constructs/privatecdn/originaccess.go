package privatecdn

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/internal/awsname"
)

// OriginAccess says how the distribution authenticates to a bucket.
type OriginAccess string

// The kinds of origin access. The zero OriginAccess is OAI. All of them grant
// s3:GetObject on the objects of the bucket and nothing else.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
const (
	// OAI is an origin access identity. It cannot read objects under a KMS key
	// and does not exist for buckets in Regions opened since December 2022.
	OAI OriginAccess = "OAI"
	// OAIToOAC reads as an OAI does and already lets the OAC in: the deployment
	// between OAI and OAC, after which no edge location is refused.
	OAIToOAC OriginAccess = "OAIToOAC"
	// OAC is origin access control, which AWS recommends.
	OAC OriginAccess = "OAC"
)

var originAccesses = []OriginAccess{OAI, OAIToOAC, OAC}

// regionsWithoutOAI are those opened since December 2022.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
var regionsWithoutOAI = []string{
	"ap-east-2", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
	"ca-west-1", "il-central-1", "mx-central-1",
}

// distributionID matches the ID of a distribution.
var distributionID = regexp.MustCompile(`^E[A-Z0-9]{11,}$`)

func (s *settled) checkOriginAccess(m *mistakes, in place) {
	checkEnum(m, "OriginAccess", s.OriginAccess, originAccesses...)
	s.BucketOrigin.check(m, "BucketOrigin")
	if id := s.DistributionID; id != "" && !isToken(id) && !distributionID.MatchString(id) {
		m.add("DistributionID", "use the output DistributionId, such as E2QWRUHAPOMQZL",
			"%q is not a valid distribution ID", id)
	}
	if s.OriginAccess != OAC && s.KMS {
		m.add("OriginAccess", "use privatecdn.OAC", "an OAI cannot read objects under a KMS key")
	}
	if slices.ContainsFunc(s.all(), func(b Behavior) bool {
		return b.Access != Presigned && b.Origin == nil && b.Bucket == nil
	}) {
		if s.OriginAccess != OAC && s.Bucket == nil && slices.Contains(regionsWithoutOAI, in.region) {
			m.add("OriginAccess", "use privatecdn.OAC", "the stack is in %s, which has no OAI", in.region)
		}
		s.checkReadable(m, "Bucket", s.Bucket, in)
		s.checkReadable(m, "BucketOrigin.Failover", s.BucketOrigin.Failover, in)
	}
	for i, b := range s.Behaviors {
		if b.Access != Presigned {
			s.checkReadable(m, property(i)+".Bucket", b.Bucket, in)
			s.checkReadable(m, property(i)+".BucketOrigin.Failover", or(b.BucketOrigin).Failover, in)
		}
	}
}

// checkReadable refuses buckets that the distribution could not be let into.
func (s *settled) checkReadable(m *mistakes, property string, bucket awss3.IBucket, in place) {
	if bucket == nil {
		return
	}
	var made bucketProperties
	if readProperties(bucket, &made) && made.underManagedKey() {
		m.add(property, "encrypt it with a KMS key of yours, or with S3's own keys",
			"it is under the KMS key that AWS manages, whose policy cannot let CloudFront use it")
		return
	}
	stack := awscdk.Stack_Of(bucket)
	away := stack != in.stack && !isToken(*stack.Account())
	if s.OriginAccess == OAC {
		if away && isToken(in.account) {
			m.add(property, "set the account in the Env of the distribution's stack",
				"it is in account %s, and its policy has to name this one, which is known at deployment only",
				*stack.Account())
		}
		return
	}
	if bucket.EncryptionKey() != nil {
		m.add(property, "set OriginAccess to privatecdn.OAC",
			"it is under a KMS key, whose objects an OAI cannot read")
	}
	if region := *bucket.Env().Region; slices.Contains(regionsWithoutOAI, region) {
		m.add(property, "set OriginAccess to privatecdn.OAC", "it is in %s, which has no OAI", region)
	}
	if away && *stack.Account() != in.account {
		m.add(property, "set OriginAccess to privatecdn.OAC",
			"it is in account %s, and an OAI is of one account alone", *stack.Account())
	}
}

func (d *distribution) accessControl() awscloudfront.S3OriginAccessControl {
	if d.control == nil {
		// CloudFront allows 64 characters here.
		d.control = awscloudfront.NewS3OriginAccessControl(d, jsii.String("AccessControl"),
			&awscloudfront.S3OriginAccessControlProps{
				OriginAccessControlName: jsii.String(stackwideName(d, 40) + "-" + d.in.region),
			})
	}
	return d.control
}

// identityFor returns the identity that reads a bucket, made in the bucket's
// stack: the bucket's policy names the identity and the distribution the
// bucket, so with the identity here two stacks would wait for each other.
func (d *distribution) identityFor(bucket awss3.IBucket) awscloudfront.OriginAccessIdentity {
	var scope constructs.Construct = d
	id, path := "Identity", d.path
	stack := d.in.stack
	if !d.made(bucket) {
		stack = awscdk.Stack_Of(bucket)
	}
	if stack != d.in.stack {
		scope, path = stack, *stack.Node().Path()
		id = *awscdk.Names_UniqueId(d) + id
	}
	identity, ok := d.identities[path]
	if !ok {
		identity = awscloudfront.NewOriginAccessIdentity(scope, jsii.String(id),
			&awscloudfront.OriginAccessIdentityProps{
				Comment: &d.path,
			})
		d.identities[path] = identity
	}
	if d.identity == nil {
		d.identity = identity
	}
	// CDK grants the bucket made here by itself; others may be out of its reach.
	if !d.made(bucket) && !d.grant(bucket, &awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{identity.GrantPrincipal()},
		Actions:    jsii.Strings("s3:GetObject"),
		Resources:  jsii.Strings(*bucket.ArnForObjects(jsii.String("*"))),
	}) {
		// The output says more than CDK's own warning.
		awscdk.Annotations_Of(d).AcknowledgeWarning(
			jsii.String("@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOai"),
			jsii.String("the statement is in an output"))
	}
	return identity
}

// grantAccessControl lets the distribution read the objects of its buckets,
// and use their KMS keys, as an origin access control does.
func (d *distribution) grantAccessControl() {
	if d.props.OriginAccess == OAI {
		return
	}
	for _, bucket := range d.readable {
		own := d.ownPolicy(bucket)
		statement := &awsiam.PolicyStatementProps{
			Principals: service(awsname.CloudFrontService),
			Actions:    jsii.Strings("s3:GetObject"),
			Resources:  jsii.Strings(*bucket.ArnForObjects(jsii.String("*"))),
			Conditions: d.onlyThisDistribution(bucket, own != nil || awscdk.Stack_Of(bucket) == d.in.stack),
		}
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
		bucket.Policy() != nil ||
		*stack.Account() != d.in.account || *stack.Region() != d.in.region {
		return nil
	}
	policy := awss3.NewBucketPolicy(d, jsii.String("Policy "+*bucket.Node().Addr()),
		&awss3.BucketPolicyProps{Bucket: bucket})
	policy.Document().AddStatements(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Effect:     awsiam.Effect_DENY,
		Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
		Actions:    jsii.Strings("s3:*"),
		Resources:  jsii.Strings(*bucket.BucketArn(), *bucket.ArnForObjects(jsii.String("*"))),
		Conditions: &map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}},
	}))
	path := *bucket.Node().Path()
	atSynthesis(d, func() (found mistakes) {
		if bucket.Policy() != nil {
			found.add("OriginAccess", "add to the policy before the distribution is made, or set DistributionID",
				"the policy of %s is made here, and its own stack adds another later", path)
		}
		return found
	})
	return policy
}

func service(name string) *[]awsiam.IPrincipal {
	return &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String(name), nil)}
}

// onlyThisDistribution restricts a grant on a resource to this distribution,
// which a policy that cannot refer to it can only name by its ID.
func (d *distribution) onlyThisDistribution(resource constructs.IConstruct, refers bool) *map[string]any {
	operator, id := "StringEquals", *d.distribution.DistributionId()
	switch {
	case d.props.DistributionID != "":
		id = d.props.DistributionID
	case !refers:
		operator, id = "ArnLike", "*"
		d.warn("distributionId", "the policy of "+*resource.Node().Path()+" cannot refer to this distribution, "+
			"so every distribution of the account may read; set DistributionID once the distribution is deployed")
	}
	partition, account := *awscdk.Aws_PARTITION(), *awscdk.Aws_ACCOUNT_ID()
	if !refers { // there they are those of the other stack
		partition, account = *d.in.stack.Partition(), d.in.account
	}
	arn := fmt.Sprintf("arn:%s:cloudfront::%s:distribution/%s", partition, account, id)
	return &map[string]any{operator: map[string]any{"AWS:SourceArn": arn}}
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
	statement := awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: service(awsname.CloudFrontService),
		Actions:    jsii.Strings("kms:Decrypt"),
		Resources:  jsii.Strings("*"), // the key whose policy this is
		Conditions: d.onlyThisDistribution(key, d.key == key && awscdk.Stack_Of(key) == d.in.stack),
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
		Value:       d.in.stack.ToJsonString(body, nil),
	})
	d.warn(name,
		"CDK cannot change the policy of "+path+", which is not made in this app; its owner has to add the statement "+
			"that the output "+name+" has once deployed: "+d.text(body))
}

// text returns a statement as JSON, with what is known at deployment only as
// CloudFormation has it.
func (d *distribution) text(statement any) string {
	text, err := json.Marshal(plain(d.in.stack.Resolve(statement)))
	if err != nil {
		return "(see the output)"
	}
	return string(text)
}

// plain removes the wrapping in which jsii returns a map that came from Go
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
