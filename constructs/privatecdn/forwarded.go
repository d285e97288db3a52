package privatecdn

import (
	"strings"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
)

// cacheOf returns b's cache policy: the one that will be made, AWS's, or one of
// this app. Of another only CloudFront's own longest time is known.
func (s *settled) cacheOf(b Behavior) *infra.CachePolicy {
	policy := b.CachePolicy
	if b.Cache == nil && policy == nil {
		b.Cache, policy = s.Cache, s.CachePolicy
	}
	if policy == nil {
		return &infra.CachePolicy{MaxTTL: b.Cache.MaxTTL, Headers: selected(b.Cache.Headers),
			QueryStrings: selected(b.Cache.QueryStrings)}
	}
	id := *policy.CachePolicyId()
	if managed, ok := infra.Managed()[id].(*infra.CachePolicy); ok {
		return managed
	}
	var made struct {
		CachePolicyConfig struct {
			MaxTTL                                   float64
			ParametersInCacheKeyAndForwardedToOrigin forwardedConfig
		}
	}
	if !isToken(id) || !readProperties(policy, &made) {
		return &infra.CachePolicy{MaxTTL: year}
	}
	key := made.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin
	return &infra.CachePolicy{MaxTTL: time.Duration(made.CachePolicyConfig.MaxTTL) * time.Second,
		Headers: infra.Selection(key.HeadersConfig), QueryStrings: infra.Selection(key.QueryStringsConfig)}
}

// requestOf returns b's origin request policy as far as it is known.
func requestOf(b Behavior) *infra.OriginRequestPolicy {
	if b.OriginRequestPolicy == nil {
		return &infra.OriginRequestPolicy{}
	}
	id := *b.OriginRequestPolicy.OriginRequestPolicyId()
	if managed, ok := infra.Managed()[id].(*infra.OriginRequestPolicy); ok {
		return managed
	}
	var made struct{ OriginRequestPolicyConfig forwardedConfig }
	if isToken(id) {
		readProperties(b.OriginRequestPolicy, &made)
	}
	config := made.OriginRequestPolicyConfig
	return &infra.OriginRequestPolicy{
		Headers: infra.Selection(config.HeadersConfig), QueryStrings: infra.Selection(config.QueryStringsConfig),
	}
}

// forwardedConfig is what a policy forwards, as CDK has it.
type forwardedConfig struct {
	HeadersConfig struct {
		Kind  string   `json:"headerBehavior"`
		Names []string `json:"headers"`
	}
	QueryStringsConfig struct {
		Kind  string   `json:"queryStringBehavior"`
		Names []string `json:"queryStrings"`
	}
}

func selected(names []string) infra.Selection {
	if everything(names) {
		return infra.Selection{Kind: "all"}
	}
	return infra.Selection{Kind: "whitelist", Names: names}
}

// forwardsHost reports whether the viewer's Host reaches b's origin, as far as
// can be known.
func (s *settled) forwardsHost(b Behavior) bool {
	for _, headers := range []infra.Selection{s.cacheOf(b).Headers, requestOf(b).Headers} {
		listed := containsFold(headers.Names, "Host")
		if strings.HasPrefix(headers.Kind, "allViewer") || headers.Kind == "whitelist" && listed ||
			headers.Kind == "allExcept" && !listed {
			return true
		}
	}
	return false
}

// queryParameters returns those of a viewer's query that reach b's origin and,
// where b caches, distinguish what it caches; as far as can be known.
func (s *settled) queryParameters(b Behavior) deployment.QueryParameters {
	from := s.cacheOf(b)
	query := from.QueryStrings
	if from.MaxTTL == 0 {
		query = requestOf(b).QueryStrings // a policy that caches nothing has no key
	}
	if query.Kind != "all" && query.Kind != "allExcept" {
		return query.Names
	}
	all := deployment.QueryParameters{"*"}
	for _, name := range query.Names {
		all = append(all, "!"+name)
	}
	return all
}
