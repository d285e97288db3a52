package privatecdn

import (
	"cmp"
	"reflect"

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

// quotas are those of a new account, and what helps where they are exceeded.
var quotas = []struct {
	field        string // of Limits
	quota        int
	what, remedy string
}{
	{"Behaviors", 75, "behaviors", "join some patterns"},
	{"KeysPerGroup", 5, "public keys in one key group", "retire and drop some"},
	{"GroupsPerBehavior", 4, "key groups in one behavior", "join their rings"},
	{"PublicKeys", 10, "public keys", "share TrustedKeys between distributions"},
	{"KeyGroups", 10, "key groups", "share TrustedKeys between distributions"},
	{"CachePolicies", 20, "cache policies",
		"use the same Cache in several behaviors, or pass one distribution's CachePolicy() to those in other stacks"},
	{"ResponseHeadersPolicies", 20, "response headers policies",
		"pass one distribution's ResponseHeadersPolicy() to those in other stacks"},
}

func (l *Limits) of(field string) *int {
	return reflect.ValueOf(l).Elem().FieldByName(field).Addr().Interface().(*int)
}

// check refuses what was made over the limits.
func (made Limits) check(m *mistakes, limits Limits) {
	for _, q := range quotas {
		n, most := *made.of(q.field), cmp.Or(*limits.of(q.field), q.quota)
		m.refuse(n > most, "Limits."+q.field, q.remedy+", or state the raised quota",
			"there are %d %s, and the quota is %d", n, q.what, most)
	}
}

// account counts what the app's constructs make of what an account has few of,
// and remembers what they share. One is under the app, or a stage of
// it, for each account.
type account struct {
	constructs.Construct
	limits  Limits // the highest any of them states
	made    Limits
	shared  map[[2]any]any // by stack and content
	readers []reader
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
	a := &account{shared: map[[2]any]any{}}
	constructs.NewConstruct_Override(a, root, &id)
	a.Node().AddValidation(a)
	return a
}

// Validate implements constructs.IValidation.
func (a *account) Validate() *[]*string {
	var found mistakes
	a.made.check(&found, a.limits)
	return jsii.Strings(found...)
}

// shared returns what a distribution before d made in the same stack with the
// same content, or makes it: an account has room for few of it, or it costs a
// round trip to CDK's process.
func shared[T any](d *distribution, text string, build func() T) T {
	key := [2]any{d.in.stack, text}
	if made, ok := d.counts.shared[key].(T); ok {
		return made
	}
	made := build()
	d.counts.shared[key] = made
	return made
}

// raise notes that a distribution states limits.
func (a *account) raise(stated Limits) {
	for _, q := range quotas {
		limit := a.limits.of(q.field)
		*limit = max(*limit, *stated.of(q.field))
	}
}
