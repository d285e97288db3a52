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
	// LogBucket stores the access logs; nil with Logging.Disabled.
	LogBucket() awss3.IBucket
	// EncryptionKey is the KMS key of the bucket made here; nil without KMS.
	EncryptionKey() awskms.IKey
	// OriginAccessIdentity is nil unless OriginAccess is OAI or OAIToOAC.
	OriginAccessIdentity() awscloudfront.OriginAccessIdentity
	// OriginAccessControl is nil unless OriginAccess is OAC.
	OriginAccessControl() awscloudfront.S3OriginAccessControl
	// TrustedKeys is the key group; nil if no behavior is Signed by it.
	TrustedKeys() TrustedKeys
	// CachePolicy is the distribution's own, or the given one.
	CachePolicy() awscloudfront.ICachePolicy
	// ResponseHeadersPolicy is the distribution's own, or the given one.
	ResponseHeadersPolicy() awscloudfront.IResponseHeadersPolicy
	// Parameter contains the deployment document.
	Parameter() awsssm.StringParameter
	// Alarms and Dashboard are nil without Monitoring.
	Alarms() []awscloudwatch.Alarm
	Dashboard() awscloudwatch.Dashboard
	// GrantSign lets a role, or whatever has one, sign for this distribution.
	GrantSign(grantee awsiam.IGrantable)
	// Deployment is the deployment document as JSON, a token: what a
	// signer has to know (see package deployment).
	Deployment() *string
}

type distribution struct {
	constructs.Construct
	in              place  // each question to CDK crosses to another process, so some answers are stored
	path            string // of the construct
	name            string // the beginning of its parts' names
	props           *settled
	found           mistakes // in them, and in what is made of them
	counts          *account
	distribution    awscloudfront.Distribution
	bucket          awss3.IBucket
	logs            awss3.IBucket
	key             awskms.IKey
	alias           awskms.Alias
	identity        awscloudfront.OriginAccessIdentity
	control         awscloudfront.S3OriginAccessControl
	keys            TrustedKeys
	cachePolicy     awscloudfront.ICachePolicy
	responseHeaders awscloudfront.IResponseHeadersPolicy
	origins         map[source]awscloudfront.IOrigin
	readable        []awss3.IBucket // read by the distribution itself, in order
	statements      int             // policy statements for others to add
	parameter       awsssm.StringParameter
	alarms          []awscloudwatch.Alarm
	dashboard       awscloudwatch.Dashboard
}

// NewDistribution makes a bucket, the distribution before it and the key group
// that opens it.
func NewDistribution(scope constructs.Construct, id *string, props *DistributionProps) Distribution {
	d := &distribution{origins: map[source]awscloudfront.IOrigin{}}
	constructs.NewConstruct_Override(d, scope, id)
	d.in, d.path = placeOf(d), *d.Node().Path()
	d.name = physicalName(d, d.in.region)
	d.props, d.found = settle(props, d.in)
	d.counts = accountOf(d.in)
	d.counts.raise(or(d.props.Limits))
	d.addBuckets()
	d.addKeys()
	if d.cachePolicy = d.props.CachePolicy; d.cachePolicy == nil {
		d.cachePolicy = d.cachePolicyFor("Cache", d.name, *d.props.Cache)
	}
	d.responseHeaders = d.ownResponseHeaders()
	d.addDistribution()
	d.grantAccessControl()
	d.addLogDelivery()
	d.addRecords()
	d.addContent()
	d.addDocument()
	d.addMonitoring()
	d.warnOfErrorPages()
	d.warnOfFunctions()
	d.warnOfTenants()
	d.warnOfTenantPaths()
	for _, name := range slices.Sorted(maps.Keys(d.props.Tags)) {
		awscdk.Tags_Of(d).Add(new(name), new(d.props.Tags[name]), nil)
	}
	atSynthesis(d, func(m *mistakes) {
		*m = append(*m, d.found...)
		d.checkPrivate(m)
	})
	return d
}

func (d *distribution) addDistribution() {
	rest := copied[awscloudfront.BehaviorOptions](d.behavior(*d.props.Default))
	rest.Origin = d.origin(*d.props.Default)
	props := &awscloudfront.DistributionProps{DefaultBehavior: rest}
	props.PublishAdditionalMetrics = new(d.props.Monitoring != nil)
	d.props.Viewer.set(props)
	if d.logsToBucket() {
		props.EnableLogging, props.LogBucket, props.LogFilePrefix = new(true), d.logs, &d.props.Logging.Prefix
	}
	d.distribution = awscloudfront.NewDistribution(d, new("Distribution"), props)
	// One by one: the map that CDK accepts instead loses their order in Go.
	for _, b := range d.props.Behaviors {
		d.distribution.AddBehavior(new(b.PathPattern), d.origin(b), d.behavior(b))
	}
	made := d.distribution.Node().DefaultChild().(awscloudfront.CfnDistribution)
	d.props.setCacheTags(made)
	d.acknowledge(made)
}

// acknowledge notes on the distribution which of the AwsSolutions rules it does
// not meet, and which property would change that: metadata, which needs no cdk-nag.
// https://github.com/cdklabs/cdk-nag/blob/main/RULES.md
func (d *distribution) acknowledge(made awscloudfront.CfnDistribution) {
	var list []any
	add := func(left bool, id, reason string) {
		if left {
			list = append(list, map[string]any{"id": id, "reason": reason})
		}
	}
	v := d.props.Viewer
	add(len(v.AllowCountries)+len(v.DenyCountries) == 0, "AwsSolutions-CFR1",
		"Signatures say who may read, not countries; Viewer.AllowCountries and DenyCountries restrict those")
	add(v.WebACLID == "", "AwsSolutions-CFR2",
		"Objects are read from a bucket, no application is behind this; Viewer.WebACLID puts AWS WAF before it")
	add(!d.logsToBucket(), "AwsSolutions-CFR3",
		"Standard logs v2 are a delivery of their own, which the rule does not know, or CloudFront writes no logs")
	add(v.Certificate == nil, "AwsSolutions-CFR4",
		"On a cloudfront.net host CloudFront alone sets the TLS policy; Viewer.Certificate brings TLS 1.2 and newer only")
	add(d.identity != nil, "AwsSolutions-CFR7",
		"An origin access identity may read objects and nothing else; OriginAccess OAC is the newer way")
	presigned := func(b Behavior) bool { return b.Access == Presigned }
	add(d.identity == nil && slices.ContainsFunc(d.props.all(), presigned), "AwsSolutions-CFR7",
		"S3 checks a presigned behavior's signature itself, and refuses a request that carries a second one")
	if len(list) > 0 {
		made.AddMetadata(new("cdk_nag"), map[string]any{"rules_to_suppress": list})
	}
}

func (d *distribution) Distribution() awscloudfront.Distribution                 { return d.distribution }
func (d *distribution) Bucket() awss3.IBucket                                    { return d.bucket }
func (d *distribution) LogBucket() awss3.IBucket                                 { return d.logs }
func (d *distribution) EncryptionKey() awskms.IKey                               { return d.key }
func (d *distribution) Alarms() []awscloudwatch.Alarm                            { return d.alarms }
func (d *distribution) Dashboard() awscloudwatch.Dashboard                       { return d.dashboard }
func (d *distribution) OriginAccessIdentity() awscloudfront.OriginAccessIdentity { return d.identity }
func (d *distribution) OriginAccessControl() awscloudfront.S3OriginAccessControl { return d.control }
func (d *distribution) TrustedKeys() TrustedKeys                                 { return d.keys }
func (d *distribution) CachePolicy() awscloudfront.ICachePolicy                  { return d.cachePolicy }
func (d *distribution) ResponseHeadersPolicy() awscloudfront.IResponseHeadersPolicy {
	return d.responseHeaders
}
func (d *distribution) Parameter() awsssm.StringParameter { return d.parameter }
func (d *distribution) Deployment() *string               { return d.parameter.StringValue() }
