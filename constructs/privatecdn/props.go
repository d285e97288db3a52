// Package privatecdn is a CDK construct for private content: an S3 bucket
// nobody can read, a CloudFront distribution that reads it, and the public
// keys whose signatures open it.
//
// One statement is complete, and everything else is a default that can be
// changed:
//
//	ring, err := keys.Open("keys/ring")
//	…
//	media := privatecdn.NewDistribution(stack, new("Media"), &privatecdn.DistributionProps{Keys: ring})
//
// A property's zero value is its default. A group of properties is a pointer,
// nil for the group's defaults; everything else is a value.
//
// Mistakes in the properties are found before CDK sees them and are reported
// at synthesis, all at once, each with the construct's path, the property and
// the remedy; [Run] and [Synth] make plain errors of them. Until then the
// construct stands in for what is wrong with its defaults, so that no other
// statement of the app fails because of it.
package privatecdn

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

// DistributionProps are the properties of a Distribution. Only Keys is
// required.
type DistributionProps struct {
	// Keys is the ring of the keys that open the signed behaviors. It is
	// required unless TrustedKeys is given or no behavior is Signed.
	Keys *keys.Ring
	// TrustedKeys is a key group made before, in place of one made from Keys.
	TrustedKeys TrustedKeys
	// Deployed is what is deployed now. With it, synthesis refuses a step of a
	// rotation until the previous step has been deployed.
	Deployed *deployment.Deployment

	// Behaviors are tried in this order, before the default behavior.
	Behaviors []Behavior
	// Default is the behavior of every path that no other behavior catches.
	// Its PathPattern stays empty, and its bucket is Bucket.
	Default *Behavior

	// Bucket stores the content, in place of a bucket made here. If CDK cannot
	// change its policy, the statement it needs becomes an output.
	Bucket awss3.IBucket
	// BucketOrigin says how the distribution reads its bucket.
	BucketOrigin *BucketOrigin
	// OriginAccess is how the distribution authenticates to its buckets.
	OriginAccess OriginAccess
	// DistributionID narrows, from the second deployment on, what an origin
	// access control grants on a bucket or key whose policy cannot refer to the
	// distribution. Without it, every distribution of the account may read.
	DistributionID string
	// KMS encrypts the bucket made here with a KMS key made here; EncryptionKey
	// with that one. Either requires OriginAccess OAC.
	KMS           bool
	EncryptionKey awskms.IKey
	// RemovalPolicy is what becomes of content, logs and keys made here when the
	// stack is deleted: RETAIN, the default, or DESTROY.
	RemovalPolicy awscdk.RemovalPolicy
	// Content is uploaded on each deployment, and its paths are invalidated.
	Content []Content

	// Cache is how long, and by what, objects are cached where a behavior does
	// not say otherwise.
	Cache *Cache
	// CachePolicy replaces the one made from Cache.
	CachePolicy awscloudfront.ICachePolicy
	// CacheTagHeader is the response header with an object's tags, by which it
	// can be invalidated, such as x-amz-meta-cache-tag for metadata in S3.
	// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-by-tags.html
	CacheTagHeader string
	// CORS says which other origins' pages may read the content.
	CORS *CORS
	// CookieOrigins are the origins, such as https://app.example.com, whose
	// pages read the content with signed cookies. It replaces CORS.
	CookieOrigins []string
	// SecurityHeaders are set on every response.
	SecurityHeaders *SecurityHeaders
	// CustomHeaders are set on every response, RemoveHeaders removed.
	CustomHeaders map[string]string
	RemoveHeaders []string
	// ResponseHeadersPolicy replaces the one made from CORS, SecurityHeaders,
	// CustomHeaders and RemoveHeaders.
	ResponseHeadersPolicy awscloudfront.IResponseHeadersPolicy

	// Viewer is the distribution as viewers see it: names, TLS, countries, pages.
	Viewer *Viewer

	// Logging is where the access logs go and how long they are stored.
	Logging *Logging
	// Monitoring adds alarms and a dashboard; nil adds none.
	Monitoring *Monitoring
	// Tags are set on every resource.
	Tags map[string]string
	// Limits are the account's quotas that were raised.
	Limits *Limits
}

// settled are properties with every default filled in, and no group nil.
type settled struct {
	DistributionProps
	given  DistributionProps
	in     place
	routes []route
}

// settle returns props with every default filled in, and the mistakes in them
// for a stack. With a mistake the properties returned are those of a
// distribution that stands in for the one meant until synthesis stops.
func settle(props *DistributionProps, in place) (*settled, mistakes) {
	s := fill(or(props), in)
	var m mistakes
	for _, check := range []func(*mistakes){
		s.checkKeys, s.checkCache, s.checkHeaders, s.Viewer.check, s.checkBucket, s.checkOriginAccess, s.checkContent,
		s.checkLogging, s.checkMonitoring, s.checkTags, s.checkBehaviors, s.checkOrder, s.checkErrorPages, s.checkFunctions,
	} {
		check(&m)
	}
	if len(m) == 0 {
		return s, nil
	}
	standIn := DistributionProps{
		Keys: s.Keys, TrustedKeys: s.TrustedKeys, OriginAccess: s.OriginAccess,
		KMS: s.KMS, EncryptionKey: s.EncryptionKey, Logging: &Logging{Disabled: s.Logging.Disabled},
		Monitoring: when(s.Monitoring != nil, Monitoring{}),
	}
	if !slices.Contains(originAccesses, s.OriginAccess) {
		standIn.OriginAccess = OAI
	}
	return fill(standIn, in), m
}

func fill(given DistributionProps, in place) *settled {
	s := &settled{DistributionProps: given, given: given, in: in}
	s.Keys = opened(given.Keys)
	s.KMS = given.KMS || given.EncryptionKey != nil
	s.RemovalPolicy = cmp.Or(given.RemovalPolicy, awscdk.RemovalPolicy_RETAIN)
	s.OriginAccess = cmp.Or(given.OriginAccess, OAI)
	s.BucketOrigin = new(or(given.BucketOrigin))
	s.Cache = new(or(given.Cache).withDefaults())
	s.CORS = new(or(given.CORS).withDefaults(given.CookieOrigins))
	s.SecurityHeaders = new(or(given.SecurityHeaders).withDefaults())
	s.Viewer = new(or(given.Viewer).withDefaults())
	s.Logging = new(or(given.Logging).withDefaults(in))
	s.Default = new(or(given.Default).withDefaults(s))
	s.Behaviors = slices.Clone(given.Behaviors)
	for i, b := range s.Behaviors {
		s.Behaviors[i] = b.withDefaults(s)
	}
	s.addRoutes()
	return s
}

// all returns every behavior, the default one last.
func (s *settled) all() []Behavior { return append(slices.Clone(s.Behaviors), *s.Default) }

const mostTags = 50

// tagText matches what every service accepts.
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// checkTags enforces the limits that all AWS services share.
// https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
func (s *settled) checkTags(m *mistakes) {
	m.refuse(len(s.Tags) > mostTags, "Tags", "remove some of them",
		"there are %d tags, and a resource has room for %d", len(s.Tags), mostTags)
	for _, name := range slices.Sorted(maps.Keys(s.Tags)) {
		m.refuse(name == "" || utf8.RuneCountInString(name) > 128 || !tagText.MatchString(name) ||
			strings.HasPrefix(strings.ToLower(name), "aws:"), "Tags",
			"use up to 128 letters, digits, spaces and _.:/=+@-, not beginning with aws:",
			"%s is not a valid tag name", fault.Quote(name))
		m.refuse(utf8.RuneCountInString(s.Tags[name]) > 256, "Tags", "shorten it",
			"the value of %s has more than 256 characters", fault.Quote(name))
		m.checkText("Tags", "value of the tag "+fault.Quote(name), "use letters, digits, spaces and _.:/=+@-",
			tagText.MatchString, s.Tags[name])
	}
}
