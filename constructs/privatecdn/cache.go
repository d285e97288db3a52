package privatecdn

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/internal/fault"
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

// The cache's times where nothing else is said.
const (
	defaultTTL = time.Hour
	maxTTL     = day
)

// withDefaults returns c as it is meant.
func (c Cache) withDefaults() Cache {
	if c.Disabled {
		return Cache{Disabled: true}
	}
	c.MinTTL = orDefault(c.MinTTL, 0)
	c.MaxTTL = orDefault(c.MaxTTL, max(maxTTL, c.DefaultTTL, c.MinTTL))
	c.DefaultTTL = orDefault(c.DefaultTTL, min(max(defaultTTL, c.MinTTL), c.MaxTTL))
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
	c := s.Cache
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
	given := s.DistributionProps.Cache
	if given != nil {
		given.check(m, "Cache")
	}
	if given != nil && s.CachePolicy != nil {
		m.add("Cache", "keep one of them", "it is given together with CachePolicy")
	}
	if h := s.CacheTagHeader; h != "" && !isToken(h) && !headerName.MatchString(h) {
		m.add("CacheTagHeader", "use a name such as x-amz-meta-cache-tag", "%q is not a valid header name", h)
	}
}

func (b Behavior) checkCache(m *mistakes, property string) {
	if b.Cache != nil {
		b.Cache.check(m, property+".Cache")
	}
	one := func(name string, given ...bool) {
		if slices.Contains(given, true) {
			m.add(property+"."+name, "keep one of them", "it is given together with a Cache or CachePolicy of its own")
		}
	}
	if b.Access == Presigned {
		return // refused by checkPresigned
	}
	one("Cache", b.Cache != nil && b.CachePolicy != nil)
	one("Live", b.Live && b.Cache != nil, b.Live && b.CachePolicy != nil)
	one("Downloads", b.Downloads && b.CachePolicy != nil)
	if b.Downloads && (b.Origin != nil || b.Live || b.Cache != nil && b.Cache.Disabled) {
		m.add(property+".Downloads", "leave it out", "it is for objects that S3 sends and CloudFront caches")
	}
}

func (c Cache) check(m *mistakes, property string) {
	if c.Disabled {
		rest := c
		if rest.Disabled = false; rest.MinTTL+rest.DefaultTTL+rest.MaxTTL != 0 || rest.keyed() {
			m.add(property, "with Disabled, leave the rest out", "it is Disabled and says how to cache")
		}
		return
	}
	m.checkSeconds(property+".MinTTL", c.MinTTL)
	m.checkSeconds(property+".DefaultTTL", c.DefaultTTL)
	m.checkSeconds(property+".MaxTTL", c.MaxTTL)
	full := c.withDefaults()
	if full.MinTTL > full.DefaultTTL || full.DefaultTTL > full.MaxTTL {
		m.add(property, "each must be at most the next", "MinTTL is %v, DefaultTTL %v and MaxTTL %v", full.MinTTL,
			full.DefaultTTL, full.MaxTTL)
	}
	if full.MaxTTL == 0 && c.keyed() {
		m.add(property, "use Disabled and an OriginRequestPolicy",
			"nothing is cached, and CloudFront allows no cache key then")
	}
	if slices.Contains(c.Headers, "*") {
		m.add(property+".Headers", "name the headers", `"*" is not a valid header in a cache policy`)
	}
	m.checkWildcard(property+".Cookies", c.Cookies)
	m.checkWildcard(property+".QueryStrings", c.QueryStrings)
	m.checkKeyed(property+".Headers", c.Headers, headerName)
	m.checkKeyed(property+".Cookies", c.Cookies, headerName)
	m.checkKeyed(property+".QueryStrings", c.QueryStrings, queryName)
}

// queryName matches the name of a query parameter, which may be escaped.
var queryName = regexp.MustCompile(`^[A-Za-z0-9!$%'()*+,./:;?@_~\[\]-]{1,128}$`)

// mostKeyed is how many names of each kind a cache policy has room for.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
const mostKeyed = 10

func (m *mistakes) checkKeyed(property string, names []string, valid *regexp.Regexp) {
	if len(names) > mostKeyed {
		m.add(property, `use "*", or leave some out`, "there are %d names, and a cache policy has room for %d",
			len(names), mostKeyed)
	}
	for _, name := range names {
		if !isToken(name) && !valid.MatchString(name) {
			m.add(property, "write the name alone", "%s is not a valid name", fault.Quote(name))
		}
	}
}

func (c Cache) keyed() bool { return len(c.Headers)+len(c.Cookies)+len(c.QueryStrings) > 0 }

func (m *mistakes) checkWildcard(property string, names []string) {
	if len(names) > 1 && slices.Contains(names, "*") {
		m.add(property, `use "*" alone, or names alone`, `it has "*" and names`)
	}
}

// ownCachePolicy returns the distribution's policy.
func (d *distribution) ownCachePolicy() awscloudfront.ICachePolicy {
	if d.props.CachePolicy != nil {
		return d.props.CachePolicy
	}
	return d.cachePolicyFor("Cache", d.name, d.props.Cache)
}

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
		encodings := jsii.Bool(c.MaxTTL > 0)
		return awscloudfront.NewCachePolicy(d, jsii.String(id), &awscloudfront.CachePolicyProps{
			CachePolicyName:            jsii.String(name),
			MinTtl:                     seconds(c.MinTTL),
			DefaultTtl:                 seconds(c.DefaultTTL),
			MaxTtl:                     seconds(c.MaxTTL),
			HeaderBehavior:             cacheHeaders(c.Headers),
			CookieBehavior:             cacheCookies(c.Cookies),
			QueryStringBehavior:        cacheQueryStrings(c.QueryStrings),
			EnableAcceptEncodingGzip:   encodings,
			EnableAcceptEncodingBrotli: encodings,
		})
	})
}

// content is the same for two caches that do the same.
func (c Cache) content() string {
	c.Headers = strings.Split(strings.ToLower(strings.Join(slices.Sorted(slices.Values(c.Headers)), "\n")), "\n")
	c.Cookies = slices.Sorted(slices.Values(c.Cookies))
	c.QueryStrings = slices.Sorted(slices.Values(c.QueryStrings))
	return fmt.Sprintf("%+v", c)
}

func cacheHeaders(names []string) awscloudfront.CacheHeaderBehavior {
	if len(names) == 0 {
		return nil
	}
	return awscloudfront.CacheHeaderBehavior_AllowList(*jsii.Strings(names...)...)
}

func cacheCookies(names []string) awscloudfront.CacheCookieBehavior {
	switch {
	case len(names) == 0:
		return nil
	case everything(names):
		return awscloudfront.CacheCookieBehavior_All()
	}
	return awscloudfront.CacheCookieBehavior_AllowList(*jsii.Strings(names...)...)
}

func cacheQueryStrings(names []string) awscloudfront.CacheQueryStringBehavior {
	switch {
	case len(names) == 0:
		return nil
	case everything(names):
		return awscloudfront.CacheQueryStringBehavior_All()
	}
	return awscloudfront.CacheQueryStringBehavior_AllowList(*jsii.Strings(names...)...)
}

func everything(names []string) bool { return len(names) == 1 && names[0] == "*" }
