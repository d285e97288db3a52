package privatecdn_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
)

// TestAccountLimits counts what two stacks of an app make together.
func TestAccountLimits(t *testing.T) {
	build := func(room int) awscdk.App {
		app := newApp(t)
		limits := privatecdn.Limits{PublicKeys: room, KeyGroups: room, CachePolicies: room,
			ResponseHeadersPolicies: room}
		media(newStack(app, "A", ""), &props{Keys: oneKey(t), Limits: &limits})
		media(newStack(app, "B", ""), &props{Keys: oneKey(t)})
		return app
	}
	got := strings.Join(mistakes(t, build(1)), "\n")
	for _, want := range []string{
		"Limits.PublicKeys: there are 2 public keys", "Limits.KeyGroups: there are 2",
		"Limits.CachePolicies: there are 2",
		"Limits.ResponseHeadersPolicies: there are 2",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no line with %q in\n%s", want, got)
		}
	}
	build(2).Synth(nil)
}

// TestLimitsByAccount counts each account of an app by itself.
func TestLimitsByAccount(t *testing.T) {
	app := newApp(t)
	for _, account := range []string{"111111111111", "222222222222"} {
		stack := awscdk.NewStack(app, jsii.String("In"+account), &awscdk.StackProps{
			Env: &awscdk.Environment{Account: jsii.String(account), Region: jsii.String("eu-west-1")},
		})
		media(stack, &props{Keys: oneKey(t), Limits: &privatecdn.Limits{PublicKeys: 1, KeyGroups: 1}})
	}
	app.Synth(nil)
}
