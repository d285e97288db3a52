package privatecdn

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// addBuckets makes the bucket of the content, unless one is brought along, and
// the one that takes the access logs.
func (d *distribution) addBuckets() {
	d.addLogBucket()
	d.bucket = d.props.Bucket
	if d.bucket != nil {
		return
	}
	props := d.privateBucket()
	if d.logs != nil {
		props.ServerAccessLogsBucket = d.logs
		props.ServerAccessLogsPrefix = jsii.String("s3/")
	}
	if d.props.KMS {
		props.Encryption = awss3.BucketEncryption_KMS
		props.EncryptionKey = d.addKey()
		props.BucketKeyEnabled = jsii.Bool(true)
	}
	d.bucket = awss3.NewBucket(d, jsii.String("Bucket"), props)
}

func (d *distribution) privateBucket() *awss3.BucketProps {
	props := &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		EnforceSSL:        jsii.Bool(true),
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		RemovalPolicy:     d.removal(),
	}
	if d.props.Destroy {
		props.AutoDeleteObjects = jsii.Bool(true)
	}
	return props
}

func (d *distribution) removal() awscdk.RemovalPolicy {
	if d.props.Destroy {
		return awscdk.RemovalPolicy_DESTROY
	}
	return awscdk.RemovalPolicy_RETAIN
}

// addKey returns the bucket's key as the bucket is to name it: by an alias.
// The key's policy names the distribution, the distribution the bucket, so a
// bucket that named the key would close a circle. S3 looks an alias up when an
// object is put, not before.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
func (d *distribution) addKey() awskms.IKey {
	d.key = d.props.EncryptionKey
	if d.key != nil && (d.key.Node().DefaultChild() == nil || d.stack != awscdk.Stack_Of(d.key)) {
		return d.key
	}
	if d.key == nil {
		d.key = awskms.NewKey(d, jsii.String("Key"), &awskms.KeyProps{
			Description:       &d.path,
			EnableKeyRotation: jsii.Bool(true),
			RemovalPolicy:     d.removal(),
		})
	}
	// The alias stays with the key, so its name is this stack's alone.
	stackUUID := awscdk.Fn_Select(jsii.Number(2), awscdk.Fn_Split(jsii.String("/"), awscdk.Aws_STACK_ID(), nil))
	name := "alias/privatecdn/" + stackwideName(d, longestName) + "-" + *stackUUID
	awskms.NewAlias(d, jsii.String("KeyAlias"), &awskms.AliasProps{
		AliasName: jsii.String(name), TargetKey: d.key, RemovalPolicy: d.removal(),
	})
	return awskms.Alias_FromAliasName(d, jsii.String("KeyByAlias"), jsii.String(name))
}

// keyOf is the KMS key a bucket's objects are under, nil for S3's own.
func (d *distribution) keyOf(bucket awss3.IBucket) awskms.IKey {
	if d.key != nil && bucket == d.bucket {
		return d.key
	}
	return bucket.EncryptionKey()
}
