package privatecdn

import (
	"cmp"
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

// distributionID matches the ID of a distribution, or none.
var distributionID = regexp.MustCompile(`^(E[A-Z0-9]{11,}|)$`)

func (s *settled) checkOriginAccess(m *mistakes) {
	checkEnum(m, "OriginAccess", s.OriginAccess, originAccesses...)
	s.BucketOrigin.check(m, "BucketOrigin")
	m.checkText("DistributionID", "distribution ID", "use the output DistributionId, such as E2QWRUHAPOMQZL",
		distributionID.MatchString, s.DistributionID)
	m.refuse(s.OriginAccess != OAC && s.KMS, "OriginAccess", useOAC, "an OAI cannot read objects under a KMS key")
	identified := func(b Behavior) bool { return b.Access != Presigned }
	m.refuse(s.OriginAccess != OAC && s.Bucket == nil && s.shareBucket(identified) &&
		slices.Contains(regionsWithoutOAI, s.in.region), "OriginAccess", useOAC,
		"the stack is in %s, which has no OAI", s.in.region)
	s.eachBucket(identified, func(property string, bucket awss3.IBucket) { s.checkReadable(m, property, bucket) })
}

// shareBucket reports whether any of these reads the distribution's bucket.
func (s *settled) shareBucket(of func(Behavior) bool) bool {
	return slices.ContainsFunc(s.all(), func(b Behavior) bool { return of(b) && b.Origin == nil && b.Bucket == nil })
}

// eachBucket calls do for each bucket that these behaviors read and that is not
// made here, with the property that gives it.
func (s *settled) eachBucket(of func(Behavior) bool, do func(property string, bucket awss3.IBucket)) {
	given := func(property string, bucket awss3.IBucket) {
		if bucket != nil {
			do(property, bucket)
		}
	}
	for i, b := range s.given.Behaviors {
		if of(b) {
			given(s.property(i)+".Bucket", b.Bucket)
			given(s.property(i)+".BucketOrigin.Failover", or(b.BucketOrigin).Failover)
		}
	}
	if s.shareBucket(of) {
		given("Bucket", s.Bucket)
		given("BucketOrigin.Failover", s.BucketOrigin.Failover)
	}
}

const useOAC = "set OriginAccess to privatecdn.OAC"

// checkReadable refuses buckets that the distribution could not be let into.
func (s *settled) checkReadable(m *mistakes, property string, bucket awss3.IBucket) {
	var made bucketProperties
	if readProperties(bucket, &made) && made.underManagedKey() {
		m.add(property, "encrypt it with a KMS key of yours, or with S3's own keys",
			"it is under the KMS key that AWS manages, whose policy cannot let CloudFront use it")
		return
	}
	in, stack := s.in, awscdk.Stack_Of(bucket)
	account := *stack.Account()
	away := stack != in.stack && !isToken(account)
	if s.OriginAccess == OAC {
		m.refuse(away && isToken(in.account), property, "set the account in the Env of the distribution's stack",
			"it is in account %s, and its policy has to name this one, which is known at deployment only", account)
		return
	}
	m.refuse(bucket.EncryptionKey() != nil, property, useOAC, "it is under a KMS key, whose objects an OAI cannot read")
	region := *bucket.Env().Region
	m.refuse(slices.Contains(regionsWithoutOAI, region), property, useOAC, "it is in %s, which has no OAI", region)
	m.refuse(away && account != in.account, property, useOAC,
		"it is in account %s, and an OAI belongs to one account", account)
}

func (d *distribution) accessControl() awscloudfront.S3OriginAccessControl {
	if d.control == nil {
		name := stackwideName(d, 40) + "-" + d.in.region // CloudFront allows 64 characters
		d.control = awscloudfront.NewS3OriginAccessControl(d, new("AccessControl"),
			&awscloudfront.S3OriginAccessControlProps{OriginAccessControlName: &name})
	}
	return d.control
}

// identityFor returns the identity that reads a bucket, made in the bucket's
// stack: the bucket's policy names the identity and the distribution the
// bucket, so with the identity here two stacks would wait for each other.
func (d *distribution) identityFor(bucket awss3.IBucket) awscloudfront.OriginAccessIdentity {
	var scope constructs.Construct = d
	id := "Identity"
	if stack := awscdk.Stack_Of(bucket); stack != d.in.stack && !d.made(bucket) {
		scope, id = stack, *awscdk.Names_UniqueId(d)+id
	}
	identity, made := scope.Node().TryFindChild(&id).(awscloudfront.OriginAccessIdentity)
	if !made {
		identity = awscloudfront.NewOriginAccessIdentity(scope, &id,
			&awscloudfront.OriginAccessIdentityProps{Comment: &d.path})
	}
	d.identity = cmp.Or(d.identity, identity)
	// CDK grants the bucket made here by itself; others may be out of its reach.
	statement := allow(*bucket.ArnForObjects(new("*")), "s3:GetObject")
	statement.Principals = &[]awsiam.IPrincipal{identity.GrantPrincipal()}
	if !d.made(bucket) && !d.grant(bucket, statement) {
		// The output says more than CDK's own warning.
		awscdk.Annotations_Of(d).AcknowledgeWarning(
			new("@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOai"),
			new("the statement is in an output"))
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
		refers := own != nil || awscdk.Stack_Of(bucket) == d.in.stack
		statement := allowService(awsname.CloudFrontService, d.onlyThisDistribution(bucket, refers),
			*bucket.ArnForObjects(new("*")), "s3:GetObject")
		if own != nil {
			own.Document().AddStatements(awsiam.NewPolicyStatement(statement))
		} else {
			d.grant(bucket, statement)
		}
		if key := bucket.EncryptionKey(); key != nil {
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
	policy := awss3.NewBucketPolicy(d, new("Policy "+*bucket.Node().Addr()), &awss3.BucketPolicyProps{Bucket: bucket})
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
func allowService(name string, conditions map[string]any, resource string, actions ...string,
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
	added := *bucket.AddToResourcePolicy(statement).StatementAdded
	if !added {
		d.printStatement("BucketPolicyStatement", *bucket.Node().Path(), statement)
	}
	return added
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
