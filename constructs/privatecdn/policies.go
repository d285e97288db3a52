package privatecdn

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// The cache's times where nothing else is said.
const (
	defaultTTL = time.Hour
	maxTTL     = 24 * time.Hour
)

// withDefaults returns c as it is meant.
func (c Cache) withDefaults() Cache {
	if c.Off {
		return Cache{Off: true}
	}
	if c.MaxTTL == 0 {
		c.MaxTTL = max(maxTTL, c.DefaultTTL, c.MinTTL)
	}
	if c.DefaultTTL == 0 {
		c.DefaultTTL = min(max(defaultTTL, c.MinTTL), c.MaxTTL)
	}
	return c
}

// newCachePolicy makes the policy that c, complete, describes.
func newCachePolicy(scope constructs.Construct, id, name string, c Cache) awscloudfront.CachePolicy {
	return awscloudfront.NewCachePolicy(scope, jsii.String(id), &awscloudfront.CachePolicyProps{
		CachePolicyName:            jsii.String(name),
		MinTtl:                     seconds(c.MinTTL),
		DefaultTtl:                 seconds(c.DefaultTTL),
		MaxTtl:                     seconds(c.MaxTTL),
		HeaderBehavior:             cacheHeaders(c.Headers),
		CookieBehavior:             cacheCookies(c.Cookies),
		QueryStringBehavior:        cacheQueryStrings(c.QueryStrings),
		EnableAcceptEncodingGzip:   jsii.Bool(!c.Off),
		EnableAcceptEncodingBrotli: jsii.Bool(!c.Off),
	})
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

// newResponseHeadersPolicy makes the policy with both parts, complete.
func newResponseHeadersPolicy(scope constructs.Construct, name string, c CORS, s SecurityHeaders) awscloudfront.ResponseHeadersPolicy {
	return awscloudfront.NewResponseHeadersPolicy(scope, jsii.String("ResponseHeaders"), &awscloudfront.ResponseHeadersPolicyProps{
		ResponseHeadersPolicyName: jsii.String(name),
		CorsBehavior: &awscloudfront.ResponseHeadersCorsBehavior{
			AccessControlAllowCredentials: jsii.Bool(c.Credentials),
			AccessControlAllowHeaders:     jsii.Strings(c.Headers...),
			AccessControlAllowMethods:     jsii.Strings("GET", "HEAD", "OPTIONS"),
			AccessControlAllowOrigins:     jsii.Strings(c.Origins...),
			AccessControlExposeHeaders:    jsii.Strings(c.Expose...),
			AccessControlMaxAge:           seconds(c.MaxAge),
			OriginOverride:                jsii.Bool(true),
		},
		SecurityHeadersBehavior: securityHeaders(s),
	})
}

func securityHeaders(s SecurityHeaders) *awscloudfront.ResponseSecurityHeadersBehavior {
	override := jsii.Bool(true)
	b := &awscloudfront.ResponseSecurityHeadersBehavior{
		ContentTypeOptions: &awscloudfront.ResponseHeadersContentTypeOptions{Override: override},
		FrameOptions: &awscloudfront.ResponseHeadersFrameOptions{
			FrameOption: s.FrameOptions, Override: override,
		},
		ReferrerPolicy: &awscloudfront.ResponseHeadersReferrerPolicy{
			ReferrerPolicy: s.ReferrerPolicy, Override: override,
		},
		StrictTransportSecurity: &awscloudfront.ResponseHeadersStrictTransportSecurity{
			AccessControlMaxAge: seconds(s.HSTS),
			IncludeSubdomains:   jsii.Bool(s.IncludeSubdomains),
			Preload:             jsii.Bool(s.Preload),
			Override:            override,
		},
		XssProtection: &awscloudfront.ResponseHeadersXSSProtection{
			Protection: jsii.Bool(true), ModeBlock: jsii.Bool(true), Override: override,
		},
	}
	if s.ContentSecurityPolicy != "" {
		b.ContentSecurityPolicy = &awscloudfront.ResponseHeadersContentSecurityPolicy{
			ContentSecurityPolicy: jsii.String(s.ContentSecurityPolicy), Override: override,
		}
	}
	return b
}

func (c CORS) withDefaults() CORS {
	if len(c.Origins) == 0 {
		c.Origins = []string{"*"}
	}
	if len(c.Headers) == 0 && !c.Credentials {
		c.Headers = []string{"*"}
	}
	if len(c.Expose) == 0 {
		c.Expose = []string{"Accept-Ranges", "Content-Encoding", "Content-Length", "Content-Range", "Date", "ETag"}
	}
	if c.MaxAge == 0 {
		c.MaxAge = 10 * time.Minute
	}
	return c
}

// year is the least max-age that a browser's preload list accepts.
const year = 365 * 24 * time.Hour

func (s SecurityHeaders) withDefaults() SecurityHeaders {
	if s.HSTS == 0 {
		s.HSTS = year
	}
	if s.FrameOptions == "" {
		s.FrameOptions = awscloudfront.HeadersFrameOption_SAMEORIGIN
	}
	if s.ReferrerPolicy == "" {
		s.ReferrerPolicy = awscloudfront.HeadersReferrerPolicy_STRICT_ORIGIN_WHEN_CROSS_ORIGIN
	}
	return s
}

func seconds(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}
