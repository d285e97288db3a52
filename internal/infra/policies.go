package infra

import (
	"strings"

	"golang.org/x/net/http/httpguts"
)

func (r *reader) cachePolicy(_ source, p *cachePolicyProperties) (*CachePolicy, error) {
	c := &p.CachePolicyConfig
	in := &c.ParametersInCacheKeyAndForwardedToOrigin
	return &CachePolicy{
		Name:         c.Name,
		MinTTL:       seconds(c.MinTTL),
		DefaultTTL:   seconds(c.DefaultTTL),
		MaxTTL:       seconds(c.MaxTTL),
		Headers:      Selection{in.HeadersConfig.HeaderBehavior, in.HeadersConfig.Headers},
		Cookies:      Selection{in.CookiesConfig.CookieBehavior, in.CookiesConfig.Cookies},
		QueryStrings: Selection{in.QueryStringsConfig.QueryStringBehavior, in.QueryStringsConfig.QueryStrings},
		Gzip:         in.EnableAcceptEncodingGzip,
		Brotli:       in.EnableAcceptEncodingBrotli,
	}, nil
}

func (r *reader) originRequestPolicy(_ source, p *originRequestProperties) (*OriginRequestPolicy, error) {
	c := &p.OriginRequestPolicyConfig
	return &OriginRequestPolicy{
		Name:         c.Name,
		Headers:      Selection{c.HeadersConfig.HeaderBehavior, c.HeadersConfig.Headers},
		Cookies:      Selection{c.CookiesConfig.CookieBehavior, c.CookiesConfig.Cookies},
		QueryStrings: Selection{c.QueryStringsConfig.QueryStringBehavior, c.QueryStringsConfig.QueryStrings},
	}, nil
}

func (r *reader) responseHeadersPolicy(from source, p *responseHeadersProperties) (*ResponseHeadersPolicy, error) {
	c := &p.ResponseHeadersPolicyConfig
	policy := &ResponseHeadersPolicy{
		Name:     c.Name,
		CORS:     c.CorsConfig.read(),
		Security: c.SecurityHeadersConfig.read(),
	}
	for i, h := range c.CustomHeadersConfig.Items {
		at := from.at.Key("ResponseHeadersPolicyConfig.CustomHeadersConfig.Items").Index(i)
		if strings.HasPrefix(strings.ToLower(h.Header), "access-control-") {
			return nil, at.Key("Header").Invalid(
				"CloudFront refuses %s as a custom header: it belongs into CorsConfig", h.Header)
		}
		if !httpguts.ValidHeaderFieldName(h.Header) || !httpguts.ValidHeaderFieldValue(*h.Value) {
			return nil, at.Invalid("%q is not a valid header", h.Header+": "+*h.Value)
		}
		policy.Custom = append(policy.Custom, Header{Name: h.Header, Value: *h.Value, Override: h.Override})
	}
	for _, h := range c.RemoveHeadersConfig.Items {
		policy.Remove = append(policy.Remove, h.Header)
	}
	if c.ServerTimingHeadersConfig.Enabled {
		policy.ServerTiming = c.ServerTimingHeadersConfig.SamplingRate
	}
	return policy, nil
}

func (p *corsProperties) read() *CORS {
	if p == nil {
		return nil
	}
	return &CORS{
		AllowCredentials: p.AccessControlAllowCredentials,
		AllowHeaders:     p.AccessControlAllowHeaders.Items,
		AllowMethods:     p.AccessControlAllowMethods.Items,
		AllowOrigins:     p.AccessControlAllowOrigins.Items,
		ExposeHeaders:    p.AccessControlExposeHeaders.Items,
		MaxAge:           seconds(p.AccessControlMaxAgeSec),
		Override:         p.OriginOverride,
	}
}
