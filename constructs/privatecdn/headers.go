package privatecdn

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/jsii-runtime-go"
)

// CORS says which other origins' pages may read the content. By default any
// page may, without credentials: it still needs a signed URL.
type CORS struct {
	// Origins may read; "https://app.example.com", or "*" alone.
	Origins []string
	// Credentials lets the browser send cookies. It requires exact Origins and
	// exact Headers.
	Credentials bool
	// Headers a page may send beside the simple ones; "*" alone means any.
	Headers []string
	// Expose are response headers a page may read beside the simple ones.
	Expose []string
	// MaxAge is how long a browser remembers a preflight: whole seconds, or
	// Zero; 10 minutes by default.
	MaxAge time.Duration
}

// SecurityHeaders are the response headers that harden a browser. The zero
// SecurityHeaders is AWS's managed SecurityHeadersPolicy, whatever the origin
// sends.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
type SecurityHeaders struct {
	// HSTS is the max-age of Strict-Transport-Security: whole seconds, or Zero;
	// a year by default.
	HSTS time.Duration
	// IncludeSubdomains and Preload are its other two parts. Preload requires
	// IncludeSubdomains and at least a year.
	IncludeSubdomains, Preload bool
	// FrameOptions is DENY or SAMEORIGIN, the default.
	FrameOptions awscloudfront.HeadersFrameOption
	// ReferrerPolicy is strict-origin-when-cross-origin by default, so that no
	// signed URL leaves in a Referer.
	ReferrerPolicy awscloudfront.HeadersReferrerPolicy
	// ContentSecurityPolicy is sent if it is not empty.
	ContentSecurityPolicy string
	// Omit names those of the headers that are not set, such as X-Frame-Options.
	Omit []string
}

// securityHeaders are the headers that SecurityHeaders sets by default.
var securityHeaders = []string{
	"Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "X-XSS-Protection",
}

func isSecurityHeader(name string) bool { return containsFold(securityHeaders, name) }

func containsFold(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// ownResponseHeaders returns the distribution's policy: the given one, one made
// in this stack before, or a new one.
func (d *distribution) ownResponseHeaders() awscloudfront.IResponseHeadersPolicy {
	p := d.props
	if p.ResponseHeadersPolicy != nil {
		return p.ResponseHeadersPolicy
	}
	content := fmt.Sprintf("headers %+v %+v %q %q", p.CORS, p.SecurityHeaders, p.CustomHeaders, p.RemoveHeaders)
	return shared(d, content, func() awscloudfront.IResponseHeadersPolicy {
		d.counts.made.ResponseHeadersPolicies++
		return awscloudfront.NewResponseHeadersPolicy(d, new("ResponseHeaders"),
			&awscloudfront.ResponseHeadersPolicyProps{
				ResponseHeadersPolicyName: new(d.name),
				CorsBehavior: &awscloudfront.ResponseHeadersCorsBehavior{
					AccessControlAllowCredentials: new(p.CORS.Credentials),
					AccessControlAllowHeaders:     jsii.Strings(p.CORS.Headers...),
					AccessControlAllowMethods:     jsii.Strings("GET", "HEAD", "OPTIONS"),
					AccessControlAllowOrigins:     jsii.Strings(p.CORS.Origins...),
					AccessControlExposeHeaders:    jsii.Strings(p.CORS.Expose...),
					AccessControlMaxAge:           seconds(p.CORS.MaxAge),
					OriginOverride:                new(true),
				},
				SecurityHeadersBehavior: p.SecurityHeaders.behavior(),
				CustomHeadersBehavior:   customHeaders(p.CustomHeaders),
				RemoveHeaders:           optionalList(*jsii.Strings(p.RemoveHeaders...)),
			})
	})
}

func (s SecurityHeaders) behavior() *awscloudfront.ResponseSecurityHeadersBehavior {
	set := func(name string) bool { return !containsFold(s.Omit, name) }
	yes := new(true)
	hsts := awscloudfront.ResponseHeadersStrictTransportSecurity{
		AccessControlMaxAge: seconds(s.HSTS), IncludeSubdomains: &s.IncludeSubdomains, Preload: &s.Preload, Override: yes,
	}
	policy := awscloudfront.ResponseHeadersContentSecurityPolicy{
		ContentSecurityPolicy: &s.ContentSecurityPolicy, Override: yes,
	}
	b := awscloudfront.ResponseSecurityHeadersBehavior{
		ContentTypeOptions: when(set("X-Content-Type-Options"),
			awscloudfront.ResponseHeadersContentTypeOptions{Override: yes}),
		FrameOptions: when(set("X-Frame-Options"),
			awscloudfront.ResponseHeadersFrameOptions{FrameOption: s.FrameOptions, Override: yes}),
		ReferrerPolicy: when(set("Referrer-Policy"),
			awscloudfront.ResponseHeadersReferrerPolicy{ReferrerPolicy: s.ReferrerPolicy, Override: yes}),
		StrictTransportSecurity: when(set("Strict-Transport-Security"), hsts),
		XssProtection: when(set("X-XSS-Protection"),
			awscloudfront.ResponseHeadersXSSProtection{Protection: yes, ModeBlock: yes, Override: yes}),
		ContentSecurityPolicy: when(s.ContentSecurityPolicy != "", policy),
	}
	return optional(b)
}

func customHeaders(headers map[string]string) *awscloudfront.ResponseCustomHeadersBehavior {
	var list []*awscloudfront.ResponseCustomHeader
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		list = append(list, &awscloudfront.ResponseCustomHeader{
			Header: &name, Value: new(headers[name]), Override: new(true),
		})
	}
	return when(len(list) > 0, awscloudfront.ResponseCustomHeadersBehavior{CustomHeaders: &list})
}

func (c CORS) withDefaults(cookieOrigins []string) CORS {
	if len(cookieOrigins) > 0 {
		c = CORS{Origins: cookieOrigins, Credentials: true}
	}
	if len(c.Origins) == 0 {
		c.Origins = []string{"*"}
	}
	if len(c.Headers) == 0 && !c.Credentials {
		c.Headers = []string{"*"}
	} else if len(c.Headers) == 0 { // with cookies a browser accepts no "*": what players and viewers send
		c.Headers = []string{"Accept", "Accept-Language", "Content-Type", "If-Match", "If-Modified-Since",
			"If-None-Match", "If-Range", "Range"}
	}
	if len(c.Expose) == 0 {
		c.Expose = []string{"Accept-Ranges", "Content-Encoding", "Content-Length", "Content-Range", "Date", "ETag"}
	}
	c.MaxAge = orDefault(c.MaxAge, 10*time.Minute)
	return c
}

func (s SecurityHeaders) withDefaults() SecurityHeaders {
	s.HSTS = orDefault(s.HSTS, year)
	s.FrameOptions = cmp.Or(s.FrameOptions, awscloudfront.HeadersFrameOption_SAMEORIGIN)
	s.ReferrerPolicy = cmp.Or(s.ReferrerPolicy, awscloudfront.HeadersReferrerPolicy_STRICT_ORIGIN_WHEN_CROSS_ORIGIN)
	return s
}

func (s *settled) checkHeaders(m *mistakes) {
	given := s.given
	or(given.CORS).check(m)
	or(given.SecurityHeaders).check(m)
	names := slices.Sorted(maps.Keys(s.CustomHeaders))
	m.checkNames("CustomHeaders", headerName, names)
	m.checkNames("RemoveHeaders", headerName, s.RemoveHeaders)
	for _, name := range names {
		m.refuse(strings.HasPrefix(strings.ToLower(name), "access-control-"), "CustomHeaders", "use CORS",
			"%s is part of CORS", name)
		m.refuse(isSecurityHeader(name) || strings.EqualFold(name, "Content-Security-Policy"), "CustomHeaders",
			"use SecurityHeaders", "%s is part of SecurityHeaders", name)
	}
	m.refuseBoth(len(s.CookieOrigins) > 0 && given.CORS != nil, "CORS", "CookieOrigins")
	m.checkText("CookieOrigins", "origin", useOrigin, func(o string) bool { return isOrigin(o) && !hasWildcard(o) },
		s.CookieOrigins...)
	m.refuseBoth(s.ResponseHeadersPolicy != nil && (given.CORS != nil || given.SecurityHeaders != nil ||
		len(s.CookieOrigins)+len(s.CustomHeaders)+len(s.RemoveHeaders) > 0), "ResponseHeadersPolicy",
		"CORS, CookieOrigins, SecurityHeaders, CustomHeaders or RemoveHeaders, which would be part of it")
}

// headerName matches a field name of HTTP.
var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$")

// mostNames is how many names each list of a policy has room for.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
const mostNames = 10

// checkNames refuses names that a list of a policy cannot have.
func (m *mistakes) checkNames(property string, valid *regexp.Regexp, names []string) {
	m.refuse(len(names) > mostNames, property, "remove some of them",
		"there are %d names, and a policy has room for %d", len(names), mostNames)
	m.checkText(property, "name", "write the name alone", valid.MatchString, names...)
}

const useOrigin = "write scheme and host alone, in lower case, such as https://app.example.com"

func (c CORS) check(m *mistakes) {
	m.checkSeconds("CORS.MaxAge", c.MaxAge)
	m.checkWildcard("CORS.Origins", c.Origins)
	m.checkWildcard("CORS.Headers", c.Headers)
	m.checkText("CORS.Origins", "origin", useOrigin, func(o string) bool { return o == "*" || isOrigin(o) }, c.Origins...)
	m.refuse(c.Credentials && (len(c.Origins) == 0 || slices.ContainsFunc(c.Origins, hasWildcard)), "CORS.Origins",
		"name each origin", `Credentials is set, and browsers refuse "*" with cookies`)
	m.refuse(c.Credentials && slices.ContainsFunc(c.Headers, hasWildcard), "CORS.Headers",
		"name each header", `Credentials is set, and browsers refuse "*" with cookies`)
}

func hasWildcard(s string) bool { return strings.Contains(s, "*") }

// isOrigin reports whether s is an origin as browsers send it, in lower case and
// without the scheme's own port, or one whose host begins with the wildcard CloudFront knows.
func isOrigin(s string) bool {
	u, err := url.Parse(strings.Replace(s, "://*.", "://any.", 1))
	return err == nil && (u.Scheme == "https" && u.Port() != "443" || u.Scheme == "http" && u.Port() != "80") &&
		u.Host != "" && strings.ToLower(s) == s &&
		u.User == nil && u.Path == "" && u.RawQuery == "" && u.Fragment == "" &&
		!strings.HasSuffix(s, "?") && !strings.HasSuffix(s, "#")
}

func (s SecurityHeaders) check(m *mistakes) {
	m.checkSeconds("SecurityHeaders.HSTS", s.HSTS)
	m.refuse(s.Preload && (!s.IncludeSubdomains || s.withDefaults().HSTS < year), "SecurityHeaders.Preload",
		"set IncludeSubdomains and an HSTS of a year or more", "the preload lists of browsers require both")
	m.checkText("SecurityHeaders.Omit", "security header", fmt.Sprintf("use some of %q", securityHeaders),
		isSecurityHeader, s.Omit...)
	checkEnum(m, "SecurityHeaders.FrameOptions", s.FrameOptions,
		awscloudfront.HeadersFrameOption_DENY, awscloudfront.HeadersFrameOption_SAMEORIGIN)
	checkEnum(m, "SecurityHeaders.ReferrerPolicy", s.ReferrerPolicy, awscloudfront.HeadersReferrerPolicy_NO_REFERRER,
		awscloudfront.HeadersReferrerPolicy_NO_REFERRER_WHEN_DOWNGRADE, awscloudfront.HeadersReferrerPolicy_ORIGIN,
		awscloudfront.HeadersReferrerPolicy_ORIGIN_WHEN_CROSS_ORIGIN, awscloudfront.HeadersReferrerPolicy_SAME_ORIGIN,
		awscloudfront.HeadersReferrerPolicy_STRICT_ORIGIN,
		awscloudfront.HeadersReferrerPolicy_STRICT_ORIGIN_WHEN_CROSS_ORIGIN,
		awscloudfront.HeadersReferrerPolicy_UNSAFE_URL)
}
