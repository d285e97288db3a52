package infra

import "time"

// legacyPolicies turns forwarded values and a behavior's own TTLs into the
// policies that do the same.
//
// What is forwarded is part of the cache key, and nothing else is. Query
// strings may all be forwarded with only some in the key. Legacy settings
// cache gzip and no Brotli.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
func legacyPolicies(p *behaviorProperties) (CachePolicy, *OriginRequestPolicy) {
	f := p.ForwardedValues
	cache := CachePolicy{
		Name:         "ForwardedValues",
		MinTTL:       ttl(p.MinTTL, 0),
		DefaultTTL:   ttl(p.DefaultTTL, 24*time.Hour),
		MaxTTL:       ttl(p.MaxTTL, 365*24*time.Hour),
		Headers:      none,
		Cookies:      selection(f.Cookies.Forward, f.Cookies.WhitelistedNames),
		QueryStrings: none,
		Gzip:         p.Compress,
	}
	switch {
	case len(f.QueryStringCacheKeys) > 0:
		cache.QueryStrings = only(f.QueryStringCacheKeys...)
	case f.QueryString:
		cache.QueryStrings = all
	}
	forward := &OriginRequestPolicy{
		Name:         "ForwardedValues",
		Headers:      none,
		Cookies:      none,
		QueryStrings: none,
	}
	if f.QueryString {
		forward.QueryStrings = all
	}
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
func ttl[N int | float64](n *N, otherwise time.Duration) time.Duration {
	if n == nil {
		return otherwise
	}
	return seconds(float64(*n))
}
