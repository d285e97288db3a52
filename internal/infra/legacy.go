package infra

import (
	"cmp"
	"time"
)

// legacyPolicies turns forwarded values and a behavior's own TTLs into the
// policies that do the same.
//
// What is forwarded is part of the cache key, and nothing else is. Query
// strings may all be forwarded with only some in the key. Legacy settings
// cache gzip and no Brotli.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
func legacyPolicies(p *behaviorProperties) (CachePolicy, *OriginRequestPolicy) {
	f := p.ForwardedValues
	queries := none
	if f.QueryString {
		queries = all
	}
	cache := CachePolicy{
		Name:         "ForwardedValues",
		MinTTL:       ttl(p.MinTTL, 0),
		DefaultTTL:   ttl(p.DefaultTTL, 24*time.Hour),
		MaxTTL:       ttl(p.MaxTTL, 365*24*time.Hour),
		Headers:      none,
		Cookies:      Selection{cmp.Or(f.Cookies.Forward, "none"), f.Cookies.WhitelistedNames},
		QueryStrings: queries,
		Gzip:         p.Compress,
	}
	if len(f.QueryStringCacheKeys) > 0 {
		cache.QueryStrings = only(f.QueryStringCacheKeys...)
	}
	forward := &OriginRequestPolicy{cache.Name, none, none, queries}
	switch {
	case len(f.Headers) == 1 && f.Headers[0] == "*":
		// Forwarding all headers means that nothing is cached.
		cache.MinTTL, cache.DefaultTTL, cache.MaxTTL = 0, 0, 0
		forward.Headers = Selection{Kind: "allViewer"}
	case len(f.Headers) > 0:
		cache.Headers = only(f.Headers...)
	}
	return cache, forward
}

// ttl returns a number of seconds, if there is one.
func ttl(n *float64, otherwise time.Duration) time.Duration {
	if n == nil {
		return otherwise
	}
	return seconds(*n)
}
