package privatecdn

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// origin is where b's content comes from, one origin a bucket.
func (d *distribution) origin(b Behavior) awscloudfront.IOrigin {
	if b.Origin != nil {
		return b.Origin
	}
	bucket := b.Bucket
	if bucket == nil {
		bucket = d.bucket
	}
	origin, ok := d.origins[bucket]
	if !ok {
		origin = d.newOrigin(bucket)
		d.origins[bucket] = origin
	}
	return origin
}

func (d *distribution) newOrigin(bucket awss3.IBucket) awscloudfront.IOrigin {
	if d.props.OriginAccess == OAC {
		if d.control == nil {
			d.control = awscloudfront.NewS3OriginAccessControl(d, jsii.String("AccessControl"), &awscloudfront.S3OriginAccessControlProps{
				OriginAccessControlName: jsii.String(controlName(d)),
			})
		}
		return awscloudfrontorigins.S3BucketOrigin_WithBucketDefaults(bucket, &awscloudfront.OriginProps{
			OriginAccessControlId: d.control.OriginAccessControlId(),
		})
	}
	if d.identity == nil {
		d.identity = awscloudfront.NewOriginAccessIdentity(d, jsii.String("Identity"), &awscloudfront.OriginAccessIdentityProps{
			Comment: d.Node().Path(),
		})
	}
	return awscloudfrontorigins.S3BucketOrigin_WithOriginAccessIdentity(bucket, &awscloudfrontorigins.S3BucketOriginWithOAIProps{
		OriginAccessIdentity: d.identity,
	})
}

// grant lets the distribution, and it alone, read the buckets' objects. With
// an identity the origins have done it.
func (d *distribution) grant() {
	if d.props.OriginAccess != OAC {
		return
	}
	for bucket := range d.origins {
		bucket.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudfront.amazonaws.com"), nil)},
			Actions:    jsii.Strings("s3:GetObject"),
			Resources:  jsii.Strings(*bucket.ArnForObjects(jsii.String("*"))),
			Conditions: &map[string]any{"StringEquals": map[string]any{"AWS:SourceArn": d.distribution.DistributionArn()}},
		}))
	}
}

// controlName is at most 64 characters, as CloudFront wants it.
func controlName(d *distribution) string {
	name := awscdk.Names_UniqueResourceName(d, &awscdk.UniqueResourceNameOptions{MaxLength: jsii.Number(40)})
	return *name + "-" + *awscdk.Stack_Of(d).Region()
}
