package privatecdn

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
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

// The kinds of origin access. The zero OriginAccess is OAI. All of them grant
// s3:GetObject on the objects of the bucket and nothing else.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
const (
	// OAI is an origin access identity. It cannot read objects under a KMS key
	// and does not exist for buckets in Regions opened since December 2022.
	OAI OriginAccess = "OAI"
	// OAIToOAC reads as an OAI does and already lets the OAC in: the deploy
	// between OAI and OAC, after which no edge location is refused.
	OAIToOAC OriginAccess = "OAIToOAC"
	// OAC is origin access control, which AWS recommends.
	OAC OriginAccess = "OAC"
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
	// Deployed is what is deployed now. With it, synthesis refuses a step of a
	// rotation that is taken before the one before it is deployed.
	Deployed *deployment.Deployment
	// IPRestrictedSigning says that signatures name the viewer's address. A
	// policy can hold IPv4 addresses only, so IPv4Only must be set as well.
	IPRestrictedSigning bool

	// Behaviors are tried in this order, before the default behavior.
	Behaviors []Behavior
	// Default is the behavior of every path that no other behavior catches.
	// Its PathPattern stays empty.
	Default Behavior

	// Bucket holds the content in place of a bucket made here. One that CDK
	// does not own has to be told of the distribution: the statement it needs
	// becomes an output.
	Bucket awss3.IBucket
	// OriginAccess is how the distribution reads its buckets.
	OriginAccess OriginAccess
	// DistributionID narrows, from the second deploy on, what an origin access
	// control grants on a bucket or key in another stack: CloudFormation cannot
	// name the distribution there, so without it every distribution of the
	// account is let in.
	DistributionID string
	// KMS encrypts the bucket made here with a KMS key made here; EncryptionKey
	// with that one. Either takes OriginAccess OAC.
	KMS           bool
	EncryptionKey awskms.IKey
	// Destroy empties and removes what is made here to keep content, logs and
	// keys when the stack goes. By default they stay.
	Destroy bool
	// Content is uploaded on each deploy, and the paths it takes invalidated.
	Content []Content

	// Cache is how long, and by what, objects are cached where a behavior does
	// not say otherwise.
	Cache Cache
	// CachePolicy, shared or made elsewhere, stands in for one made from Cache.
	CachePolicy awscloudfront.ICachePolicy
	// CORS says which other origins' pages may read the content.
	CORS CORS
	// CookieOrigins are the origins, like https://app.example.com, whose pages
	// read the content with signed cookies. It is all that a browser needs for
	// that, in place of CORS.
	CookieOrigins []string
	// SecurityHeaders are put on every response.
	SecurityHeaders SecurityHeaders
	// ResponseHeadersPolicy, shared or made elsewhere, stands in for one made
	// from CORS and SecurityHeaders.
	ResponseHeadersPolicy awscloudfront.IResponseHeadersPolicy

	// Front is the distribution as viewers see it: names, TLS, countries, pages.
	Front Front

	// Logging is where the access logs go and how long they are kept.
	Logging Logging
	// Watch adds alarms and a dashboard.
	Watch *Watch
	// Tags are put on every resource.
	Tags map[string]string
	// Limits are the account's quotas, where they were raised.
	Limits Limits
}

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
	Presign Presign
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

// Presign bounds how long anyone can read an object through a URL that S3
// signed: S3 looks at the signature only when the cache asks it.
type Presign struct {
	// Lifetime is the longest a signature lives; the default is an hour, the
	// most S3 allows a week.
	Lifetime time.Duration
	// Exposure is the longest an object is served after it was signed for: the
	// signature's lifetime and the time in the cache. The default is half as
	// long again as Lifetime.
	Exposure time.Duration
}

// maxCache is what the exposure leaves for the cache.
func (p Presign) maxCache() time.Duration { return p.Exposure - p.Lifetime }
