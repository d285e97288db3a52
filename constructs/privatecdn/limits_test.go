package privatecdn_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
	"example.com/privatecdn/keys"
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

// generated makes key pairs whose private keys are nowhere.
type generated struct{}

// New implements keys.Store.
func (generated) New(_ context.Context, a keys.Algorithm) (*keys.Public, string, error) {
	private, err := keys.Generate(a)
	if err != nil {
		return nil, "", err
	}
	public, err := keys.NewPublic(private.Public())
	return public, "ssm:key", err
}

// TestQuotas holds what a new account has room for: as many are accepted, and
// one more is refused.
func TestQuotas(t *testing.T) {
	groups := func(stack awscdk.Stack, n int) (list []privatecdn.TrustedKeys) {
		for i := range n {
			list = append(list, privatecdn.NewTrustedKeys(stack, jsii.String(fmt.Sprint("Keys", i)),
				&privatecdn.TrustedKeysProps{Keys: oneKey(t)}))
		}
		return list
	}
	for _, c := range []struct {
		quota int
		build func(stack awscdk.Stack, n int)
		want  []string // of one more
	}{
		{10, func(stack awscdk.Stack, n int) { groups(stack, n) }, []string{
			"there are 11 public keys, and the quota is 10", "there are 11 key groups, and the quota is 10",
		}},
		{5, func(stack awscdk.Stack, n int) {
			large := ring(t)
			for range n {
				if _, err := large.Add(context.Background(), keys.ECDSAP256, generated{}); err != nil {
					t.Fatal(err)
				}
			}
			privatecdn.NewTrustedKeys(stack, jsii.String("Keys"), &privatecdn.TrustedKeysProps{Keys: large})
		}, []string{"there are 6 public keys in one key group, and the quota is 5"}},
		{4, func(stack awscdk.Stack, n int) {
			media(stack, &props{Default: &privatecdn.Behavior{TrustedKeys: groups(stack, n)}})
		}, []string{"there are 5 key groups in one behavior, and the quota is 4"}},
		{20, func(stack awscdk.Stack, n int) {
			bucket := awss3.Bucket_FromBucketName(stack, jsii.String("Content"), jsii.String("content"))
			for i := range n {
				privatecdn.NewDistribution(stack, jsii.String(fmt.Sprint("Media", i)), &props{
					Default: &privatecdn.Behavior{Access: privatecdn.Public}, Bucket: bucket,
					OriginAccess: privatecdn.OAC, Logging: &privatecdn.Logging{Disabled: true},
					Cache:         &privatecdn.Cache{DefaultTTL: time.Duration(i+1) * time.Second},
					CustomHeaders: map[string]string{"x-number": fmt.Sprint(i)},
				})
			}
		}, []string{
			"there are 21 cache policies, and the quota is 20",
			"there are 21 response headers policies, and the quota is 20",
		}},
	} {
		app := newApp(t)
		c.build(newStack(app, "Stack", ""), c.quota)
		if err := privatecdn.Synth(app); err != nil {
			t.Error(err)
		}
		app = newApp(t)
		c.build(newStack(app, "Stack", ""), c.quota+1)
		got := mistakes(t, app)
		if len(got) != len(c.want) {
			t.Errorf("%d mistakes in %q", len(got), got)
		}
		for _, want := range c.want {
			if !strings.Contains(strings.Join(got, "\n"), want) {
				t.Errorf("no %q in %q", want, got)
			}
		}
	}
}
