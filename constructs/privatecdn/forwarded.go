package privatecdn

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go/runtime"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
)

// cacheOf returns b's cache policy: the one that will be made, AWS's, or one of
// this app. Of another only CloudFront's own longest time is known.
func (s *settled) cacheOf(b Behavior) *infra.CachePolicy {
	policy := b.CachePolicy
	if b.Cache == nil && policy == nil {
		b.Cache, policy = &s.Cache, s.CachePolicy
	}
	if policy == nil {
		return &infra.CachePolicy{MaxTTL: b.Cache.MaxTTL, Headers: selected(b.Cache.Headers),
			QueryStrings: selected(b.Cache.QueryStrings)}
	}
	id := *policy.CachePolicyId()
	if managed := infra.ManagedCachePolicies()[id]; managed != nil {
		return managed
	}
	var made struct{ CachePolicyConfig policyConfig }
	if !isToken(id) || !readProperties(policy, &made) {
		return &infra.CachePolicy{MaxTTL: year}
	}
	key := made.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin
	return &infra.CachePolicy{MaxTTL: time.Duration(made.CachePolicyConfig.MaxTTL) * time.Second,
		Headers: key.headers(), QueryStrings: key.queryStrings()}
}

// requestOf returns b's origin request policy as far as it is known.
func requestOf(b Behavior) *infra.OriginRequestPolicy {
	if b.OriginRequestPolicy == nil {
		return &infra.OriginRequestPolicy{}
	}
	id := *b.OriginRequestPolicy.OriginRequestPolicyId()
	if managed := infra.ManagedOriginRequestPolicies()[id]; managed != nil {
		return managed
	}
	var made struct{ OriginRequestPolicyConfig forwardedConfig }
	if isToken(id) {
		readProperties(b.OriginRequestPolicy, &made)
	}
	return &infra.OriginRequestPolicy{Headers: made.OriginRequestPolicyConfig.headers(),
		QueryStrings: made.OriginRequestPolicyConfig.queryStrings()}
}

// policyConfig is a cache policy as CDK has it.
type policyConfig struct {
	MaxTTL                                   float64
	ParametersInCacheKeyAndForwardedToOrigin forwardedConfig
}

// forwardedConfig is what a policy forwards, as CDK has it.
type forwardedConfig struct {
	HeadersConfig struct {
		HeaderBehavior string
		Headers        []string
	}
	QueryStringsConfig struct {
		QueryStringBehavior string
		QueryStrings        []string
	}
}

func (c forwardedConfig) headers() infra.Selection {
	return infra.Selection{Kind: c.HeadersConfig.HeaderBehavior, Names: c.HeadersConfig.Headers}
}

func (c forwardedConfig) queryStrings() infra.Selection {
	return infra.Selection{Kind: c.QueryStringsConfig.QueryStringBehavior, Names: c.QueryStringsConfig.QueryStrings}
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
		listed := slices.ContainsFunc(headers.Names, func(name string) bool { return strings.EqualFold(name, "Host") })
		switch headers.Kind {
		case "whitelist":
			if listed {
				return true
			}
		case "allExcept":
			if !listed {
				return true
			}
		case "allViewer", "allViewerAndWhitelistCloudFront":
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
	switch query.Kind {
	case "all":
		return deployment.QueryParameters{"*"}
	case "allExcept":
		all := deployment.QueryParameters{"*"}
		for _, name := range query.Names {
			all = append(all, "!"+name)
		}
		return all
	}
	return query.Names
}

// readProperties reads the properties of a resource of this app, by CDK's names,
// and returns false for one of another. It reads what CDK keeps of them all,
// since releases differ in the properties that their own getters can return.
func readProperties(c constructs.IConstruct, into any) bool {
	resource, ok := c.Node().DefaultChild().(awscdk.CfnResource)
	if !ok {
		return false
	}
	var all any
	runtime.Get(resource, "cfnProperties", &all)
	text, err := json.Marshal(plain(resource.Stack().Resolve(all)))
	return err == nil && json.Unmarshal(text, into) == nil
}
