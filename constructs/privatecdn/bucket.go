package privatecdn

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
)

func (s *settled) checkBucket(m *mistakes) {
	checkEnum(m, "RemovalPolicy", s.RemovalPolicy, awscdk.RemovalPolicy_RETAIN, awscdk.RemovalPolicy_DESTROY)
	m.refuse(s.Bucket != nil && s.KMS, "KMS", "remove it", "it would encrypt the bucket made here, and Bucket is set")
}

// bucketProperties are properties of a bucket as CDK has them.
type bucketProperties struct {
	BucketEncryption struct {
		ServerSideEncryptionConfiguration []struct {
			ServerSideEncryptionByDefault struct {
				SSEAlgorithm   string
				KMSMasterKeyID any
			}
		}
	}
	OwnershipControls struct {
		Rules []struct{ ObjectOwnership string }
	}
}

func (p bucketProperties) hasACLs() bool {
	rules := p.OwnershipControls.Rules
	return len(rules) > 0 && rules[0].ObjectOwnership != "BucketOwnerEnforced"
}

// underManagedKey reports whether objects are encrypted under AWS's own KMS key,
// which is the one that is not named.
func (p bucketProperties) underManagedKey() bool {
	rules := p.BucketEncryption.ServerSideEncryptionConfiguration
	return len(rules) > 0 && strings.HasPrefix(rules[0].ServerSideEncryptionByDefault.SSEAlgorithm, "aws:kms") &&
		rules[0].ServerSideEncryptionByDefault.KMSMasterKeyID == nil
}

// checkPrivate stops synthesis where everyone may read a bucket of this app at
// its own address, where no signature is checked.
func (d *distribution) checkPrivate(m *mistakes) {
	protected := func(b Behavior) bool { return b.Access != Public }
	d.props.eachBucket(protected, func(property string, bucket awss3.IBucket) {
		m.refuse(isPublic(bucket), property,
			"block public access, and remove the statement for everyone from its policy",
			"its policy lets everyone read objects, such as /film.mp4, at the bucket's own address, where no signature "+
				"is checked")
	})
}

func isPublic(bucket awss3.IBucket) bool {
	if bucket.Policy() == nil {
		return false
	}
	var policy struct {
		Statement []struct {
			Effect    string
			Principal any
			Condition map[string]any
		}
	}
	if json.Unmarshal(resolved(awscdk.Stack_Of(bucket), bucket.Policy().Document()), &policy) != nil {
		return false
	}
	for _, st := range policy.Statement {
		aws, _ := st.Principal.(map[string]any)
		if st.Effect == "Allow" && len(st.Condition) == 0 && (st.Principal == "*" || aws["AWS"] == "*") {
			return true
		}
	}
	return false
}

// addBuckets makes the bucket of the content, unless one is given, and the one
// for the access logs.
func (d *distribution) addBuckets() {
	props := d.privateBucket()
	d.addLogBucket(*props)
	if d.bucket = d.props.Bucket; d.bucket != nil {
		return
	}
	if d.props.KMS {
		if d.key = d.props.EncryptionKey; d.key == nil {
			d.key = awskms.NewKey(d, new("Key"), &awskms.KeyProps{
				Description: &d.path, EnableKeyRotation: new(true), RemovalPolicy: d.removal(),
			})
		}
		props.Encryption, props.EncryptionKey = awss3.BucketEncryption_KMS, d.key
		props.BucketKeyEnabled = new(true)
	}
	bucket := awss3.NewBucket(d, new("Bucket"), props)
	d.bucket = bucket
	d.nameKeyByAlias(bucket)
	d.logAccess(bucket)
}

// made reports whether a bucket is the one made here.
func (d *distribution) made(bucket awss3.IBucket) bool {
	return bucket == d.bucket && d.props.Bucket == nil
}

func (d *distribution) privateBucket() *awss3.BucketProps {
	return &awss3.BucketProps{
		BlockPublicAccess: shared(d, "blocked", awss3.BlockPublicAccess_BLOCK_ALL),
		EnforceSSL:        new(true),
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		RemovalPolicy:     d.removal(),
		AutoDeleteObjects: optional(d.removal() == awscdk.RemovalPolicy_DESTROY),
	}
}

func (d *distribution) removal() awscdk.RemovalPolicy {
	return cmp.Or(d.props.RemovalPolicy, awscdk.RemovalPolicy_RETAIN)
}

// nameKeyByAlias makes the bucket name its key, if that is made in this stack,
// by an alias. The key's policy names the distribution, the distribution the
// bucket, so a bucket that named the key would close a circle. S3 looks an alias
// up when an object is put, not before.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
func (d *distribution) nameKeyByAlias(bucket awss3.Bucket) {
	if d.key == nil || d.key.Node().DefaultChild() == nil || d.in.stack != awscdk.Stack_Of(d.key) {
		return
	}
	// The alias stays with the key, so its name is this stack's alone.
	stackUUID := awscdk.Fn_Select(new(2.0), awscdk.Fn_Split(new("/"), awscdk.Aws_STACK_ID(), nil))
	name := "alias/privatecdn/" + stackwideName(d, longestName) + "-" + *stackUUID
	d.alias = awskms.NewAlias(d, new("KeyAlias"), &awskms.AliasProps{
		AliasName: new(name), TargetKey: d.key, RemovalPolicy: d.removal(),
	})
	arn := d.arn("kms", "", name, "")
	const property = "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID"
	bucket.Node().DefaultChild().(awss3.CfnBucket).AddPropertyOverride(new(property), arn)
}

// keyOf returns the KMS key that encrypts a bucket's objects, nil for S3's own.
func (d *distribution) keyOf(bucket awss3.IBucket) awskms.IKey {
	if d.key != nil && bucket == d.bucket {
		return d.key
	}
	return bucket.EncryptionKey()
}
