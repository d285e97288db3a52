package privatecdn

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/internal/pathpattern"
)

// BucketOrigin says how the distribution reads a bucket. The zero value of each
// field is CloudFront's default.
type BucketOrigin struct {
	// Path comes before a viewer's path: with "/films", /a is the object
	// films/a.
	Path string
	// Failover is the bucket, such as a replica in another Region, that is read
	// if the first one responds with 500, 502, 503 or 504, or not at all.
	Failover awss3.IBucket
	// ShieldRegion adds Origin Shield in a Region: one cache before the origin.
	ShieldRegion string
	// ConnectionAttempts are 1 to 3; 3 by default.
	ConnectionAttempts int
	// ConnectionTimeout bounds each attempt: 1 to 10 seconds, 10 by default.
	ConnectionTimeout time.Duration
	// ResponseCompletionTimeout bounds a whole response, retries included; at
	// least 30 seconds, without bound by default.
	ResponseCompletionTimeout time.Duration
}

// path returns Path as CloudFront expects it.
func (o BucketOrigin) path() string { return strings.TrimSuffix(o.Path, "/") }

func (b Behavior) checkBucketOrigin(m *mistakes, property string) {
	o := or(b.BucketOrigin)
	m.refuse(b.Origin != nil && b.BucketOrigin != nil, property+".BucketOrigin", "set it on the Origin itself",
		"it is for buckets, and Origin is set")
	o.check(m, property+".BucketOrigin")
	m.refuse(o.Failover != nil && b.AllowedMethods == MethodsAll, property+".AllowedMethods", "remove it",
		"an origin that fails over is read-only")
	m.refuse(o.Failover != nil && o.Failover == b.Bucket, property+".BucketOrigin.Failover", "use another bucket",
		"it is the bucket itself")
}

func (o BucketOrigin) check(m *mistakes, property string) {
	p := o.path()
	m.refuse(p != "" && (isToken(p) || !strings.HasPrefix(p, "/") || pathpattern.Normalize(p) != p ||
		strings.ContainsAny(p, "%*?")), property+".Path",
		"write it out, such as /films, without escapes, // and dot segments", "%q is not a valid origin path", o.Path)
	checkBetween(m, property+".ConnectionAttempts", o.ConnectionAttempts, 1, 3)
	checkBetween(m, property+".ConnectionTimeout", o.ConnectionTimeout, time.Second, 10*time.Second)
	checkBetween(m, property+".ResponseCompletionTimeout", o.ResponseCompletionTimeout, 30*time.Second, time.Hour)
	m.checkSeconds(property+".ConnectionTimeout", o.ConnectionTimeout)
	m.checkSeconds(property+".ResponseCompletionTimeout", o.ResponseCompletionTimeout)
}

// source is a bucket as an origin: the distribution reads it in its own name
// or, anonymous, in that of whoever presigned the request.
type source struct {
	bucket    awss3.IBucket
	anonymous bool
	BucketOrigin
}

// origin returns where b's content comes from, one origin a source.
func (d *distribution) origin(b Behavior) awscloudfront.IOrigin {
	if b.Origin != nil {
		return b.Origin
	}
	s := source{cmp.Or(b.Bucket, d.bucket), b.Access == Presigned, *b.BucketOrigin}
	if origin, ok := d.origins[s]; ok {
		return origin
	}
	origin := d.newOrigin(s, s.bucket)
	if s.Failover != nil {
		origin = awscloudfrontorigins.NewOriginGroup(&awscloudfrontorigins.OriginGroupProps{
			PrimaryOrigin: origin, FallbackOrigin: d.newOrigin(s, s.Failover),
			FallbackStatusCodes: jsii.Numbers(500, 502, 503, 504),
		})
	}
	d.origins[s] = origin
	return origin
}

// newOrigin returns an origin that reads bucket as s says.
func (d *distribution) newOrigin(s source, bucket awss3.IBucket) awscloudfront.IOrigin {
	if !s.anonymous && !slices.Contains(d.readable, bucket) {
		d.readable = append(d.readable, bucket)
	}
	props := awscloudfront.OriginProps{
		OriginPath:                optional(s.path()),
		OriginShieldRegion:        optional(s.ShieldRegion),
		ConnectionTimeout:         optionalSeconds(s.ConnectionTimeout),
		ResponseCompletionTimeout: optionalSeconds(s.ResponseCompletionTimeout),
		ConnectionAttempts:        optional(float64(s.ConnectionAttempts)),
	}
	switch {
	case s.anonymous:
	case d.props.OriginAccess == OAC:
		props.OriginAccessControlId = d.accessControl().OriginAccessControlId()
	default:
		identified := copied[awscloudfrontorigins.S3BucketOriginWithOAIProps](&props)
		identified.OriginAccessIdentity = d.identityFor(bucket)
		return awscloudfrontorigins.S3BucketOrigin_WithOriginAccessIdentity(bucket, identified)
	}
	return awscloudfrontorigins.S3BucketOrigin_WithBucketDefaults(bucket, &props)
}
