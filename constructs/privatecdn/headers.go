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

// securityHeaderNames are the headers that SecurityHeaders sets by default.
var securityHeaderNames = []string{
	"Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "X-XSS-Protection",
}

// sets reports whether a header is set.
func (s SecurityHeaders) sets(name string) bool {
	return !slices.ContainsFunc(s.Omit, func(omitted string) bool { return strings.EqualFold(omitted, name) })
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
		return awscloudfront.NewResponseHeadersPolicy(d, jsii.String("ResponseHeaders"),
			&awscloudfront.ResponseHeadersPolicyProps{
				ResponseHeadersPolicyName: jsii.String(d.name),
				CorsBehavior: &awscloudfront.ResponseHeadersCorsBehavior{
					AccessControlAllowCredentials: jsii.Bool(p.CORS.Credentials),
					AccessControlAllowHeaders:     jsii.Strings(p.CORS.Headers...),
					AccessControlAllowMethods:     jsii.Strings("GET", "HEAD", "OPTIONS"),
					AccessControlAllowOrigins:     jsii.Strings(p.CORS.Origins...),
					AccessControlExposeHeaders:    jsii.Strings(p.CORS.Expose...),
					AccessControlMaxAge:           seconds(p.CORS.MaxAge),
					OriginOverride:                jsii.Bool(true),
				},
				SecurityHeadersBehavior: p.SecurityHeaders.behavior(),
				CustomHeadersBehavior:   customHeaders(p.CustomHeaders),
				RemoveHeaders:           optionalStrings(p.RemoveHeaders),
			})
	})
}

func (s SecurityHeaders) behavior() *awscloudfront.ResponseSecurityHeadersBehavior {
	override := jsii.Bool(true)
	b := &awscloudfront.ResponseSecurityHeadersBehavior{}
	if s.sets("X-Content-Type-Options") {
		b.ContentTypeOptions = &awscloudfront.ResponseHeadersContentTypeOptions{Override: override}
	}
	if s.sets("X-Frame-Options") {
		b.FrameOptions = &awscloudfront.ResponseHeadersFrameOptions{FrameOption: s.FrameOptions, Override: override}
	}
	if s.sets("Referrer-Policy") {
		b.ReferrerPolicy = &awscloudfront.ResponseHeadersReferrerPolicy{ReferrerPolicy: s.ReferrerPolicy,
			Override: override}
	}
	if s.sets("Strict-Transport-Security") {
		b.StrictTransportSecurity = &awscloudfront.ResponseHeadersStrictTransportSecurity{
			AccessControlMaxAge: seconds(s.HSTS), IncludeSubdomains: jsii.Bool(s.IncludeSubdomains),
			Preload: jsii.Bool(s.Preload), Override: override,
		}
	}
	if s.sets("X-XSS-Protection") {
		b.XssProtection = &awscloudfront.ResponseHeadersXSSProtection{Protection: jsii.Bool(true),
			ModeBlock: jsii.Bool(true), Override: override}
	}
	if s.ContentSecurityPolicy != "" {
		b.ContentSecurityPolicy = &awscloudfront.ResponseHeadersContentSecurityPolicy{
			ContentSecurityPolicy: jsii.String(s.ContentSecurityPolicy), Override: override,
		}
	}
	if *b == (awscloudfront.ResponseSecurityHeadersBehavior{}) {
		return nil
	}
	return b
}

func customHeaders(headers map[string]string) *awscloudfront.ResponseCustomHeadersBehavior {
	if len(headers) == 0 {
		return nil
	}
	var list []*awscloudfront.ResponseCustomHeader
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		list = append(list, &awscloudfront.ResponseCustomHeader{
			Header: jsii.String(name), Value: jsii.String(headers[name]), Override: jsii.Bool(true),
		})
	}
	return &awscloudfront.ResponseCustomHeadersBehavior{CustomHeaders: &list}
}

func optionalStrings(list []string) *[]*string {
	if len(list) == 0 {
		return nil
	}
	return jsii.Strings(list...)
}

func (c CORS) withDefaults() CORS {
	if len(c.Origins) == 0 {
		c.Origins = []string{"*"}
	}
	if len(c.Headers) == 0 && !c.Credentials {
		c.Headers = []string{"*"}
	}
	if len(c.Headers) == 0 {
		// With cookies a browser accepts no "*": what players and viewers send.
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
	given := s.DistributionProps
	if given.CORS != nil {
		given.CORS.check(m)
	}
	if given.SecurityHeaders != nil {
		given.SecurityHeaders.check(m)
	}
	s.checkCustomHeaders(m)
	if len(s.CookieOrigins) > 0 && given.CORS != nil {
		m.add("CORS", "keep one of them", "it is given together with CookieOrigins")
	}
	for _, o := range s.CookieOrigins {
		if !isToken(o) && (!isOrigin(o) || hasWildcard(o)) {
			m.add("CookieOrigins", useOrigin, "%q is not a valid origin", o)
		}
	}
	if s.ResponseHeadersPolicy != nil && (given.CORS != nil || given.SecurityHeaders != nil ||
		len(s.CookieOrigins)+len(s.CustomHeaders)+len(s.RemoveHeaders) > 0) {
		m.add("ResponseHeadersPolicy", "keep one of them",
			"it is given together with CORS, CookieOrigins, SecurityHeaders, CustomHeaders or RemoveHeaders, "+
				"which would be part of it")
	}
}

// headerName matches a field name of HTTP.
var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$")

// mostHeaders is how many headers a policy may set, and remove.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
const mostHeaders = 10

func (s *settled) checkCustomHeaders(m *mistakes) {
	names := slices.Sorted(maps.Keys(s.CustomHeaders))
	for _, list := range []struct {
		property string
		names    []string
	}{{"CustomHeaders", names}, {"RemoveHeaders", s.RemoveHeaders}} {
		if len(list.names) > mostHeaders {
			m.add(list.property, fmt.Sprintf("use up to %d", mostHeaders), "there are %d headers", len(list.names))
		}
		for _, name := range list.names {
			if !headerName.MatchString(name) {
				m.add(list.property, "use letters, digits and hyphens", "%q is not a valid header name", name)
			}
		}
	}
	for _, name := range names {
		if strings.HasPrefix(strings.ToLower(name), "access-control-") {
			m.add("CustomHeaders", "use CORS", "%s is part of CORS", name)
		}
		if slices.ContainsFunc(securityHeaderNames, func(n string) bool { return strings.EqualFold(n, name) }) ||
			strings.EqualFold(name, "Content-Security-Policy") {
			m.add("CustomHeaders", "use SecurityHeaders", "%s is part of SecurityHeaders", name)
		}
	}
}

const useOrigin = "write scheme and host alone, in lower case, such as https://app.example.com"

func (c CORS) check(m *mistakes) {
	m.checkSeconds("CORS.MaxAge", c.MaxAge)
	m.checkWildcard("CORS.Origins", c.Origins)
	m.checkWildcard("CORS.Headers", c.Headers)
	for _, o := range c.Origins {
		if o != "*" && !isToken(o) && !isOrigin(o) {
			m.add("CORS.Origins", useOrigin, "%q is not a valid origin", o)
		}
	}
	if !c.Credentials {
		return
	}
	if len(c.Origins) == 0 || slices.ContainsFunc(c.Origins, hasWildcard) {
		m.add("CORS.Origins", "name each origin", `Credentials is set, and browsers refuse "*" with cookies`)
	}
	if slices.ContainsFunc(c.Headers, hasWildcard) {
		m.add("CORS.Headers", "name each header", `Credentials is set, and browsers refuse "*" with cookies`)
	}
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
	if full := s.withDefaults(); s.Preload && (!s.IncludeSubdomains || full.HSTS < year) {
		m.add("SecurityHeaders.Preload", "set IncludeSubdomains and an HSTS of a year or more",
			"browsers' lists require both")
	}
	for _, name := range s.Omit {
		if !slices.ContainsFunc(securityHeaderNames, func(n string) bool { return strings.EqualFold(n, name) }) {
			m.add("SecurityHeaders.Omit", fmt.Sprintf("use some of %q", securityHeaderNames),
				"%q is not one of these headers", name)
		}
	}
	checkEnum(m, "SecurityHeaders.FrameOptions", s.FrameOptions,
		awscloudfront.HeadersFrameOption_DENY, awscloudfront.HeadersFrameOption_SAMEORIGIN)
	checkEnum(m, "SecurityHeaders.ReferrerPolicy", s.ReferrerPolicy, awscloudfront.HeadersReferrerPolicy_NO_REFERRER,
		awscloudfront.HeadersReferrerPolicy_NO_REFERRER_WHEN_DOWNGRADE, awscloudfront.HeadersReferrerPolicy_ORIGIN,
		awscloudfront.HeadersReferrerPolicy_ORIGIN_WHEN_CROSS_ORIGIN, awscloudfront.HeadersReferrerPolicy_SAME_ORIGIN,
		awscloudfront.HeadersReferrerPolicy_STRICT_ORIGIN,
		awscloudfront.HeadersReferrerPolicy_STRICT_ORIGIN_WHEN_CROSS_ORIGIN,
		awscloudfront.HeadersReferrerPolicy_UNSAFE_URL)
}
