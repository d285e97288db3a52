package infra

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/cloudformation"
)

func (r *reader) distribution(res *cloudformation.Resource, p *distributionProperties) error {
	c := &p.DistributionConfig
	at := res.At().Key("Properties.DistributionConfig")
	d := &Distribution{
		Stack:             res.Stack.Name,
		LogicalID:         res.LogicalID,
		ID:                fill("{id}", res),
		DomainName:        fill("{domain}", res),
		ARN:               fill("arn:{partition}:cloudfront::{account}:distribution/{id}", res),
		Aliases:           c.Aliases,
		Enabled:           c.Enabled,
		DefaultRootObject: strings.TrimPrefix(c.DefaultRootObject, "/"),
		CacheTagHeader:    c.CacheTagConfig.HeaderName,
		Geo: Geo{
			Type:      cmp.Or(c.Restrictions.GeoRestriction.RestrictionType, "none"),
			Locations: upper(c.Restrictions.GeoRestriction.Locations),
		},
		WebACL:    string(c.WebACLId),
		LogBucket: string(c.Logging.Bucket),
		ViewerCertificate: ViewerCertificate{
			Default:         c.ViewerCertificate.AcmCertificateArn == "" && c.ViewerCertificate.IamCertificateId == "",
			MinimumProtocol: string(c.ViewerCertificate.MinimumProtocolVersion),
		},
	}
	if d.WebACL != "" {
		r.note(res, "its web ACL is not evaluated")
	}
	if d.Geo.Type != "none" && len(d.Geo.Locations) == 0 {
		return at.Key("Restrictions.GeoRestriction.Locations").Invalid("a %s has at least one country", d.Geo.Type)
	}
	var err error
	if d.CustomErrors, err = customErrors(at.Key("CustomErrorResponses"), c.CustomErrorResponses); err != nil {
		return err
	}
	origins, err := r.origins(at.Key("Origins"), c.Origins)
	if err != nil {
		return err
	}
	if err := originGroups(at.Key("OriginGroups.Items"), c.OriginGroups.Items, origins); err != nil {
		return err
	}
	d.Origins = origins
	if err := r.aliases(at.Key("Aliases"), d); err != nil {
		return err
	}
	if d.Behaviors, err = r.behaviors(at, c.CacheBehaviors, c.DefaultCacheBehavior, origins); err != nil {
		return err
	}
	r.tmpl.Distributions = append(r.tmpl.Distributions, d)
	return nil
}

// aliases refuses an alias that another distribution has.
func (r *reader) aliases(at cloudformation.Location, d *Distribution) error {
	for i, alias := range d.Aliases {
		same := func(other string) bool { return strings.EqualFold(alias, other) }
		for _, other := range r.tmpl.Distributions {
			if slices.ContainsFunc(other.Aliases, same) {
				return at.Index(i).Invalid("%s has the alias %q too", other.LogicalID, alias)
			}
		}
	}
	return nil
}

func (r *reader) behaviors(at cloudformation.Location, ordered []behaviorProperties, last *behaviorProperties,
	origins map[string]*Origin) ([]*Behavior, error) {
	var behaviors []*Behavior
	for i := range ordered {
		here := at.Key("CacheBehaviors").Index(i)
		same := func(b *Behavior) bool { return b.PathPattern == ordered[i].PathPattern }
		if slices.ContainsFunc(behaviors, same) {
			return nil, here.Key("PathPattern").Invalid("another behavior has the pattern %q", ordered[i].PathPattern)
		}
		if ordered[i].PathPattern == "" {
			return nil, here.Key("PathPattern").Invalid("the property is missing or empty")
		}
		b, err := r.behavior(here, &ordered[i], origins)
		if err != nil {
			return nil, err
		}
		behaviors = append(behaviors, b)
	}
	last.PathPattern = "*"
	b, err := r.behavior(at.Key("DefaultCacheBehavior"), last, origins)
	return append(behaviors, b), err
}

func (r *reader) behavior(at cloudformation.Location, p *behaviorProperties, origins map[string]*Origin) (
	*Behavior, error) {
	b := &Behavior{
		PathPattern:    p.PathPattern,
		Origin:         origins[p.TargetOriginId],
		ViewerProtocol: p.ViewerProtocolPolicy,
		AllowedMethods: methods(p.AllowedMethods),
		CachedMethods:  methods(p.CachedMethods),
		Compress:       p.Compress,
	}
	if b.Origin == nil {
		return nil, at.Key("TargetOriginId").Invalid("there is no origin %q", p.TargetOriginId)
	}
	for i, id := range p.TrustedKeyGroups {
		at := at.Key("TrustedKeyGroups").Index(i)
		group, err := find(r, at, "key group", id, (*reader).keyGroup)
		if r.opensNothing(at, typeDistribution, err) {
			group, err = &KeyGroup{}, nil
		}
		if err != nil {
			return nil, err
		}
		b.KeyGroups = append(b.KeyGroups, group)
	}
	if !isMethodSet(b.AllowedMethods, 2, 3, 7) {
		return nil, at.Key("AllowedMethods").Invalid(
			"CloudFront allows GET and HEAD, these and OPTIONS, or all seven methods")
	}
	if !isMethodSet(b.CachedMethods, 2, 3) || len(b.CachedMethods) > len(b.AllowedMethods) {
		return nil, at.Key("CachedMethods").Invalid("CloudFront caches GET and HEAD, or these and OPTIONS if it is allowed")
	}
	for _, signer := range p.TrustedSigners {
		r.noteAt(at, typeDistribution, "the keys of the trusted signer "+signer+
			" are not in the template, as those of TrustedKeyGroups are; until then it opens nothing")
		b.KeyGroups = append(b.KeyGroups, &KeyGroup{})
	}
	if err := r.policies(at, p, b); err != nil {
		return nil, err
	}
	if err := r.lambdaFunctions(at, p); err != nil {
		return nil, err
	}
	return b, r.functions(at, p, b)
}

// lambdaFunctions leaves a behavior's Lambda@Edge functions out, if it may.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
func (r *reader) lambdaFunctions(at cloudformation.Location, p *behaviorProperties) error {
	seen := map[string]bool{}
	for i, a := range p.LambdaFunctionAssociations {
		at := at.Key("LambdaFunctionAssociations").Index(i)
		switch {
		case seen[a.EventType]:
			return at.Key("EventType").Errorf(cloudformation.ErrInvalid, "leave one of them out",
				"the behavior has another %s function", a.EventType)
		case strings.HasPrefix(a.EventType, "viewer-") && len(p.FunctionAssociations) > 0:
			return at.Key("EventType").Errorf(cloudformation.ErrInvalid, "use CloudFront functions for both viewer events",
				"CloudFront does not combine a %s function of Lambda@Edge with CloudFront functions", a.EventType)
		case !r.stubLambdaEdge:
			return at.Unsupported("use a CloudFront function, or leave it out with --stub-lambda-edge",
				"Lambda@Edge is not run")
		}
		seen[a.EventType] = true
		r.noteAt(at, typeDistribution, "the "+a.EventType+" Lambda@Edge function of "+p.PathPattern+" is not run")
	}
	return nil
}

func (r *reader) policies(at cloudformation.Location, p *behaviorProperties, b *Behavior) error {
	legacy := p.ForwardedValues != nil || p.MinTTL != nil || p.DefaultTTL != nil || p.MaxTTL != nil
	switch {
	case p.CachePolicyId == "" && p.ForwardedValues == nil:
		return at.Key("CachePolicyId").Invalid("a behavior needs a cache policy or forwarded values")
	case p.CachePolicyId != "" && legacy:
		return at.Invalid(
			"a behavior has a cache policy or its own ForwardedValues, MinTTL, DefaultTTL and MaxTTL, not both")
	case p.CachePolicyId == "":
		b.CachePolicy, b.OriginRequestPolicy = legacyPolicies(p)
	default:
		cache, err := find(r, at.Key("CachePolicyId"), "policy", p.CachePolicyId, (*reader).cachePolicy)
		if err != nil {
			return err
		}
		b.CachePolicy = *cache
	}
	var err error
	if id := p.OriginRequestPolicyId; id != "" {
		at := at.Key("OriginRequestPolicyId")
		b.OriginRequestPolicy, err = find(r, at, "policy", id, (*reader).originRequestPolicy)
	}
	if id := p.ResponseHeadersPolicyId; id != "" && err == nil {
		at := at.Key("ResponseHeadersPolicyId")
		b.ResponseHeaderPolicy, err = find(r, at, "policy", id, (*reader).responseHeadersPolicy)
	}
	return err
}

func (r *reader) functions(at cloudformation.Location, p *behaviorProperties, b *Behavior) error {
	for i, a := range p.FunctionAssociations {
		at := at.Key("FunctionAssociations").Index(i).Key("FunctionARN")
		f, err := find(r, at, "function", a.FunctionARN, (*reader).function)
		if err != nil {
			return err
		}
		if f.Unpublished {
			return at.Errorf(cloudformation.ErrInvalid, "set its AutoPublish to true",
				"the function %s is not published", f.LogicalID)
		}
		slot := &b.ViewerRequest
		if a.EventType == "viewer-response" {
			slot = &b.ViewerResponse
		}
		if *slot != nil {
			return at.Invalid("the behavior has another %s function", a.EventType)
		}
		*slot = f
	}
	return nil
}

func methods(names []string) []string {
	if len(names) == 0 {
		return []string{"GET", "HEAD"}
	}
	return names
}

// isMethodSet reports whether names are, in any order, one of CloudFront's sets
// of methods, of the sizes given.
// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_AllowedMethods.html
func isMethodSet(names []string, sizes ...int) bool {
	all := []string{"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
	return slices.ContainsFunc(sizes, func(n int) bool {
		return len(names) == n && !slices.ContainsFunc(all[:n], func(m string) bool { return !slices.Contains(names, m) })
	})
}

func upper(names []string) []string {
	names = slices.Clone(names)
	for i := range names {
		names[i] = strings.ToUpper(names[i])
	}
	return names
}

func customErrors(at cloudformation.Location, responses []customErrorProperties) ([]CustomError, error) {
	var all []CustomError
	for i, p := range responses {
		if slices.ContainsFunc(all, func(e CustomError) bool { return e.Code == p.ErrorCode }) {
			return nil, at.Index(i).Key("ErrorCode").Errorf(cloudformation.ErrInvalid, "leave one of them out",
				"there are two responses for %d", p.ErrorCode)
		}
		if (p.ResponseCode == 0) != (p.ResponsePagePath == "") {
			return nil, at.Index(i).Errorf(cloudformation.ErrInvalid, "set both, or neither",
				"CloudFront needs ResponseCode and ResponsePagePath together")
		}
		lasts := ttl(p.ErrorCachingMinTTL, awsname.ErrorTTL)
		all = append(all, CustomError{p.ErrorCode, p.ResponseCode, p.ResponsePagePath, lasts})
	}
	return all, nil
}

// seconds makes a duration of a template's number of seconds, of at most a
// century, so that no number overflows.
func seconds[N int | float64](n N) time.Duration {
	const century = 100 * 365 * 86400
	return time.Duration(max(0, min(float64(n), century)) * float64(time.Second))
}
