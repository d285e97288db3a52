// Package infra reads a synthesized CloudFormation template and says what
// it describes: distributions, what they trust and what they read from.
// What it does not understand it refuses, by resource and property.
package infra

import (
	"encoding/json"
	"time"

	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/keys"
)

// Template is what one stack, or several of one assembly, describes.
type Template struct {
	Distributions  []*Distribution
	Buckets        []*Bucket
	KeyValueStores []*KeyValueStore  `json:"-"` // the functions have them, too
	Outputs        map[string]string // by name; with several stacks by STACK/NAME
	Parameters     map[string]string // values of the AWS::SSM::Parameter resources, by parameter name
	Notes          []Note            // what is known and not acted upon
	UnusedValues   []string          `json:"-"` // names of [cloudformation.Options.Values] that nothing needs
}

// Note is a part of the template that is known and changes nothing of what a
// viewer gets here, with why. Nothing else of a template is left out.
type Note struct {
	Stack     string
	LogicalID string // of the resource, or the output's name
	Type      string // resource type, or Output
	Why       string
}

// Distribution is one CloudFront distribution.
type Distribution struct {
	Stack             string
	LogicalID         string
	ID                string // E and 13 characters, derived from stack and logical ID
	DomainName        string // d….cloudfront.net, derived the same way
	ARN               string
	Aliases           []string
	Enabled           bool
	DefaultRootObject string
	CacheTagHeader    string             // the origin's header of cache tags, "" for none
	Behaviors         []*Behavior        // in order; the default behavior, pattern "*", is last
	Origins           map[string]*Origin `json:"-"` // and origin groups, by ID
	CustomErrors      []CustomError
	Geo               Geo
	WebACL            string
	LogBucket         string // domain name of the bucket that requests are logged in
	ViewerCertificate ViewerCertificate
}

// Behavior is one cache behavior with everything it refers to.
type Behavior struct {
	PathPattern          string
	Origin               *Origin
	ViewerProtocol       string   // allow-all, redirect-to-https or https-only
	AllowedMethods       []string // GET, HEAD by default
	CachedMethods        []string
	Compress             bool
	KeyGroups            []*KeyGroup
	CachePolicy          CachePolicy // ForwardedValues are turned into policies
	OriginRequestPolicy  *OriginRequestPolicy
	ResponseHeaderPolicy *ResponseHeadersPolicy
	ViewerRequest        *Function
	ViewerResponse       *Function
}

// Origins returns the behavior's origin, and the one to fail over to if it has one.
func (b *Behavior) Origins() []*Origin {
	if b.Origin.Failover == nil {
		return []*Origin{b.Origin}
	}
	return []*Origin{b.Origin, b.Origin.Failover.Origin}
}

// Signed reports whether the behavior asks for a CloudFront signature.
func (b *Behavior) Signed() bool { return len(b.KeyGroups) > 0 }

// KeyGroup is a trusted key group.
type KeyGroup struct{ Keys []*PublicKey }

// PublicKey is an AWS::CloudFront::PublicKey.
type PublicKey struct {
	LogicalID string
	ID        string // K and 13 characters, derived from the key itself: the same key has the same ID everywhere
	Key       *keys.Public
}

// Origin is where a behavior's content comes from. Bucket is set when the
// domain name is a bucket's, Custom when it is reached as an HTTP origin; a
// bucket reached as an HTTP origin has both.
type Origin struct {
	ID             string
	DomainName     string
	Path           string // prefix of every key, without a trailing slash
	Headers        map[string]string
	Bucket         *Bucket
	OAI            *OAI
	OAC            *OAC
	Custom         *CustomOrigin
	Website        *Website      // Bucket is reached as a website
	Failover       *Failover     // the origin is an origin group's first member
	ConnectTimeout time.Duration // 10 s by default
	Attempts       int           // 3 by default
	ReadTimeout    time.Duration // 30 s by default
}

// Website is how S3 serves a bucket as a website.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html
type Website struct {
	Index    string // of every directory
	Error    string // key of the error document, or ""
	Redirect string // where every request is sent, scheme://host, or ""
}

// Failover is the second member of an origin group, and when it is asked.
type Failover struct {
	Origin *Origin
	Codes  []int
}

// CustomOrigin is an HTTP origin's own settings.
type CustomOrigin struct {
	Protocol  string // http-only, https-only or match-viewer
	HTTPPort  int
	HTTPSPort int
}

// OAI is an origin access identity.
type OAI struct {
	ID              string
	CanonicalUserID string
}

// OAC is an origin access control.
type OAC struct {
	Type     string // s3, lambda, mediapackagev2 or mediastore
	Behavior string // always, never or no-override
}

// Bucket is an S3 bucket.
type Bucket struct {
	Stack             string
	LogicalID         string
	Name              string // derived from stack and logical ID where the template leaves it open
	ARN               string
	Region            string
	PublicAccessBlock PublicAccessBlock
	Policy            []bucketpolicy.Statement // of the bucket policies, in order
	Encryption        string                   // AES256, aws:kms, aws:kms:dsse or ""
	CORS              []CORS                   // its rules: S3 answers with the first that fits origin and method
	Website           *Website
	External          bool     // named by an origin, not made by this template
	Uploads           []Upload // content that the template copies there; of one key the first counts
}

// PublicAccessBlock is a bucket's four public access settings.
type PublicAccessBlock struct {
	BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets bool
}

// CustomError is a custom error response.
type CustomError struct {
	Code         int
	ResponseCode int // 0: the original
	ResponsePath string
	MinTTL       time.Duration // error caching, 10 s by default
}

// Geo is a geo restriction: Type none, whitelist or blacklist.
type Geo struct {
	Type      string
	Locations []string // ISO 3166-1 alpha-2, upper case
}

// ViewerCertificate is how viewers reach the distribution over TLS.
type ViewerCertificate struct {
	Default         bool // *.cloudfront.net
	MinimumProtocol string
}

// Selection is which headers, cookies or query strings a policy includes.
type Selection struct {
	Kind  string // none, whitelist, allExcept, all, allViewer, allViewerAndWhitelistCloudFront
	Names []string
}

// CachePolicy is what makes up the cache key and how long an object is kept.
type CachePolicy struct {
	Name                           string
	MinTTL, DefaultTTL, MaxTTL     time.Duration
	Headers, Cookies, QueryStrings Selection
	Gzip, Brotli                   bool
}

// OriginRequestPolicy is what goes to the origin beside the cache key.
type OriginRequestPolicy struct {
	Name                           string
	Headers, Cookies, QueryStrings Selection
}

// ResponseHeadersPolicy is what is taken off and put on every response.
type ResponseHeadersPolicy struct {
	Name         string
	CORS         *CORS
	Security     []Header // in CloudFront's own names: Strict-Transport-Security, …
	Custom       []Header
	Remove       []string
	ServerTiming float64 // sampling rate in percent
}

// Header is a response header; Override says whether it replaces the origin's.
type Header struct {
	Name, Value string
	Override    bool
}

// CORS is a response headers policy's CORS part, or one rule of a bucket's.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
type CORS struct {
	AllowCredentials bool
	AllowHeaders     []string
	AllowMethods     []string
	AllowOrigins     []string // each with at most one *
	ExposeHeaders    []string
	MaxAge           time.Duration
	Override         bool
}

// Function is a CloudFront function and the key value store it reads.
type Function struct {
	LogicalID      string
	Runtime        string // cloudfront-js-1.0 or -2.0
	Code           string
	Unpublished    bool // which CloudFront refuses to attach to a behavior
	KeyValueStores []KeyValueStore
}

// KeyValueStore is an AWS::CloudFront::KeyValueStore.
type KeyValueStore struct {
	LogicalID string
	ID        string
	Name      string
	Import    json.RawMessage   // ImportSource, as the template gives it, resolved
	Data      map[string]string // what is imported, where the file lies beside the template
}
