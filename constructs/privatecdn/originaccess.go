package privatecdn

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
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

func (s *settled) checkOriginAccess(m *mistakes, in place) {
	checkEnum(m, "OriginAccess", s.OriginAccess, originAccesses...)
	s.BucketOrigin.check(m, "BucketOrigin")
	m.checkText("DistributionID", "distribution ID", "use the output DistributionId, such as E2QWRUHAPOMQZL",
		distributionID.MatchString, s.DistributionID)
	m.refuse(s.OriginAccess != OAC && s.KMS, "OriginAccess", useOAC, "an OAI cannot read objects under a KMS key")
	identified := func(b Behavior) bool { return b.Access != Presigned }
	m.refuse(s.OriginAccess != OAC && s.Bucket == nil && s.shareBucket(identified) &&
		slices.Contains(regionsWithoutOAI, in.region), "OriginAccess", useOAC,
		"the stack is in %s, which has no OAI", in.region)
	s.eachBucket(identified, func(property string, bucket awss3.IBucket) { s.checkReadable(m, property, bucket, in) })
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
func (s *settled) checkReadable(m *mistakes, property string, bucket awss3.IBucket, in place) {
	var made bucketProperties
	if readProperties(bucket, &made) && made.underManagedKey() {
		m.add(property, "encrypt it with a KMS key of yours, or with S3's own keys",
			"it is under the KMS key that AWS manages, whose policy cannot let CloudFront use it")
		return
	}
	stack := awscdk.Stack_Of(bucket)
	account := *stack.Account()
	away := stack != in.stack && !isToken(account)
	if s.OriginAccess == OAC {
		m.refuse(away && isToken(in.account), property, "set the account in the Env of the distribution's stack",
			"it is in account %s, and its policy has to name this one, which is known at deployment only", account)
		return
	}
	m.refuse(bucket.EncryptionKey() != nil, property, useOAC,
		"it is under a KMS key, whose objects an OAI cannot read")
	region := *bucket.Env().Region
	m.refuse(slices.Contains(regionsWithoutOAI, region), property, useOAC, "it is in %s, which has no OAI", region)
	m.refuse(away && account != in.account, property, useOAC,
		"it is in account %s, and an OAI belongs to one account", account)
}

func (d *distribution) accessControl() awscloudfront.S3OriginAccessControl {
	if d.control == nil {
		// CloudFront allows 64 characters here.
		d.control = awscloudfront.NewS3OriginAccessControl(d, new("AccessControl"),
			&awscloudfront.S3OriginAccessControlProps{
				OriginAccessControlName: new(stackwideName(d, 40) + "-" + d.in.region),
			})
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
