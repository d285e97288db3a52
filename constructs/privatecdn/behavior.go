package privatecdn

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudfront"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/internal/pathpattern"
)

// defaultBehavior is the behavior that CDK wants apart from the others.
func (d *distribution) defaultBehavior() *awscloudfront.BehaviorOptions {
	o := d.behavior(d.props.Default)
	return &awscloudfront.BehaviorOptions{
		Origin:                d.origin(d.props.Default),
		AllowedMethods:        o.AllowedMethods,
		CachedMethods:         o.CachedMethods,
		CachePolicy:           o.CachePolicy,
		Compress:              o.Compress,
		FunctionAssociations:  o.FunctionAssociations,
		OriginRequestPolicy:   o.OriginRequestPolicy,
		ResponseHeadersPolicy: o.ResponseHeadersPolicy,
		TrustedKeyGroups:      o.TrustedKeyGroups,
		ViewerProtocolPolicy:  o.ViewerProtocolPolicy,
	}
}

// behavior is everything of b but its origin.
func (d *distribution) behavior(b Behavior) *awscloudfront.AddBehaviorOptions {
	o := &awscloudfront.AddBehaviorOptions{
		AllowedMethods:       b.Methods.allowed(),
		CachedMethods:        awscloudfront.CachedMethods_CACHE_GET_HEAD(),
		CachePolicy:          d.cachePolicyOf(b),
		Compress:             jsii.Bool(!b.Uncompressed),
		FunctionAssociations: b.functions(),
		ViewerProtocolPolicy: awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
	}
	switch {
	case b.OriginRequestPolicy != nil:
		o.OriginRequestPolicy = b.OriginRequestPolicy
	case b.Origin == nil:
		o.OriginRequestPolicy = awscloudfront.OriginRequestPolicy_CORS_S3_ORIGIN()
	}
	o.ResponseHeadersPolicy = d.responseHeaders
	if b.ResponseHeadersPolicy != nil {
		o.ResponseHeadersPolicy = b.ResponseHeadersPolicy
	}
	var groups []interfacesawscloudfront.IKeyGroupRef
	for _, t := range d.trustedBy(b) {
		groups = append(groups, t.KeyGroup())
	}
	if len(groups) > 0 {
		o.TrustedKeyGroups = &groups
	}
	return o
}

// trustedBy are the key groups that open b; none when no signature does.
func (d *distribution) trustedBy(b Behavior) []TrustedKeys {
	switch {
	case b.Access != Signed:
		return nil
	case len(b.TrustedKeys) > 0:
		return b.TrustedKeys
	case d.keys != nil:
		return []TrustedKeys{d.keys}
	}
	return nil
}

func (d *distribution) cachePolicyOf(b Behavior) awscloudfront.ICachePolicy {
	switch {
	case b.CachePolicy != nil:
		return b.CachePolicy
	case b.Cache == nil:
		return d.cachePolicy
	}
	if b.PathPattern == "" {
		return d.newCachePolicy("Cache default", d.name+"-default", *b.Cache)
	}
	id := "Cache " + pathpattern.Canonical(b.PathPattern)
	return d.newCachePolicy(id, d.name+"-"+digest(b.PathPattern), *b.Cache)
}

func (m Methods) allowed() awscloudfront.AllowedMethods {
	switch m {
	case MethodsGetHead:
		return awscloudfront.AllowedMethods_ALLOW_GET_HEAD()
	case MethodsAll:
		return awscloudfront.AllowedMethods_ALLOW_ALL()
	default:
		return awscloudfront.AllowedMethods_ALLOW_GET_HEAD_OPTIONS()
	}
}

func (b Behavior) functions() *[]*awscloudfront.FunctionAssociation {
	var list []*awscloudfront.FunctionAssociation
	if b.ViewerRequest != nil {
		list = append(list, &awscloudfront.FunctionAssociation{
			EventType: awscloudfront.FunctionEventType_VIEWER_REQUEST, Function: b.ViewerRequest,
		})
	}
	if b.ViewerResponse != nil {
		list = append(list, &awscloudfront.FunctionAssociation{
			EventType: awscloudfront.FunctionEventType_VIEWER_RESPONSE, Function: b.ViewerResponse,
		})
	}
	if list == nil {
		return nil
	}
	return &list
}
