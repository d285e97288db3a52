package privatecdn

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Distribution is a private bucket behind CloudFront. Every resource it is
// made of has an accessor; through a resource's Node().DefaultChild() the
// CloudFormation resource itself can be changed.
type Distribution interface {
	constructs.Construct
	// Distribution is the CloudFront distribution.
	Distribution() awscloudfront.Distribution
	// Bucket is the private bucket of the content.
	Bucket() awss3.IBucket
	// LogBucket takes the access logs.
	LogBucket() awss3.IBucket
	// OriginAccessIdentity is nil unless OriginAccess is OAI.
	OriginAccessIdentity() awscloudfront.OriginAccessIdentity
	// OriginAccessControl is nil unless OriginAccess is OAC.
	OriginAccessControl() awscloudfront.S3OriginAccessControl
	// TrustedKeys is the key group; nil when no behavior is Signed.
	TrustedKeys() TrustedKeys
	// CachePolicy is the distribution's own, or the one brought along.
	CachePolicy() awscloudfront.ICachePolicy
	// ResponseHeadersPolicy is the distribution's own, or the one brought along.
	ResponseHeadersPolicy() awscloudfront.IResponseHeadersPolicy
	// Parameter holds the deployment document.
	Parameter() awsssm.StringParameter
	// Deployment is the deployment document as JSON, with tokens in it: what a
	// signer has to know (see package deployment).
	Deployment() *string
}

type distribution struct {
	constructs.Construct
	props           DistributionProps // complete
	distribution    awscloudfront.Distribution
	bucket          awss3.IBucket
	logs            awss3.Bucket
	identity        awscloudfront.OriginAccessIdentity
	control         awscloudfront.S3OriginAccessControl
	keys            TrustedKeys
	cachePolicy     awscloudfront.ICachePolicy
	responseHeaders awscloudfront.IResponseHeadersPolicy
	origins         map[awss3.IBucket]awscloudfront.IOrigin
	parameter       awsssm.StringParameter
	document        *string
}

// NewDistribution makes a bucket, the distribution before it and the key group
// that opens it.
func NewDistribution(scope constructs.Construct, id *string, props *DistributionProps) Distribution {
	d := &distribution{origins: map[awss3.IBucket]awscloudfront.IOrigin{}}
	constructs.NewConstruct_Override(d, scope, id)
	var found problems
	d.props, found = complete(props)
	if len(found) > 0 {
		found.report(d)
	}
	d.addBuckets()
	d.addKeys()
	d.addPolicies()
	d.addDistribution()
	d.addDocument()
	return d
}

func (d *distribution) addBuckets() {
	d.logs = newLogBucket(d, d.props.Destroy)
	d.bucket = newBucket(d, d.logs, d.props.Destroy)
}

func (d *distribution) addKeys() {
	switch {
	case d.props.TrustedKeys != nil:
		d.keys = d.props.TrustedKeys
	case d.props.Keys != nil:
		d.keys = NewTrustedKeys(d, jsii.String("Keys"), &TrustedKeysProps{Keys: d.props.Keys})
	}
}

func (d *distribution) addPolicies() {
	name := physicalName(d)
	d.cachePolicy = d.props.CachePolicy
	if d.cachePolicy == nil {
		d.cachePolicy = newCachePolicy(d, "Cache", name, d.props.Cache)
	}
	d.responseHeaders = d.props.ResponseHeadersPolicy
	if d.responseHeaders == nil {
		d.responseHeaders = newResponseHeadersPolicy(d, name, d.props.CORS, d.props.SecurityHeaders)
	}
}

func (d *distribution) addDistribution() {
	d.distribution = awscloudfront.NewDistribution(d, jsii.String("Distribution"), &awscloudfront.DistributionProps{
		DefaultBehavior: d.defaultBehavior(),
		Comment:         optional(d.props.Comment),
		HttpVersion:     awscloudfront.HttpVersion_HTTP2_AND_3,
		PriceClass:      d.props.PriceClass,
		EnableLogging:   jsii.Bool(true),
		LogBucket:       d.logs,
		LogFilePrefix:   jsii.String("cloudfront/"),
	})
	// One by one: the map that CDK takes instead forgets their order in Go.
	for _, b := range d.props.Behaviors {
		d.distribution.AddBehavior(jsii.String(b.PathPattern), d.origin(b), d.behavior(b))
	}
	d.grant()
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (d *distribution) Distribution() awscloudfront.Distribution { return d.distribution }
func (d *distribution) Bucket() awss3.IBucket                    { return d.bucket }
func (d *distribution) LogBucket() awss3.IBucket                 { return d.logs }
func (d *distribution) OriginAccessIdentity() awscloudfront.OriginAccessIdentity {
	return d.identity
}
func (d *distribution) OriginAccessControl() awscloudfront.S3OriginAccessControl {
	return d.control
}
func (d *distribution) TrustedKeys() TrustedKeys                { return d.keys }
func (d *distribution) CachePolicy() awscloudfront.ICachePolicy { return d.cachePolicy }
func (d *distribution) ResponseHeadersPolicy() awscloudfront.IResponseHeadersPolicy {
	return d.responseHeaders
}
func (d *distribution) Parameter() awsssm.StringParameter { return d.parameter }
func (d *distribution) Deployment() *string               { return d.document }
