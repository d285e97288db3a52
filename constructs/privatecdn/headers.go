package privatecdn

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/jsii-runtime-go"
)

// CORS says which other origins' pages may read the content. The zero CORS
// lets any page read it, without credentials: it still takes a signed URL.
type CORS struct {
	// Origins may read; "https://app.example.com", or "*" alone.
	Origins []string
	// Credentials lets the browser send cookies. It takes exact Origins and
	// exact Headers.
	Credentials bool
	// Headers a page may send beside the simple ones; "*" alone means any.
	Headers []string
	// Expose are response headers a page may read beside the simple ones.
	Expose []string
	// MaxAge is how long a browser remembers a preflight; whole seconds. The
	// default is 10 minutes.
	MaxAge time.Duration
}

// SecurityHeaders are the response headers that harden a browser. The zero
// SecurityHeaders is AWS's managed SecurityHeadersPolicy, put over whatever
// the origin says.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
type SecurityHeaders struct {
	// HSTS is the max-age of Strict-Transport-Security; the default is a year.
	HSTS time.Duration
	// IncludeSubdomains and Preload are its other two parts. Preload takes
	// IncludeSubdomains and at least a year.
	IncludeSubdomains, Preload bool
	// FrameOptions is DENY or SAMEORIGIN, the default.
	FrameOptions awscloudfront.HeadersFrameOption
	// ReferrerPolicy; the default is strict-origin-when-cross-origin, so that
	// no signed URL leaves in a Referer.
	ReferrerPolicy awscloudfront.HeadersReferrerPolicy
	// ContentSecurityPolicy is sent when it is not empty.
	ContentSecurityPolicy string
}

// newResponseHeadersPolicy makes the policy with both parts, complete.
func (d *distribution) newResponseHeadersPolicy(name string, c CORS, s SecurityHeaders) awscloudfront.ResponseHeadersPolicy {
	d.account.made.ResponseHeadersPolicies++
	return awscloudfront.NewResponseHeadersPolicy(d, jsii.String("ResponseHeaders"), &awscloudfront.ResponseHeadersPolicyProps{
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
	if len(c.Headers) == 0 {
		// With cookies a browser takes no "*": what players and viewers send.
		c.Headers = []string{"Accept", "Accept-Language", "Content-Type", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "Range"}
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
