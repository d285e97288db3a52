package infra

import "time"

// managed returns AWS's managed policies by ID.
func managed() map[string]any {
	all := map[string]any{}
	for id, p := range ManagedCachePolicies() {
		p.LogicalID, all[id] = id, p
	}
	for id, p := range ManagedOriginRequestPolicies() {
		p.LogicalID, all[id] = id, p
	}
	for id, p := range managedResponseHeadersPolicies() {
		p.LogicalID, all[id] = id, p
	}
	return all
}

// ManagedCachePolicies returns AWS's managed cache policies, by ID.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
func ManagedCachePolicies() map[string]*CachePolicy {
	none, all := selection("none", nil), selection("all", nil)
	const year = 365 * 24 * time.Hour
	originHeaders := selection("whitelist", []string{
		"Host", "Origin", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override",
	})
	return map[string]*CachePolicy{
		"2e54312d-136d-493c-8eb9-b001f22f67d2": {
			Name:   "Managed-Amplify",
			MinTTL: 2 * time.Second, DefaultTTL: 2 * time.Second, MaxTTL: 600 * time.Second,
			Headers: selection("whitelist", []string{"Authorization", "CloudFront-Viewer-Country", "Host"}),
			Cookies: all, QueryStrings: all, Gzip: true, Brotli: true,
		},
		"4135ea2d-6df8-44a3-9df3-4b5a84be39ad": {
			Name:    "Managed-CachingDisabled",
			Headers: none, Cookies: none, QueryStrings: none,
		},
		"658327ea-f89d-4fab-a63d-7e88639e58f6": {
			Name:   "Managed-CachingOptimized",
			MinTTL: time.Second, DefaultTTL: 24 * time.Hour, MaxTTL: year,
			Headers: none, Cookies: none, QueryStrings: none, Gzip: true, Brotli: true,
		},
		"b2884449-e4de-46a7-ac36-70bc7f1ddd6d": {
			Name:   "Managed-CachingOptimizedForUncompressedObjects",
			MinTTL: time.Second, DefaultTTL: 24 * time.Hour, MaxTTL: year,
			Headers: none, Cookies: none, QueryStrings: none,
		},
		"08627262-05a9-4f76-9ded-b50ca2e3a84f": {
			Name:       "Managed-Elemental-MediaPackage",
			DefaultTTL: 24 * time.Hour, MaxTTL: year,
			Headers: selection("whitelist", []string{"Origin"}), Cookies: none,
			QueryStrings: selection("whitelist", []string{"aws.manifestfilter", "start", "end", "m"}),
			Gzip:         true,
		},
		"83da9c7e-98b4-4e11-a168-04f0df8e2c65": {
			Name: "Managed-UseOriginCacheControlHeaders", MaxTTL: year,
			Headers: originHeaders, Cookies: all, QueryStrings: none, Gzip: true, Brotli: true,
		},
		"4cc15a8a-d715-48a4-82b8-cc0b614638fe": {
			Name: "Managed-UseOriginCacheControlHeaders-QueryStrings", MaxTTL: year,
			Headers: originHeaders, Cookies: all, QueryStrings: all, Gzip: true, Brotli: true,
		},
	}
}

// ManagedOriginRequestPolicies returns AWS's managed origin request policies, by
// ID.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
func ManagedOriginRequestPolicies() map[string]*OriginRequestPolicy {
	none, all := selection("none", nil), selection("all", nil)
	headers := func(names ...string) Selection { return selection("whitelist", names) }
	return map[string]*OriginRequestPolicy{
		"216adef6-5c7f-47e4-b989-5492eafa07d3": {
			Name:    "Managed-AllViewer",
			Headers: selection("allViewer", nil), Cookies: all, QueryStrings: all,
		},
		"33f36d7e-f396-46d9-90e0-52428a34d9dc": {
			Name:    "Managed-AllViewerAndCloudFrontHeaders-2022-06",
			Headers: selection("allViewerAndWhitelistCloudFront", cloudFrontHeaders202206),
			Cookies: all, QueryStrings: all,
		},
		"b689b0a8-53d0-40ab-baf2-68738e2966ac": {
			Name:    "Managed-AllViewerExceptHostHeader",
			Headers: selection("allExcept", []string{"Host"}), Cookies: all, QueryStrings: all,
		},
		"59781a5b-3903-41f3-afcb-af62929ccde1": {
			Name:    "Managed-CORS-CustomOrigin",
			Headers: headers("Origin"), Cookies: none, QueryStrings: none,
		},
		"88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": {
			Name:    "Managed-CORS-S3Origin",
			Headers: headers("Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method"),
			Cookies: none, QueryStrings: none,
		},
		"775133bc-15f2-49f9-abea-afb2e0bf67d2": {
			Name: "Managed-Elemental-MediaTailor-PersonalizedManifests",
			Headers: headers("Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method",
				"User-Agent", "X-Forwarded-For"),
			Cookies: none, QueryStrings: all,
		},
		"bf0718e1-ba1e-49d1-88b1-f726733018ae": {
			Name:    "Managed-HostHeaderOnly",
			Headers: headers("Host"), Cookies: none, QueryStrings: none,
		},
		"acba4595-bd28-49b8-b9fe-13317c0390fa": {
			Name:    "Managed-UserAgentRefererHeaders",
			Headers: headers("User-Agent", "Referer"), Cookies: none, QueryStrings: none,
		},
	}
}

var cloudFrontHeaders202206 = []string{
	"CloudFront-Forwarded-Proto", "CloudFront-Is-Android-Viewer", "CloudFront-Is-Desktop-Viewer",
	"CloudFront-Is-IOS-Viewer", "CloudFront-Is-Mobile-Viewer", "CloudFront-Is-SmartTV-Viewer",
	"CloudFront-Is-Tablet-Viewer", "CloudFront-Viewer-Address", "CloudFront-Viewer-ASN", "CloudFront-Viewer-City",
	"CloudFront-Viewer-Country", "CloudFront-Viewer-Country-Name", "CloudFront-Viewer-Country-Region",
	"CloudFront-Viewer-Country-Region-Name", "CloudFront-Viewer-Http-Version", "CloudFront-Viewer-Latitude",
	"CloudFront-Viewer-Longitude", "CloudFront-Viewer-Metro-Code", "CloudFront-Viewer-Postal-Code",
	"CloudFront-Viewer-Time-Zone", "CloudFront-Viewer-TLS",
}

// managedResponseHeadersPolicies are AWS's managed response headers policies,
// by ID.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
func managedResponseHeadersPolicies() map[string]*ResponseHeadersPolicy {
	simple := &CORS{AllowOrigins: []string{"*"}}
	preflight := &CORS{
		AllowOrigins:  []string{"*"},
		AllowMethods:  []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"},
		ExposeHeaders: []string{"*"},
	}
	security := []Header{
		{Name: "Referrer-Policy", Value: "strict-origin-when-cross-origin"},
		{Name: "Strict-Transport-Security", Value: "max-age=31536000"},
		{Name: "X-Content-Type-Options", Value: "nosniff", Override: true},
		{Name: "X-Frame-Options", Value: "SAMEORIGIN"},
		{Name: "X-XSS-Protection", Value: "1; mode=block"},
	}
	return map[string]*ResponseHeadersPolicy{
		"60669652-455b-4ae9-85a4-c4c02393f86c": {Name: "Managed-SimpleCORS", CORS: simple},
		"5cc3b908-e619-4b99-88e5-2cf7f45965bd": {Name: "Managed-CORS-With-Preflight", CORS: preflight},
		"67f7725c-6f97-4210-82d7-5512b31e9d03": {Name: "Managed-SecurityHeadersPolicy", Security: security},
		"e61eb60c-9c35-4d20-a928-2b84e02af89c": {
			Name: "Managed-CORS-and-SecurityHeadersPolicy", CORS: simple, Security: security,
		},
		"eaab4381-ed33-4a86-88ca-d9558dc6cd63": {
			Name: "Managed-CORS-with-preflight-and-SecurityHeadersPolicy", CORS: preflight, Security: security,
		},
	}
}
