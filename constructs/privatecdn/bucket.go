package privatecdn

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newLogBucket makes the bucket for the distribution's and the content
// bucket's access logs.
func newLogBucket(scope constructs.Construct, destroy bool) awss3.Bucket {
	props := privateBucket(destroy)
	// CloudFront's standard logs arrive through an ACL grant.
	// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
	props.ObjectOwnership = awss3.ObjectOwnership_OBJECT_WRITER
	return awss3.NewBucket(scope, jsii.String("Logs"), props)
}

// newBucket makes the private bucket of the content.
func newBucket(scope constructs.Construct, logs awss3.Bucket, destroy bool) awss3.Bucket {
	props := privateBucket(destroy)
	props.ServerAccessLogsBucket = logs
	props.ServerAccessLogsPrefix = jsii.String("s3/")
	return awss3.NewBucket(scope, jsii.String("Bucket"), props)
}

func privateBucket(destroy bool) *awss3.BucketProps {
	props := &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		EnforceSSL:        jsii.Bool(true),
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		RemovalPolicy:     awscdk.RemovalPolicy_RETAIN,
	}
	if destroy {
		props.RemovalPolicy = awscdk.RemovalPolicy_DESTROY
		props.AutoDeleteObjects = jsii.Bool(true)
	}
	return props
}
