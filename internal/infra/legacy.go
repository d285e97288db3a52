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
		Headers:      selection("none", nil),
		Cookies:      selection(f.Cookies.Forward, f.Cookies.WhitelistedNames),
		QueryStrings: selection("none", nil),
		Gzip:         p.Compress,
	}
	switch {
	case len(f.QueryStringCacheKeys) > 0:
		cache.QueryStrings = selection("whitelist", f.QueryStringCacheKeys)
	case f.QueryString:
		cache.QueryStrings = selection("all", nil)
	}
	forward := &OriginRequestPolicy{
		Name:         "ForwardedValues",
		Headers:      selection("none", nil),
		Cookies:      selection("none", nil),
		QueryStrings: selection("none", nil),
	}
	if f.QueryString {
		forward.QueryStrings = selection("all", nil)
	}
	switch {
	case len(f.Headers) == 1 && f.Headers[0] == "*":
		// Forwarding all headers means that nothing is cached.
		cache.MinTTL, cache.DefaultTTL, cache.MaxTTL = 0, 0, 0
		forward.Headers = selection("allViewer", nil)
	case len(f.Headers) > 0:
		cache.Headers = selection("whitelist", f.Headers)
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
