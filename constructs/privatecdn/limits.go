package privatecdn

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Limits are quotas of CloudFront's; zero stands for the quota of a new account.
// Those of an account are counted over all that this package makes in the app
// for that account; stacks that leave their account open count as one, and so
// does each stage of the app. The highest limit that any distribution states counts.
//
// The quotas are those of October 2026.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
type Limits struct {
	Behaviors               int // of a distribution, the default one included; 75
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
		{&l.Behaviors, 75},
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

// account counts what the app's constructs make of what an account has few of,
// and remembers what they share. One is under the app, or a stage of
// it, for each account.
type account struct {
	constructs.Construct
	limits  Limits // the highest any of them states
	made    Limits
	shared  map[content]any
	readers []reader
}

// content is what can be shared within a stack.
type content struct {
	stack awscdk.Stack
	text  string
}

func accountOf(in place) *account {
	id := "privatecdn account"
	if !isToken(in.account) {
		id += " " + in.account
	}
	root := awscdk.Stage_Of(in.stack)
	if a, ok := root.Node().TryFindChild(&id).(*account); ok {
		return a
	}
	a := &account{shared: map[content]any{}}
	constructs.NewConstruct_Override(a, root, &id)
	var v constructs.IValidation = a
	a.Node().AddValidation(v)
	return a
}

// shared returns what a distribution before d made in the same stack with the
// same content, or makes it: an account has room for few of it, or it costs a
// round trip to CDK's process.
func shared[T any](d *distribution, text string, build func() T) T {
	key := content{d.in.stack, text}
	if made, ok := d.counts.shared[key].(T); ok {
		return made
	}
	made := build()
	d.counts.shared[key] = made
	return made
}

// raise notes that someone states higher limits.
func (a *account) raise(l Limits) {
	a.limits.KeysPerGroup = max(a.limits.KeysPerGroup, l.KeysPerGroup)
	a.limits.PublicKeys = max(a.limits.PublicKeys, l.PublicKeys)
	a.limits.KeyGroups = max(a.limits.KeyGroups, l.KeyGroups)
	a.limits.CachePolicies = max(a.limits.CachePolicies, l.CachePolicies)
	a.limits.ResponseHeadersPolicies = max(a.limits.ResponseHeadersPolicies, l.ResponseHeadersPolicies)
}

// Validate implements constructs.IValidation.
func (a *account) Validate() *[]*string {
	var found mistakes
	limits := a.limits.withDefaults()
	checkLimit(&found, "PublicKeys", a.made.PublicKeys, limits.PublicKeys, "public keys",
		"share TrustedKeys between distributions")
	checkLimit(&found, "KeyGroups", a.made.KeyGroups, limits.KeyGroups, "key groups",
		"share TrustedKeys between distributions")
	checkLimit(&found, "CachePolicies", a.made.CachePolicies, limits.CachePolicies, "cache policies",
		"use the same Cache in several behaviors, or pass one distribution's CachePolicy() to those in other stacks")
	checkLimit(&found, "ResponseHeadersPolicies", a.made.ResponseHeadersPolicies, limits.ResponseHeadersPolicies,
		"response headers policies", "pass one distribution's ResponseHeadersPolicy() to those in other stacks")
	return jsii.Strings(found...)
}

func checkLimit(m *mistakes, limit string, made, most int, what, remedy string) {
	if made > most {
		m.add("Limits."+limit, remedy+", or state the raised quota", "there are %d %s, and the quota is %d", made,
			what, most)
	}
}
