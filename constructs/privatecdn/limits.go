package privatecdn

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Limits are quotas of CloudFront's; zero stands for the quota as AWS sets it.
// Those of an account are counted over all that this package makes in the app
// for that account; stacks that leave their account open count as one.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
type Limits struct {
	Behaviors               int // of a distribution, the default one included; 25
	KeysPerGroup            int // 5
	GroupsPerBehavior       int // 4
	PublicKeys              int // of an account; 10
	KeyGroups               int // of an account; 10
	CachePolicies           int // of an account; 20
	ResponseHeadersPolicies int // of an account; 20
}

func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		limit *int
		quota int
	}{
		{&l.Behaviors, 25},
		{&l.KeysPerGroup, 5},
		{&l.GroupsPerBehavior, 4},
		{&l.PublicKeys, 10},
		{&l.KeyGroups, 10},
		{&l.CachePolicies, 20},
		{&l.ResponseHeadersPolicies, 20},
	} {
		if *f.limit == 0 {
			*f.limit = f.quota
		}
	}
	return l
}

// account counts what the app's constructs make of what an account has few of.
// One stands under the app's root for each account.
type account struct {
	constructs.Construct
	limits Limits // the highest any of them states
	made   Limits
}

func accountOf(stack awscdk.Stack) *account {
	id := "privatecdn account"
	if number := *stack.Account(); !isToken(number) {
		id += " " + number
	}
	root := stack.Node().Root()
	if a, ok := root.Node().TryFindChild(&id).(*account); ok {
		return a
	}
	a := &account{}
	constructs.NewConstruct_Override(a, root.(constructs.Construct), &id)
	var v constructs.IValidation = a
	a.Node().AddValidation(v)
	return a
}

// raise notes that someone states higher limits.
func (a *account) raise(l Limits) {
	a.limits.PublicKeys = max(a.limits.PublicKeys, l.PublicKeys)
	a.limits.KeyGroups = max(a.limits.KeyGroups, l.KeyGroups)
	a.limits.CachePolicies = max(a.limits.CachePolicies, l.CachePolicies)
	a.limits.ResponseHeadersPolicies = max(a.limits.ResponseHeadersPolicies, l.ResponseHeadersPolicies)
}

// Validate implements constructs.IValidation.
func (a *account) Validate() *[]*string {
	var found problems
	limits := a.limits.withDefaults()
	found.checkLimit("PublicKeys", a.made.PublicKeys, limits.PublicKeys, "public keys", "share TrustedKeys between distributions")
	found.checkLimit("KeyGroups", a.made.KeyGroups, limits.KeyGroups, "key groups", "share TrustedKeys between distributions")
	found.checkLimit("CachePolicies", a.made.CachePolicies, limits.CachePolicies, "cache policies", "pass one distribution's CachePolicy() to the others")
	found.checkLimit("ResponseHeadersPolicies", a.made.ResponseHeadersPolicies, limits.ResponseHeadersPolicies,
		"response headers policies", "pass one distribution's ResponseHeadersPolicy() to the others")
	return jsii.Strings(found...)
}

func (p *problems) checkLimit(limit string, made, most int, what, remedy string) {
	if made > most {
		p.add("Limits."+limit, "there are %d %s where CloudFront has room for %d; %s, or state the raised quota", made, what, most, remedy)
	}
}
