package privatecdn

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
)

// Access says what opens a behavior.
type Access = deployment.Access

// The kinds of access. The zero Access is Signed.
const (
	Signed    = deployment.Signed    // a CloudFront signature by a key of a trusted key group
	Public    = deployment.Public    // nothing
	Presigned = deployment.Presigned // an S3 signature, which S3 checks
)

// OriginAccess says how the distribution proves itself to the bucket.
type OriginAccess string

// The kinds of origin access. The zero OriginAccess is OAI.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
const (
	OAI OriginAccess = "OAI" // origin access identity
	OAC OriginAccess = "OAC" // origin access control
)

// DistributionProps are the properties of a Distribution. The zero value of
// each but Keys is its default.
type DistributionProps struct {
	// Keys is the ring of the keys that open the signed behaviors. It is
	// required unless TrustedKeys is given or no behavior is Signed.
	Keys *keys.Ring
	// TrustedKeys is a key group made before, shared with other distributions,
	// in place of one made from Keys.
	TrustedKeys TrustedKeys

	// Behaviors are tried in this order, before the default behavior.
	Behaviors []Behavior
	// Default is the behavior of every path that no other behavior catches.
	// Its PathPattern stays empty.
	Default Behavior

	// OriginAccess is how the distribution reads its buckets.
	OriginAccess OriginAccess
	// Destroy empties and removes the buckets when the stack goes. By default
	// they stay.
	Destroy bool

	// Cache is how long, and by what, objects are cached where a behavior does
	// not say otherwise.
	Cache Cache
	// CachePolicy, shared or made elsewhere, stands in for one made from Cache.
	CachePolicy awscloudfront.ICachePolicy
	// CORS says which other origins' pages may read the content.
	CORS CORS
	// SecurityHeaders are put on every response.
	SecurityHeaders SecurityHeaders
	// ResponseHeadersPolicy, shared or made elsewhere, stands in for one made
	// from CORS and SecurityHeaders.
	ResponseHeadersPolicy awscloudfront.IResponseHeadersPolicy

	// PriceClass says from where the content is served. The default is
	// PRICE_CLASS_200.
	PriceClass awscloudfront.PriceClass
	// Comment describes the distribution.
	Comment string
}

// Behavior is one cache behavior. The zero value of each field is its default.
type Behavior struct {
	// PathPattern says which paths it catches: * stands for zero or more
	// characters, ? for exactly one.
	PathPattern string
	// Access says what opens it.
	Access Access
	// Bucket is where its content comes from, in place of the distribution's
	// own bucket.
	Bucket awss3.IBucket
	// Origin is where its content comes from when that is no bucket. Whatever
	// the access, CloudFront alone protects it: an origin that answers others
	// as well is public.
	Origin awscloudfront.IOrigin
	// Cache, where it differs from the distribution's.
	Cache *Cache
	// CachePolicy, shared or made elsewhere, stands in for one made from Cache.
	CachePolicy awscloudfront.ICachePolicy
	// OriginRequestPolicy is what goes to the origin beside the cache key. The
	// default is the managed CORS-S3Origin for buckets, none for others.
	OriginRequestPolicy awscloudfront.IOriginRequestPolicy
	// ResponseHeadersPolicy, where it differs from the distribution's.
	ResponseHeadersPolicy awscloudfront.IResponseHeadersPolicy
	// Methods are the methods allowed. The default is MethodsGetHeadOptions.
	Methods Methods
	// Uncompressed switches off gzip and Brotli.
	Uncompressed bool
	// ViewerRequest runs on each request before the cache is asked.
	ViewerRequest awscloudfront.IFunction
	// ViewerResponse runs on each response before it leaves.
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

// Cache is how long an object is kept and what tells two requests for a path
// apart. The zero Cache is 0, an hour and a day, by the path alone.
type Cache struct {
	// MinTTL, DefaultTTL and MaxTTL bound the time between two questions to
	// the origin; whole seconds. A DefaultTTL or MaxTTL of zero is its default,
	// an hour and a day, unless Off is set.
	MinTTL, DefaultTTL, MaxTTL time.Duration
	// Off keeps nothing.
	Off bool
	// Headers, Cookies and QueryStrings are part of the key and go to the
	// origin; "*" alone means all of them (not for headers).
	Headers, Cookies, QueryStrings []string
}

// CORS says which other origins' pages may read the content. The zero CORS
// lets any page read it, without credentials: it still takes a signed URL.
type CORS struct {
	// Origins may read; "https://app.example.com", or "*" alone.
	Origins []string
	// Credentials lets the browser send cookies. It takes exact Origins and
	// exact Headers.
	Credentials bool
	// Headers a page may send beside the simple ones; "*" alone means any.
	Headers []string
	// Expose are response headers a page may read beside the simple ones.
	Expose []string
	// MaxAge is how long a browser remembers a preflight; whole seconds. The
	// default is 10 minutes.
	MaxAge time.Duration
}

// SecurityHeaders are the response headers that harden a browser. The zero
// SecurityHeaders is AWS's managed SecurityHeadersPolicy, put over whatever
// the origin says.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
type SecurityHeaders struct {
	// HSTS is the max-age of Strict-Transport-Security; the default is a year.
	HSTS time.Duration
	// IncludeSubdomains and Preload are its other two parts. Preload takes
	// IncludeSubdomains and at least a year.
	IncludeSubdomains, Preload bool
	// FrameOptions is DENY or SAMEORIGIN, the default.
	FrameOptions awscloudfront.HeadersFrameOption
	// ReferrerPolicy; the default is strict-origin-when-cross-origin, so that
	// no signed URL leaves in a Referer.
	ReferrerPolicy awscloudfront.HeadersReferrerPolicy
	// ContentSecurityPolicy is sent when it is not empty.
	ContentSecurityPolicy string
}
