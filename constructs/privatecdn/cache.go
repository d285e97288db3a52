package privatecdn

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// Cache is how long an object is cached and what distinguishes two requests for
// a path.
type Cache struct {
	// MinTTL, DefaultTTL and MaxTTL bound the time between two requests to the
	// origin: 0, an hour and a day by default; whole seconds, or Zero.
	MinTTL, DefaultTTL, MaxTTL time.Duration
	// Disabled caches nothing.
	Disabled bool
	// Headers, Cookies and QueryStrings are part of the key and reach the
	// origin; "*" alone means all of them (not for headers).
	Headers, Cookies, QueryStrings []string
}

// withDefaults returns c as it is meant.
func (c Cache) withDefaults() Cache {
	if c.Disabled {
		return Cache{Disabled: true}
	}
	c.MinTTL = orDefault(c.MinTTL, 0)
	c.MaxTTL = orDefault(c.MaxTTL, max(day, c.DefaultTTL, c.MinTTL))
	c.DefaultTTL = orDefault(c.DefaultTTL, min(max(time.Hour, c.MinTTL), c.MaxTTL))
	return c
}

// liveCache is for playlists of live streams: a second, and the directives of
// low-latency HLS in the key.
// https://datatracker.ietf.org/doc/html/draft-pantos-hls-rfc8216bis#section-6.2.5
var liveCache = Cache{
	DefaultTTL: time.Second, MaxTTL: time.Minute, QueryStrings: []string{"_HLS_msn", "_HLS_part", "_HLS_skip"},
}

// downloadName is the parameter in which a signed request to S3 says the name of
// the file.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
const downloadName = "response-content-disposition"

// cache returns the cache that b does not share with the distribution, nil if
// it shares it or has a policy of its own.
func (b Behavior) cache(s *settled) *Cache {
	c := *s.Cache
	switch {
	case b.CachePolicy != nil:
		return nil
	case b.Presign != nil:
		c = *b.Presign.cache()
	case b.Live:
		c = liveCache
	case b.Cache != nil:
		c = b.Cache.withDefaults()
	case b.Origin != nil || b.AllowedMethods == MethodsAll:
		c = Cache{Disabled: true}
	case !b.Downloads:
		return nil
	}
	if b.Downloads && !slices.Contains(c.QueryStrings, "*") {
		c.QueryStrings = append(slices.Clone(c.QueryStrings), downloadName)
	}
	return &c
}

func (s *settled) checkCache(m *mistakes) {
	given := s.given.Cache
	or(given).check(m, "Cache")
	m.refuseBoth(given != nil && s.CachePolicy != nil, "Cache", "CachePolicy")
	if header := s.CacheTagHeader; header != "" {
		m.checkText("CacheTagHeader", "header name", "use a name such as x-amz-meta-cache-tag",
			headerName.MatchString, header)
	}
}

func (b Behavior) checkCache(m *mistakes, property string) {
	or(b.Cache).check(m, property+".Cache")
	if b.Access == Presigned {
		return // checkPresigned refuses all of these
	}
	own := b.CachePolicy != nil
	m.refuseBoth(b.Cache != nil && own, property+".Cache", "CachePolicy")
	m.refuseBoth(b.Live && (b.Cache != nil || own), property+".Live", "Cache or CachePolicy")
	m.refuseBoth(b.Downloads && own, property+".Downloads", "CachePolicy")
	m.refuse(b.Downloads && (b.Origin != nil || b.Live || or(b.Cache).Disabled), property+".Downloads", "remove it",
		"it is for objects that S3 sends and CloudFront caches")
}

func (c Cache) check(m *mistakes, property string) {
	if c.Disabled {
		m.refuse(c.MinTTL+c.DefaultTTL+c.MaxTTL != 0 || c.keyed(), property, "remove Disabled or the other properties",
			"Disabled is set together with properties of a cache")
		return
	}
	m.checkSeconds(property+".MinTTL", c.MinTTL)
	m.checkSeconds(property+".DefaultTTL", c.DefaultTTL)
	m.checkSeconds(property+".MaxTTL", c.MaxTTL)
	full := c.withDefaults()
	m.refuse(full.MinTTL > full.DefaultTTL || full.DefaultTTL > full.MaxTTL, property,
		"make MinTTL the least and MaxTTL the greatest", "MinTTL is %v, DefaultTTL %v and MaxTTL %v",
		full.MinTTL, full.DefaultTTL, full.MaxTTL)
	m.refuse(full.MaxTTL == 0 && c.keyed(), property, "use Disabled and an OriginRequestPolicy",
		"a MaxTTL of zero caches nothing, and CloudFront refuses a cache key then")
	m.refuse(slices.Contains(c.Headers, "*"), property+".Headers", "name the headers",
		`"*" is not a valid header in a cache policy`)
	m.checkWildcard(property+".Cookies", c.Cookies)
	m.checkWildcard(property+".QueryStrings", c.QueryStrings)
	m.checkNames(property+".Headers", headerName, c.Headers)
	m.checkNames(property+".Cookies", headerName, c.Cookies)
	m.checkNames(property+".QueryStrings", queryName, c.QueryStrings)
}

// queryName matches the name of a query parameter, which may be escaped.
var queryName = regexp.MustCompile(`^[A-Za-z0-9!$%'()*+,./:;?@_~\[\]-]{1,128}$`)

func (c Cache) keyed() bool { return len(c.Headers)+len(c.Cookies)+len(c.QueryStrings) > 0 }

func (m *mistakes) checkWildcard(property string, names []string) {
	m.refuse(len(names) > 1 && slices.Contains(names, "*"), property, `use "*" alone, or names alone`,
		`it has "*" and names`)
}

func (s *settled) setCacheTags(made awscloudfront.CfnDistribution) {
	if s.CacheTagHeader != "" {
		made.AddPropertyOverride(new("DistributionConfig.CacheTagConfig.HeaderName"), s.CacheTagHeader)
	}
}

// cachePolicyOf returns b's own policy, or the distribution's.
func (d *distribution) cachePolicyOf(b Behavior) awscloudfront.ICachePolicy {
	switch {
	case b.CachePolicy != nil:
		return b.CachePolicy
	case b.Cache == nil:
		return d.cachePolicy
	case b.PathPattern == "":
		return d.cachePolicyFor("Cache default", d.name+"-default", *b.Cache)
	}
	return d.cachePolicyFor("Cache "+pathpattern.Canonical(b.PathPattern), d.name+"-"+digest(b.PathPattern), *b.Cache)
}

// cachePolicyFor returns the policy that c, complete, describes: one made in
// this stack before, or a new one.
func (d *distribution) cachePolicyFor(id, name string, c Cache) awscloudfront.ICachePolicy {
	if c.Disabled {
		return awscloudfront.CachePolicy_CACHING_DISABLED()
	}
	return shared(d, "cache "+c.content(), func() awscloudfront.ICachePolicy {
		d.counts.made.CachePolicies++
		encodings := new(c.MaxTTL > 0)
		return awscloudfront.NewCachePolicy(d, &id, &awscloudfront.CachePolicyProps{
			CachePolicyName: &name,
			MinTtl:          seconds(c.MinTTL), DefaultTtl: seconds(c.DefaultTTL), MaxTtl: seconds(c.MaxTTL),
			HeaderBehavior: keyedBy(c.Headers, nil, awscloudfront.CacheHeaderBehavior_AllowList),
			CookieBehavior: keyedBy(c.Cookies, awscloudfront.CacheCookieBehavior_All,
				awscloudfront.CacheCookieBehavior_AllowList),
			QueryStringBehavior: keyedBy(c.QueryStrings, awscloudfront.CacheQueryStringBehavior_All,
				awscloudfront.CacheQueryStringBehavior_AllowList),
			EnableAcceptEncodingGzip: encodings, EnableAcceptEncodingBrotli: encodings,
		})
	})
}

// content is the same for two caches that do the same.
func (c Cache) content() string {
	sorted := func(names []string) []string { return slices.Sorted(slices.Values(names)) }
	lower := strings.Fields(strings.ToLower(strings.Join(c.Headers, " ")))
	c.Headers, c.Cookies, c.QueryStrings = sorted(lower), sorted(c.Cookies), sorted(c.QueryStrings)
	return fmt.Sprintf("%+v", c)
}

// keyedBy returns what of a request is part of the cache key; nil for nothing.
func keyedBy[B any](names []string, all func() B, some func(...*string) B) (behavior B) {
	switch {
	case everything(names):
		return all()
	case len(names) > 0:
		return some(*jsii.Strings(names...)...)
	}
	return behavior
}

func everything(names []string) bool { return len(names) == 1 && names[0] == "*" }

// cacheOf returns b's cache policy: the one that will be made, AWS's, or one of
// this app. Of another only CloudFront's own longest time is known.
func (s *settled) cacheOf(b Behavior) *infra.CachePolicy {
	policy := b.CachePolicy
	if b.Cache == nil && policy == nil {
		b.Cache, policy = s.Cache, s.CachePolicy
	}
	if policy == nil {
		return &infra.CachePolicy{MaxTTL: b.Cache.MaxTTL, Headers: selected(b.Cache.Headers),
			QueryStrings: selected(b.Cache.QueryStrings)}
	}
	id := *policy.CachePolicyId()
	if managed, ok := infra.Managed()[id].(*infra.CachePolicy); ok {
		return managed
	}
	var made struct {
		CachePolicyConfig struct {
			MaxTTL                                   float64
			ParametersInCacheKeyAndForwardedToOrigin forwardedConfig
		}
	}
	if !isToken(id) || !readProperties(policy, &made) {
		return &infra.CachePolicy{MaxTTL: year}
	}
	key := made.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin
	return &infra.CachePolicy{MaxTTL: time.Duration(made.CachePolicyConfig.MaxTTL) * time.Second,
		Headers: infra.Selection(key.HeadersConfig), QueryStrings: infra.Selection(key.QueryStringsConfig)}
}

// requestOf returns b's origin request policy as far as it is known.
func requestOf(b Behavior) *infra.OriginRequestPolicy {
	if b.OriginRequestPolicy == nil {
		return &infra.OriginRequestPolicy{}
	}
	id := *b.OriginRequestPolicy.OriginRequestPolicyId()
	if managed, ok := infra.Managed()[id].(*infra.OriginRequestPolicy); ok {
		return managed
	}
	var made struct{ OriginRequestPolicyConfig forwardedConfig }
	if isToken(id) {
		readProperties(b.OriginRequestPolicy, &made)
	}
	config := made.OriginRequestPolicyConfig
	return &infra.OriginRequestPolicy{
		Headers: infra.Selection(config.HeadersConfig), QueryStrings: infra.Selection(config.QueryStringsConfig),
	}
}

// forwardedConfig is what a policy forwards, as CDK has it.
type forwardedConfig struct {
	HeadersConfig struct {
		Kind  string   `json:"headerBehavior"`
		Names []string `json:"headers"`
	}
	QueryStringsConfig struct {
		Kind  string   `json:"queryStringBehavior"`
		Names []string `json:"queryStrings"`
	}
}

func selected(names []string) infra.Selection {
	if everything(names) {
		return infra.Selection{Kind: "all"}
	}
	return infra.Selection{Kind: "whitelist", Names: names}
}

// forwardsHost reports whether the viewer's Host reaches b's origin, as far as
// can be known.
func (s *settled) forwardsHost(b Behavior) bool {
	forwards := func(h infra.Selection) bool {
		listed := containsFold(h.Names, "Host")
		return strings.HasPrefix(h.Kind, "allViewer") || h.Kind == "whitelist" && listed || h.Kind == "allExcept" && !listed
	}
	return forwards(s.cacheOf(b).Headers) || forwards(requestOf(b).Headers)
}

// queryParameters returns those of a viewer's query that reach b's origin and,
// where b caches, distinguish what it caches; as far as can be known.
func (s *settled) queryParameters(b Behavior) deployment.QueryParameters {
	from := s.cacheOf(b)
	query := from.QueryStrings
	if from.MaxTTL == 0 {
		query = requestOf(b).QueryStrings // a policy that caches nothing has no key
	}
	if query.Kind != "all" && query.Kind != "allExcept" {
		return query.Names
	}
	all := deployment.QueryParameters{"*"}
	for _, name := range query.Names {
		all = append(all, "!"+name)
	}
	return all
}
