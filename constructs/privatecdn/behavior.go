package privatecdn

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudfront"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/awsname"
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
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
const (
	MethodsGetHeadOptions Methods = "GET, HEAD, OPTIONS"
	MethodsGetHead        Methods = "GET, HEAD"
	MethodsAll            Methods = "all"
)

var methods = map[Methods]func() awscloudfront.AllowedMethods{
	MethodsGetHead:        awscloudfront.AllowedMethods_ALLOW_GET_HEAD,
	MethodsGetHeadOptions: awscloudfront.AllowedMethods_ALLOW_GET_HEAD_OPTIONS,
	MethodsAll:            awscloudfront.AllowedMethods_ALLOW_ALL,
}

// withDefaults returns b as it is meant in a distribution with s, whose own
// groups are filled in.
func (b Behavior) withDefaults(s *settled) Behavior {
	b.Access = cmp.Or(b.Access, Signed)
	b.AllowedMethods = cmp.Or(b.AllowedMethods, MethodsGetHeadOptions)
	if b.BucketOrigin == nil && b.Origin == nil {
		b.BucketOrigin = &BucketOrigin{}
		if b.Bucket == nil {
			b.BucketOrigin = s.BucketOrigin
		}
	}
	b.Presign = b.presign()
	b.Cache = b.cache(s)
	if b.Cache != nil && b.Cache.Disabled && b.Origin != nil && b.OriginRequestPolicy == nil {
		b.OriginRequestPolicy = awscloudfront.OriginRequestPolicy_ALL_VIEWER_EXCEPT_HOST_HEADER()
	}
	return b
}

// property names the i-th of all behaviors.
func (s *settled) property(i int) string {
	if i == len(s.Behaviors) {
		return "Default"
	}
	return fmt.Sprintf("Behaviors[%d]", i)
}

func (s *settled) checkBehaviors(m *mistakes) {
	rest := or(s.given.Default)
	m.refuse(rest.PathPattern != "", "Default.PathPattern", "leave it empty: the default behavior catches every path",
		"it is %s", fault.Quote(rest.PathPattern))
	m.refuse(rest.Bucket != nil, "Default.Bucket", "set the distribution's Bucket instead",
		"the default behavior reads the distribution's bucket")
	meant := s.all()
	for i, given := range append(slices.Clone(s.given.Behaviors), rest) {
		s.checkBehavior(m, s.property(i), given, meant[i])
		if i < len(s.Behaviors) {
			checkPattern(m, s.property(i)+".PathPattern", given.PathPattern)
		}
	}
	Limits{Behaviors: len(meant)}.check(m, or(s.Limits))
}

func (s *settled) checkBehavior(m *mistakes, property string, b, meant Behavior) {
	checkEnum(m, property+".Access", b.Access, Signed, Public, Presigned)
	checkEnum(m, property+".AllowedMethods", b.AllowedMethods, slices.Sorted(maps.Keys(methods))...)
	s.checkGroups(m, property+".TrustedKeys", b)
	b.checkPresigned(m, property)
	b.checkCache(m, property)
	m.refuseBoth(b.Bucket != nil && b.Origin != nil, property+".Origin", "Bucket")
	b.checkBucketOrigin(m, property)
	m.refuse(b.Access != Presigned && b.Origin == nil && s.forwardsHost(meant), property+".OriginRequestPolicy",
		"leave the Host header out of it and of the cache key",
		"the viewer's Host header is forwarded to a bucket, and S3 takes it for the name of another bucket")
}

func (s *settled) checkGroups(m *mistakes, property string, b Behavior) {
	Limits{GroupsPerBehavior: len(b.TrustedKeys)}.check(m, or(s.Limits))
	checkList(m, property, b.TrustedKeys, func(t TrustedKeys) string { return *t.Node().Path() })
	m.refuse(len(b.TrustedKeys) > 0 && b.Access != "" && b.Access != Signed, property,
		"remove it, or make the behavior Signed", "it has no effect, since Access is %s", b.Access)
}

// notInPattern matches what CloudFront refuses in a path pattern.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
var notInPattern = regexp.MustCompile(`[^A-Za-z0-9_.*?$/~"'@:+&-]`)

func checkPattern(m *mistakes, property, pattern string) {
	switch {
	case pattern == "":
		m.add(property, "list the paths that the behavior catches, or use Default for all others", "it is missing")
	case isToken(pattern):
		m.add(property, "write the pattern out",
			"it is a token, whose value is known at deployment only, so synthesis cannot tell what it opens")
	case len(pattern) > 255:
		m.add(property, "use up to 255 characters", "it has %d characters", len(pattern))
	case !isPattern(pattern):
		m.add(property, "use A-Z a-z 0-9 _ - . * ? $ / ~ \" ' @ : + &",
			"%s is not a valid path pattern: it contains %q", fault.Quote(pattern), notInPattern.FindString(pattern))
	}
}

func isPattern(s string) bool { return s != "" && !isToken(s) && !notInPattern.MatchString(s) }

// behavior returns everything of b but its origin.
func (d *distribution) behavior(b Behavior) *awscloudfront.AddBehaviorOptions {
	o := &awscloudfront.AddBehaviorOptions{
		AllowedMethods:        shared(d, "methods "+string(b.AllowedMethods), methods[b.AllowedMethods]),
		CachedMethods:         shared(d, "cached methods", awscloudfront.CachedMethods_CACHE_GET_HEAD),
		CachePolicy:           d.cachePolicyOf(b),
		Compress:              new(!b.Uncompressed),
		FunctionAssociations:  b.functions(),
		OriginRequestPolicy:   b.OriginRequestPolicy,
		ResponseHeadersPolicy: cmp.Or(b.ResponseHeadersPolicy, d.responseHeaders),
		ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
	}
	if b.Origin == nil && b.OriginRequestPolicy == nil {
		o.OriginRequestPolicy = shared(d, "from S3", awscloudfront.OriginRequestPolicy_CORS_S3_ORIGIN)
	}
	var groups []interfacesawscloudfront.IKeyGroupRef
	for _, t := range d.trustedBy(b) {
		groups = append(groups, t.KeyGroup())
	}
	o.TrustedKeyGroups = optionalList(groups)
	return o
}

// trustedBy returns the key groups that open b; none if it is not signed.
func (d *distribution) trustedBy(b Behavior) []TrustedKeys {
	if b.Access == Signed && len(b.TrustedKeys) == 0 && d.keys != nil {
		return []TrustedKeys{d.keys}
	}
	return b.TrustedKeys
}

func (b Behavior) functions() *[]*awscloudfront.FunctionAssociation {
	list := []*awscloudfront.FunctionAssociation{
		{EventType: awscloudfront.FunctionEventType_VIEWER_REQUEST, Function: b.ViewerRequest},
		{EventType: awscloudfront.FunctionEventType_VIEWER_RESPONSE, Function: b.ViewerResponse},
	}
	none := func(a *awscloudfront.FunctionAssociation) bool { return a.Function == nil }
	return optionalList(slices.DeleteFunc(list, none))
}

// Presign bounds how long anyone can read an object through a URL that S3
// signed: S3 checks the signature only when the cache requests the object.
type Presign struct {
	// Lifetime is the longest a signature lives; an hour by default, at most a
	// week.
	Lifetime time.Duration
	// Exposure is the longest an object is served after it was signed for: the
	// signature's lifetime and the time in the cache. The default is half as
	// long again as Lifetime.
	Exposure time.Duration
}

// presign returns a presigned behavior's bounds.
func (b Behavior) presign() *Presign {
	if b.Access != Presigned {
		return nil
	}
	p := or(b.Presign)
	p.Lifetime = cmp.Or(p.Lifetime, time.Hour)
	p.Exposure = cmp.Or(p.Exposure, p.Lifetime+p.Lifetime/2)
	return &p
}

// cache stores an object no longer than p allows, and each signature's response
// apart.
func (p Presign) cache() *Cache {
	longest := p.Exposure - p.Lifetime
	return &Cache{DefaultTTL: min(time.Hour, longest), MaxTTL: longest, QueryStrings: []string{"*"}}
}

// checkPresigned refuses what would break a presigned behavior: S3 has to see
// the signature, and only one, and the host and path it was made for.
func (b Behavior) checkPresigned(m *mistakes, property string) {
	if b.Access != Presigned {
		m.refuse(b.Presign != nil, property+".Presign", "remove it, or set Access", "it is for a Presigned behavior")
		return
	}
	const follows = "Presign sets it: the query string is in the key, and Exposure bounds the time"
	refuse := func(given bool, name, why string) { m.refuse(given, property+"."+name, "remove it", "%s", why) }
	refuse(b.Origin != nil, "Origin", "S3 signs requests for buckets only")
	refuse(b.Cache != nil, "Cache", follows)
	refuse(b.CachePolicy != nil, "CachePolicy", follows)
	refuse(b.Live, "Live", follows)
	refuse(b.Downloads, "Downloads", follows)
	refuse(b.OriginRequestPolicy != nil, "OriginRequestPolicy",
		"it could forward the viewer's Host header, for which nothing was signed")
	refuse(b.AllowedMethods == MethodsAll, "AllowedMethods", "it would let a presigned PUT or DELETE through the cache")
	refuse(or(b.BucketOrigin) != BucketOrigin{}, "BucketOrigin", "the signature is for the bucket and path without it")
	p := *b.presign()
	m.checkSeconds(property+".Presign.Lifetime", p.Lifetime)
	m.checkSeconds(property+".Presign.Exposure", p.Exposure)
	m.refuse(p.Lifetime > awsname.MaxPresigned, property+".Presign.Lifetime",
		fmt.Sprintf("use %v or less", awsname.MaxPresigned), "it is %v, and S3 accepts a signature for a week at most",
		p.Lifetime)
	m.refuse(p.Exposure-p.Lifetime < time.Second, property+".Presign.Exposure", "make it longer",
		"%v leaves the cache no time after a Lifetime of %v", p.Exposure, p.Lifetime)
}
