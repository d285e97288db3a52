package privatecdn

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// source is a bucket as an origin: the distribution reads it in its own name,
// or, anonymous, in that of whoever presigned the request.
type source struct {
	bucket    awss3.IBucket
	anonymous bool
}

// origin is where b's content comes from, one origin a source.
func (d *distribution) origin(b Behavior) awscloudfront.IOrigin {
	if b.Origin != nil {
		return b.Origin
	}
	s := source{b.Bucket, b.Access == Presigned}
	if s.bucket == nil {
		s.bucket = d.bucket
	}
	origin, ok := d.origins[s]
	if !ok {
		origin = d.newOrigin(s)
		d.origins[s] = origin
		d.sources = append(d.sources, s)
	}
	return origin
}

func (d *distribution) newOrigin(s source) awscloudfront.IOrigin {
	switch {
	case s.anonymous:
		return awscloudfrontorigins.S3BucketOrigin_WithBucketDefaults(s.bucket, nil)
	case d.props.OriginAccess == OAC:
		return awscloudfrontorigins.S3BucketOrigin_WithBucketDefaults(s.bucket, &awscloudfront.OriginProps{
			OriginAccessControlId: d.accessControl().OriginAccessControlId(),
		})
	}
	return d.identityOrigin(s.bucket)
}

func (d *distribution) accessControl() awscloudfront.S3OriginAccessControl {
	if d.control == nil {
		// CloudFront takes 64 characters here.
		d.control = awscloudfront.NewS3OriginAccessControl(d, jsii.String("AccessControl"), &awscloudfront.S3OriginAccessControlProps{
			OriginAccessControlName: jsii.String(stackwideName(d, 40) + "-" + d.region),
		})
	}
	return d.control
}

// identityOrigin reads the bucket with an identity that stands in the bucket's
// stack: the bucket's policy names the identity and the distribution the
// bucket, so with the identity here two stacks would wait for each other.
func (d *distribution) identityOrigin(bucket awss3.IBucket) awscloudfront.IOrigin {
	var scope constructs.Construct = d
	id, path := "Identity", d.path
	if stack := awscdk.Stack_Of(bucket); stack != d.stack {
		scope, path = stack, *stack.Node().Path()
		id = *awscdk.Names_UniqueId(d) + id
	}
	identity, ok := d.identities[path]
	if !ok {
		identity = awscloudfront.NewOriginAccessIdentity(scope, jsii.String(id), &awscloudfront.OriginAccessIdentityProps{
			Comment: &d.path,
		})
		d.identities[path] = identity
	}
	if d.identity == nil {
		d.identity = identity
	}
	// CDK grants the bucket made here by itself; others may be out of its reach.
	made := bucket == d.bucket && d.props.Bucket == nil
	if !made && !d.grantIdentity(bucket, identity) {
		// The output says more than CDK's own warning.
		awscdk.Annotations_Of(d).AcknowledgeWarning(
			jsii.String("@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOai"),
			jsii.String("the statement is in an output"))
	}
	return awscloudfrontorigins.S3BucketOrigin_WithOriginAccessIdentity(bucket, &awscloudfrontorigins.S3BucketOriginWithOAIProps{
		OriginAccessIdentity: identity,
	})
}
