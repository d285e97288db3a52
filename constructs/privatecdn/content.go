package privatecdn

import (
	"path"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3deployment"
	"github.com/aws/jsii-runtime-go"
)

// Content is a directory uploaded to the bucket on each deploy. What it put
// there before and no longer holds is removed.
type Content struct {
	// Directory on this machine.
	Directory string
	// Prefix of its objects' keys, without a leading slash. Two Contents of a
	// bucket need prefixes of which none contains the other, for each removes
	// under its own what it does not hold.
	Prefix string
	// CacheControl of its objects, like "max-age=60".
	CacheControl string
}

func (d *distribution) addContent() {
	for _, c := range d.props.Content {
		props := &awss3deployment.BucketDeploymentProps{
			Sources:              &[]awss3deployment.ISource{awss3deployment.Source_Asset(jsii.String(c.Directory), nil)},
			DestinationBucket:    d.bucket,
			DestinationKeyPrefix: optional(c.Prefix),
			Distribution:         d.distribution,
			DistributionPaths:    jsii.Strings(path.Join("/", c.Prefix, "*")),
			RetainOnDelete:       jsii.Bool(!d.props.Destroy),
		}
		if c.CacheControl != "" {
			props.CacheControl = &[]awss3deployment.CacheControl{awss3deployment.CacheControl_FromString(jsii.String(c.CacheControl))}
		}
		upload := awss3deployment.NewBucketDeployment(d, jsii.String("Content /"+c.Prefix), props)
		if alias := d.Node().TryFindChild(jsii.String("KeyAlias")); alias != nil {
			upload.Node().AddDependency(alias)
		}
	}
}
