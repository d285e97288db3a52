package privatecdn

import (
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
)

func (p *problems) checkHeaders(props *DistributionProps) {
	p.checkCORS(props.CORS)
	p.checkSecurityHeaders(props.SecurityHeaders)
	if len(props.CookieOrigins) > 0 && !props.CORS.zero() {
		p.add("CORS", "is given together with CookieOrigins; keep one of them")
	}
	for _, o := range props.CookieOrigins {
		if !isToken(o) && (!isOrigin(o) || hasWildcard(o)) {
			p.add("CookieOrigins", "%q is no origin; give scheme and host alone, in lower case, like https://app.example.com", o)
		}
	}
	if props.ResponseHeadersPolicy != nil && !(props.CORS.zero() && props.SecurityHeaders == SecurityHeaders{} && len(props.CookieOrigins) == 0) {
		p.add("ResponseHeadersPolicy", "is given together with CORS, CookieOrigins or SecurityHeaders, which would be part of it; keep one of them")
	}
}

func (c CORS) zero() bool {
	return !c.Credentials && c.MaxAge == 0 && len(c.Origins)+len(c.Headers)+len(c.Expose) == 0
}

func (p *problems) checkCORS(c CORS) {
	p.checkSeconds("CORS.MaxAge", c.MaxAge)
	p.checkWildcard("CORS.Origins", c.Origins)
	p.checkWildcard("CORS.Headers", c.Headers)
	for _, o := range c.Origins {
		if o != "*" && !isToken(o) && !isOrigin(o) {
			p.add("CORS.Origins", "%q is no origin; give scheme and host alone, in lower case, like https://app.example.com", o)
		}
	}
	if !c.Credentials {
		return
	}
	if len(c.Origins) == 0 || slices.ContainsFunc(c.Origins, hasWildcard) {
		p.add("CORS.Origins", "must name each origin when Credentials is set: browsers refuse \"*\" with cookies")
	}
	if slices.ContainsFunc(c.Headers, hasWildcard) {
		p.add("CORS.Headers", "must name each header when Credentials is set: browsers refuse \"*\" with cookies")
	}
}

func hasWildcard(s string) bool { return strings.Contains(s, "*") }

// isOrigin reports whether s is an origin as browsers send it, in lower case and
// without the scheme's own port, or one whose host begins with the wildcard CloudFront knows.
func isOrigin(s string) bool {
	u, err := url.Parse(strings.Replace(s, "://*.", "://any.", 1))
	return err == nil && (u.Scheme == "https" && u.Port() != "443" || u.Scheme == "http" && u.Port() != "80") &&
		u.Host != "" && strings.ToLower(s) == s &&
		u.User == nil && u.Path == "" && u.RawQuery == "" && u.Fragment == "" && !strings.HasSuffix(s, "?") && !strings.HasSuffix(s, "#")
}

func (p *problems) checkSecurityHeaders(s SecurityHeaders) {
	p.checkSeconds("SecurityHeaders.HSTS", s.HSTS)
	if full := s.withDefaults(); s.Preload && (!s.IncludeSubdomains || full.HSTS < year) {
		p.add("SecurityHeaders.Preload", "takes IncludeSubdomains and an HSTS of at least %v; browsers' lists accept no less", year)
	}
	checkEnum(p, "SecurityHeaders.FrameOptions", s.FrameOptions, awscloudfront.HeadersFrameOption_DENY, awscloudfront.HeadersFrameOption_SAMEORIGIN)
	checkEnum(p, "SecurityHeaders.ReferrerPolicy", s.ReferrerPolicy, awscloudfront.HeadersReferrerPolicy_NO_REFERRER,
		awscloudfront.HeadersReferrerPolicy_NO_REFERRER_WHEN_DOWNGRADE, awscloudfront.HeadersReferrerPolicy_ORIGIN,
		awscloudfront.HeadersReferrerPolicy_ORIGIN_WHEN_CROSS_ORIGIN, awscloudfront.HeadersReferrerPolicy_SAME_ORIGIN,
		awscloudfront.HeadersReferrerPolicy_STRICT_ORIGIN, awscloudfront.HeadersReferrerPolicy_STRICT_ORIGIN_WHEN_CROSS_ORIGIN,
		awscloudfront.HeadersReferrerPolicy_UNSAFE_URL)
}
