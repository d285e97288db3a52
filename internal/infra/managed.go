package infra

import "time"

var none, all = Selection{Kind: "none"}, Selection{Kind: "all"}

func only(names ...string) Selection { return Selection{Kind: "whitelist", Names: names} }

// Managed returns AWS's managed policies of each kind by ID.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
func Managed() map[string]any {
	const year = 365 * 24 * time.Hour
	originHeaders := only("Host", "Origin", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
	request := func(name string, headers, cookies, queryStrings Selection) *OriginRequestPolicy {
		return &OriginRequestPolicy{"Managed-" + name, headers, cookies, queryStrings}
	}
	response := func(name string, cors *CORS, security []Header) *ResponseHeadersPolicy {
		return &ResponseHeadersPolicy{Name: "Managed-" + name, CORS: cors, Security: security}
	}
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
	return map[string]any{
		"2e54312d-136d-493c-8eb9-b001f22f67d2": &CachePolicy{
			Name:   "Managed-Amplify",
			MinTTL: 2 * time.Second, DefaultTTL: 2 * time.Second, MaxTTL: 600 * time.Second,
			Headers: only("Authorization", "CloudFront-Viewer-Country", "Host"),
			Cookies: all, QueryStrings: all, Gzip: true, Brotli: true,
		},
		"4135ea2d-6df8-44a3-9df3-4b5a84be39ad": &CachePolicy{
			Name:    "Managed-CachingDisabled",
			Headers: none, Cookies: none, QueryStrings: none,
		},
		"658327ea-f89d-4fab-a63d-7e88639e58f6": &CachePolicy{
			Name:   "Managed-CachingOptimized",
			MinTTL: time.Second, DefaultTTL: 24 * time.Hour, MaxTTL: year,
			Headers: none, Cookies: none, QueryStrings: none, Gzip: true, Brotli: true,
		},
		"b2884449-e4de-46a7-ac36-70bc7f1ddd6d": &CachePolicy{
			Name:   "Managed-CachingOptimizedForUncompressedObjects",
			MinTTL: time.Second, DefaultTTL: 24 * time.Hour, MaxTTL: year,
			Headers: none, Cookies: none, QueryStrings: none,
		},
		"08627262-05a9-4f76-9ded-b50ca2e3a84f": &CachePolicy{
			Name:       "Managed-Elemental-MediaPackage",
			DefaultTTL: 24 * time.Hour, MaxTTL: year,
			Headers: only("Origin"), Cookies: none,
			QueryStrings: only("aws.manifestfilter", "start", "end", "m"),
			Gzip:         true,
		},
		"83da9c7e-98b4-4e11-a168-04f0df8e2c65": &CachePolicy{
			Name: "Managed-UseOriginCacheControlHeaders", MaxTTL: year,
			Headers: originHeaders, Cookies: all, QueryStrings: none, Gzip: true, Brotli: true,
		},
		"4cc15a8a-d715-48a4-82b8-cc0b614638fe": &CachePolicy{
			Name: "Managed-UseOriginCacheControlHeaders-QueryStrings", MaxTTL: year,
			Headers: originHeaders, Cookies: all, QueryStrings: all, Gzip: true, Brotli: true,
		},

		"216adef6-5c7f-47e4-b989-5492eafa07d3": request("AllViewer", Selection{Kind: "allViewer"}, all, all),
		"33f36d7e-f396-46d9-90e0-52428a34d9dc": request("AllViewerAndCloudFrontHeaders-2022-06",
			Selection{"allViewerAndWhitelistCloudFront", cloudFrontHeaders202206}, all, all),
		"b689b0a8-53d0-40ab-baf2-68738e2966ac": request("AllViewerExceptHostHeader",
			Selection{"allExcept", []string{"Host"}}, all, all),
		"59781a5b-3903-41f3-afcb-af62929ccde1": request("CORS-CustomOrigin", only("Origin"), none, none),
		"88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": request("CORS-S3Origin",
			only("Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method"), none, none),
		"775133bc-15f2-49f9-abea-afb2e0bf67d2": request("Elemental-MediaTailor-PersonalizedManifests",
			only("Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method", "User-Agent",
				"X-Forwarded-For"), none, all),
		"bf0718e1-ba1e-49d1-88b1-f726733018ae": request("HostHeaderOnly", only("Host"), none, none),
		"acba4595-bd28-49b8-b9fe-13317c0390fa": request("UserAgentRefererHeaders", only("User-Agent", "Referer"),
			none, none),

		"60669652-455b-4ae9-85a4-c4c02393f86c": response("SimpleCORS", simple, nil),
		"5cc3b908-e619-4b99-88e5-2cf7f45965bd": response("CORS-With-Preflight", preflight, nil),
		"67f7725c-6f97-4210-82d7-5512b31e9d03": response("SecurityHeadersPolicy", nil, security),
		"e61eb60c-9c35-4d20-a928-2b84e02af89c": response("CORS-and-SecurityHeadersPolicy", simple, security),
		"eaab4381-ed33-4a86-88ca-d9558dc6cd63": response("CORS-with-preflight-and-SecurityHeadersPolicy", preflight,
			security),
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
