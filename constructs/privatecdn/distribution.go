package privatecdn

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
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
	// LogBucket takes the access logs; nil with Logging.Off.
	LogBucket() awss3.IBucket
	// EncryptionKey is the KMS key of the bucket made here; nil without KMS.
	EncryptionKey() awskms.IKey
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
	// Alarms and Dashboard are nil without Watch.
	Alarms() []awscloudwatch.Alarm
	Dashboard() awscloudwatch.Dashboard
	// GrantSign lets a role, or whatever has one, sign for this distribution.
	GrantSign(grantee awsiam.IGrantable)
	// Deployment is the deployment document as JSON, with tokens in it: what a
	// signer has to know (see package deployment).
	Deployment() *string
}

type distribution struct {
	constructs.Construct
	props           DistributionProps // complete
	account         *account
	stack           awscdk.Stack
	region, path    string // each question to CDK crosses to another process, so some answers are kept
	name            string // what the names of its parts begin with
	distribution    awscloudfront.Distribution
	bucket          awss3.IBucket
	logs            awss3.Bucket
	key             awskms.IKey
	identity        awscloudfront.OriginAccessIdentity
	control         awscloudfront.S3OriginAccessControl
	keys            TrustedKeys
	cachePolicy     awscloudfront.ICachePolicy
	responseHeaders awscloudfront.IResponseHeadersPolicy
	origins         map[source]awscloudfront.IOrigin
	sources         []source                                      // in the order of their first use
	identities      map[string]awscloudfront.OriginAccessIdentity // by the path of the stack or construct they stand in
	statements      int                                           // policy statements for others to add
	parameter       awsssm.StringParameter
	alarms          []awscloudwatch.Alarm
	dashboard       awscloudwatch.Dashboard
	document        *string
}

// NewDistribution makes a bucket, the distribution before it and the key group
// that opens it.
func NewDistribution(scope constructs.Construct, id *string, props *DistributionProps) Distribution {
	d := &distribution{
		origins:    map[source]awscloudfront.IOrigin{},
		identities: map[string]awscloudfront.OriginAccessIdentity{},
	}
	constructs.NewConstruct_Override(d, scope, id)
	d.stack = awscdk.Stack_Of(d)
	d.region, d.path = *d.stack.Region(), *d.Node().Path()
	d.name = physicalName(d, d.region)
	var found problems
	d.props, found = complete(props, d.region)
	if len(found) > 0 {
		found.report(d)
	}
	d.account = accountOf(d.stack)
	d.account.raise(d.props.Limits)
	d.addBuckets()
	d.addKeys()
	d.addPolicies()
	d.addDistribution()
	d.grantAccessControl()
	d.addLogDelivery()
	d.addRecords()
	d.addContent()
	d.addDocument()
	d.addWatch()
	d.warnOfFunctions()
	d.acknowledge()
	for _, name := range slices.Sorted(maps.Keys(d.props.Tags)) {
		awscdk.Tags_Of(d).Add(jsii.String(name), jsii.String(d.props.Tags[name]), nil)
	}
	return d
}

func (d *distribution) addKeys() {
	switch {
	case d.props.TrustedKeys != nil:
		d.keys = d.props.TrustedKeys
	case d.props.Keys != nil:
		d.keys = newTrustedKeys(d, jsii.String("Keys"), &TrustedKeysProps{
			Keys: d.props.Keys, Deployed: d.props.Deployed, Limits: d.props.Limits,
		}, d.account, d.region)
	}
}

func (d *distribution) addPolicies() {
	d.cachePolicy = d.props.CachePolicy
	if d.cachePolicy == nil {
		d.cachePolicy = d.newCachePolicy("Cache", d.name, d.props.Cache)
	}
	d.responseHeaders = d.props.ResponseHeadersPolicy
	if d.responseHeaders == nil {
		d.responseHeaders = d.newResponseHeadersPolicy(d.name, d.props.CORS, d.props.SecurityHeaders)
	}
}

func (d *distribution) addDistribution() {
	f := &d.props.Front
	props := &awscloudfront.DistributionProps{
		DefaultBehavior:          d.defaultBehavior(),
		Comment:                  optional(f.Comment),
		DefaultRootObject:        optional(f.DefaultRootObject),
		EnableIpv6:               jsii.Bool(!f.IPv4Only),
		ErrorResponses:           f.errorResponses(),
		GeoRestriction:           f.geoRestriction(),
		HttpVersion:              f.HTTPVersion,
		MinimumProtocolVersion:   f.MinimumTLS,
		PriceClass:               f.PriceClass,
		PublishAdditionalMetrics: jsii.Bool(d.props.Watch != nil),
		WebAclId:                 optional(f.WebACL),
	}
	if f.Certificate != nil {
		props.Certificate = f.Certificate
		props.DomainNames = jsii.Strings(f.DomainNames...)
	}
	if d.logs != nil && !d.props.Logging.V2 {
		props.EnableLogging = jsii.Bool(true)
		props.LogBucket = d.logs
		props.LogFilePrefix = jsii.String("cloudfront/")
	}
	d.distribution = awscloudfront.NewDistribution(d, jsii.String("Distribution"), props)
	// One by one: the map that CDK takes instead forgets their order in Go.
	for _, b := range d.props.Behaviors {
		d.distribution.AddBehavior(jsii.String(b.PathPattern), d.origin(b), d.behavior(b))
	}
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
func (d *distribution) EncryptionKey() awskms.IKey               { return d.key }
func (d *distribution) Alarms() []awscloudwatch.Alarm            { return d.alarms }
func (d *distribution) Dashboard() awscloudwatch.Dashboard       { return d.dashboard }
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
