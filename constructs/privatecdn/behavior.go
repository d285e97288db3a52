package privatecdn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudfront"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/fault"
)

// Access says what opens a behavior.
type Access = deployment.Access

// The kinds of access. The zero Access is Signed.
const (
	Signed    = deployment.Signed    // a CloudFront signature by a key of a trusted key group
	Public    = deployment.Public    // nothing
	Presigned = deployment.Presigned // an S3 signature, which S3 checks
)

// Behavior is one cache behavior. The zero value of each field is its default.
type Behavior struct {
	// PathPattern says which paths it catches: * stands for zero or more
	// characters, ? for exactly one.
	PathPattern string
	// Access says what opens it.
	Access Access
	// TrustedKeys are the key groups that open it, where they differ from the
	// distribution's; at most four.
	TrustedKeys []TrustedKeys
	// Presign bounds a Presigned behavior.
	Presign *Presign

	// Bucket is where its content comes from, where that is not the
	// distribution's bucket.
	Bucket awss3.IBucket
	// BucketOrigin says how its bucket is read, where that differs from the
	// distribution's BucketOrigin, which is for the distribution's Bucket alone.
	BucketOrigin *BucketOrigin
	// Origin is where its content comes from if that is not a bucket. Whatever
	// the access, CloudFront alone protects it: an origin that responds to
	// others as well is public.
	Origin awscloudfront.IOrigin

	// Cache, where it differs from the distribution's. A behavior with an
	// Origin, or that allows writing, does not cache by default.
	Cache *Cache
	// CachePolicy replaces the one made from Cache.
	CachePolicy awscloudfront.ICachePolicy
	// Live marks playlists that change while they play, such as *.m3u8 and
	// *.mpd: they are cached for seconds, and low-latency HLS may block.
	Live bool
	// Downloads lets a URL say the name a browser saves the file under: it lets
	// response-content-disposition through to S3 and into the cache key.
	Downloads bool
	// OriginRequestPolicy is what reaches the origin beside the cache key. The
	// default is the managed CORS-S3Origin for buckets. An Origin that is not
	// cached gets the managed AllViewerExceptHostHeader, and a cached one nothing.
	OriginRequestPolicy awscloudfront.IOriginRequestPolicy
	// ResponseHeadersPolicy, where it differs from the distribution's.
	ResponseHeadersPolicy awscloudfront.IResponseHeadersPolicy
	// AllowedMethods are MethodsGetHeadOptions by default.
	AllowedMethods Methods
	// Uncompressed turns gzip and Brotli off.
	Uncompressed bool

	// ViewerRequest runs on each request before the cache is looked up.
	ViewerRequest awscloudfront.IFunction
	// ViewerResponse runs on each response before it is sent.
	ViewerResponse awscloudfront.IFunction
}

// Methods are the HTTP methods a behavior allows. GET and HEAD are cached.
type Methods string

// The sets of methods CloudFront knows.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesAllowedHTTPMethods
const (
	MethodsGetHeadOptions Methods = "GET, HEAD, OPTIONS"
	MethodsGetHead        Methods = "GET, HEAD"
	MethodsAll            Methods = "all"
)

// withDefaults returns b as it is meant in a distribution with s, whose own
// groups are filled in.
func (b Behavior) withDefaults(s *settled) Behavior {
	if b.Access == "" {
		b.Access = Signed
	}
	if b.AllowedMethods == "" {
		b.AllowedMethods = MethodsGetHeadOptions
	}
	if b.BucketOrigin == nil && b.Origin == nil {
		b.BucketOrigin = &BucketOrigin{}
		if b.Bucket == nil {
			b.BucketOrigin = &s.BucketOrigin
		}
	}
	b.Presign = b.presign()
	b.Cache = b.cache(s)
	if b.Cache != nil && b.Cache.Disabled && b.Origin != nil && b.OriginRequestPolicy == nil {
		b.OriginRequestPolicy = awscloudfront.OriginRequestPolicy_ALL_VIEWER_EXCEPT_HOST_HEADER()
	}
	return b
}

func property(i int) string { return fmt.Sprintf("Behaviors[%d]", i) }

func (s *settled) checkBehaviors(m *mistakes) {
	given := or(s.DistributionProps.Default)
	if p := given.PathPattern; p != "" {
		m.add("Default.PathPattern", "leave it empty: the default behavior catches every path", "it is %s",
			fault.Quote(p))
	}
	if given.Bucket != nil {
		m.add("Default.Bucket", "set the distribution's Bucket instead",
			"the default behavior reads the distribution's bucket")
	}
	s.checkBehavior(m, "Default", given)
	s.checkHost(m, "Default", s.Default)
	for i, b := range s.DistributionProps.Behaviors {
		checkPattern(m, property(i), b.PathPattern)
		s.checkBehavior(m, property(i), b)
		s.checkHost(m, property(i), s.Behaviors[i])
	}
	limits := or(s.Limits).withDefaults()
	checkLimit(m, "Behaviors", len(s.Behaviors)+1, limits.Behaviors, "behaviors", "join some patterns")
}

func (s *settled) checkBehavior(m *mistakes, property string, b Behavior) {
	checkEnum(m, property+".Access", b.Access, Signed, Public, Presigned)
	checkEnum(m, property+".AllowedMethods", b.AllowedMethods, MethodsGetHead, MethodsGetHeadOptions, MethodsAll)
	s.checkGroups(m, property, b)
	b.checkPresigned(m, property)
	b.checkCache(m, property)
	if b.Bucket != nil && b.Origin != nil {
		m.add(property+".Origin", "keep one of them", "it is given together with Bucket")
	}
	if b.Origin == nil {
		b.checkBucketOrigin(m, property)
	} else if b.BucketOrigin != nil {
		m.add(property+".BucketOrigin", "set it on the Origin itself", "it is for buckets, and Origin is given")
	}
}

// checkHost refuses to send a bucket another Host than its own.
func (s *settled) checkHost(m *mistakes, property string, b Behavior) {
	if b.Access != Presigned && b.Origin == nil && s.forwardsHost(b) {
		m.add(property+".OriginRequestPolicy", "leave the Host header out",
			"it, or the cache key, sends the viewer's Host to a bucket, "+
				"and S3 takes that for the name of another bucket")
	}
}

func (s *settled) checkGroups(m *mistakes, property string, b Behavior) {
	property += ".TrustedKeys"
	limits := or(s.Limits).withDefaults()
	checkLimit(m, "GroupsPerBehavior", len(b.TrustedKeys), limits.GroupsPerBehavior, "key groups in "+property,
		"join their rings")
	for i, t := range b.TrustedKeys {
		if t == nil {
			m.add(property, "make each with privatecdn.NewTrustedKeys", "one of them is nil")
		} else if slices.Contains(b.TrustedKeys[:i], t) {
			m.add(property, "keep one of them", "a key group is listed twice")
		}
	}
	if len(b.TrustedKeys) > 0 && b.Access != "" && b.Access != Signed {
		m.add(property, "leave it out, or make the behavior Signed", "it opens nothing, since Access is %s", b.Access)
	}
}

// checkPattern enforces what CloudFront accepts.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern
func checkPattern(m *mistakes, property, pattern string) {
	property += ".PathPattern"
	switch {
	case pattern == "":
		m.add(property, "say which paths the behavior catches, or use Default for all others", "it is missing")
	case isToken(pattern):
		m.add(property, "write the pattern out",
			"it is a token, known at deployment only, so nothing tells what it opens")
	case len(pattern) > 255:
		m.add(property, "use up to 255 characters", "it has %d characters", len(pattern))
	case !isPattern(pattern):
		m.add(property, "use A-Z a-z 0-9 _ - . * ? $ / ~ \" ' @ : + &",
			"%s is not a valid path pattern: it contains %q",
			fault.Quote(pattern), []rune(strings.TrimFunc(pattern, isPatternRune))[0])
	}
}

func isPattern(s string) bool {
	return s != "" && !isToken(s) && strings.IndexFunc(s, func(r rune) bool { return !isPatternRune(r) }) < 0
}

func isPatternRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' ||
		strings.ContainsRune(`_-.*?$/~"'@:+&`, r)
}

// defaultBehavior returns the behavior that CDK expects apart from the others.
func (d *distribution) defaultBehavior() *awscloudfront.BehaviorOptions {
	o := d.behavior(d.props.Default)
	return &awscloudfront.BehaviorOptions{
		Origin:                d.origin(d.props.Default),
		AllowedMethods:        o.AllowedMethods,
		CachedMethods:         o.CachedMethods,
		CachePolicy:           o.CachePolicy,
		Compress:              o.Compress,
		FunctionAssociations:  o.FunctionAssociations,
		OriginRequestPolicy:   o.OriginRequestPolicy,
		ResponseHeadersPolicy: o.ResponseHeadersPolicy,
		TrustedKeyGroups:      o.TrustedKeyGroups,
		ViewerProtocolPolicy:  o.ViewerProtocolPolicy,
	}
}

// behavior returns everything of b but its origin.
func (d *distribution) behavior(b Behavior) *awscloudfront.AddBehaviorOptions {
	o := &awscloudfront.AddBehaviorOptions{
		AllowedMethods:        shared(d, "methods "+string(b.AllowedMethods), b.AllowedMethods.allowed),
		CachedMethods:         shared(d, "cached methods", awscloudfront.CachedMethods_CACHE_GET_HEAD),
		CachePolicy:           d.cachePolicyOf(b),
		Compress:              jsii.Bool(!b.Uncompressed),
		FunctionAssociations:  b.functions(),
		OriginRequestPolicy:   b.OriginRequestPolicy,
		ResponseHeadersPolicy: d.responseHeaders,
		ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
	}
	if b.ResponseHeadersPolicy != nil {
		o.ResponseHeadersPolicy = b.ResponseHeadersPolicy
	}
	if b.Origin == nil && b.OriginRequestPolicy == nil {
		o.OriginRequestPolicy = shared(d, "from S3", awscloudfront.OriginRequestPolicy_CORS_S3_ORIGIN)
	}
	var groups []interfacesawscloudfront.IKeyGroupRef
	for _, t := range d.trustedBy(b) {
		groups = append(groups, t.KeyGroup())
	}
	if len(groups) > 0 {
		o.TrustedKeyGroups = &groups
	}
	return o
}

// trustedBy returns the key groups that open b; none if it is not signed.
func (d *distribution) trustedBy(b Behavior) []TrustedKeys {
	switch {
	case b.Access != Signed:
		return nil
	case len(b.TrustedKeys) > 0:
		return b.TrustedKeys
	case d.keys != nil:
		return []TrustedKeys{d.keys}
	}
	return nil
}

func (m Methods) allowed() awscloudfront.AllowedMethods {
	switch m {
	case MethodsGetHead:
		return awscloudfront.AllowedMethods_ALLOW_GET_HEAD()
	case MethodsAll:
		return awscloudfront.AllowedMethods_ALLOW_ALL()
	default:
		return awscloudfront.AllowedMethods_ALLOW_GET_HEAD_OPTIONS()
	}
}

func (b Behavior) functions() *[]*awscloudfront.FunctionAssociation {
	var list []*awscloudfront.FunctionAssociation
	add := func(event awscloudfront.FunctionEventType, f awscloudfront.IFunction) {
		if f != nil {
			list = append(list, &awscloudfront.FunctionAssociation{EventType: event, Function: f})
		}
	}
	add(awscloudfront.FunctionEventType_VIEWER_REQUEST, b.ViewerRequest)
	add(awscloudfront.FunctionEventType_VIEWER_RESPONSE, b.ViewerResponse)
	if list == nil {
		return nil
	}
	return &list
}
