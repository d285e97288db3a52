package privatecdn_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

// All tests share one jsii kernel, which serves one call at a time: no test
// that synthesizes is parallel.
func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	for _, dir := range assemblies {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// flags are the feature flags of the app, without its settings.
var flags = func() map[string]any {
	data, err := os.ReadFile("../../cdk.json")
	if err != nil {
		panic(err)
	}
	var file struct{ Context map[string]any }
	if err := json.Unmarshal(data, &file); err != nil {
		panic(err)
	}
	for name := range file.Context {
		if !strings.HasPrefix(name, "@aws-cdk") {
			delete(file.Context, name)
		}
	}
	return file.Context
}()

func newApp(t testing.TB) awscdk.App {
	return newAppWith(t, flags)
}

func newAppWith(t testing.TB, flags map[string]any) awscdk.App {
	return awscdk.NewApp(&awscdk.AppProps{
		Context:            &flags,
		AnalyticsReporting: jsii.Bool(false),
		Outdir:             jsii.String(t.TempDir()),
	})
}

func newStack(app constructs.Construct, id, region string) awscdk.Stack {
	props := &awscdk.StackProps{StackName: &id}
	if region != "" {
		props.Env = &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String(region)}
	}
	return awscdk.NewStack(app, jsii.String(id), props)
}

// synth returns the template of a stack of app.
func synth(t testing.TB, app awscdk.App, stack awscdk.Stack) []byte {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Fatal(r)
		}
	}()
	assembly := app.Synth(nil)
	data, err := os.ReadFile(filepath.Join(*assembly.Directory(), *stack.TemplateFile()))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// findings are the rules that CDK's own validation finds broken in what was
// synthesized to dir, for the constructs whose path begins with prefix.
func findings(t testing.TB, dir, prefix string) (rules []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "validation-report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		PluginReports []struct {
			Violations []struct {
				RuleName            string
				ViolatingConstructs []struct{ ConstructPath string }
			}
		}
	}
	if err := json.Unmarshal(data, &report); err != nil {
		t.Fatal(err)
	}
	for _, plugin := range report.PluginReports {
		for _, v := range plugin.Violations {
			for _, c := range v.ViolatingConstructs {
				if strings.HasPrefix(c.ConstructPath, prefix) {
					rules = append(rules, v.RuleName)
				}
			}
		}
	}
	return rules
}

// mistakes synthesizes app, which must fail, and returns what is wrong, each
// with its hint.
func mistakes(t testing.TB, app awscdk.App) (list []string) {
	t.Helper()
	err := privatecdn.Synth(app)
	if err == nil {
		t.Fatal("synthesis found no mistake")
	}
	for _, e := range fault.All(err) {
		if !errors.Is(e, privatecdn.ErrSynth) || !strings.HasPrefix(e.Error(), "[") {
			t.Errorf("%v", e)
		}
		list = append(list, e.Error()+"; "+fault.Hint(e))
	}
	return list
}

// then is when the rings of the tests were made.
var then = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// pair is a key pair whose private key is elsewhere: at uri.
type pair struct{ file, uri string }

// New implements keys.Store.
func (p pair) New(context.Context, keys.Algorithm) (*keys.Public, string, error) {
	data, err := os.ReadFile(filepath.Join("testdata/keys", p.file))
	if err != nil {
		return nil, "", err
	}
	public, err := keys.ParsePublic(data)
	return public, p.uri, err
}

// ring makes a ring with these pairs, the first one signing.
func ring(t testing.TB, pairs ...pair) *keys.Ring {
	t.Helper()
	r, err := keys.Create(t.TempDir(), keys.WithClock(func() time.Time { return then }))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pairs {
		algorithm := keys.ECDSAP256
		if strings.HasPrefix(p.file, "rsa") {
			algorithm = keys.RSA2048
		}
		if _, err := r.Add(context.Background(), algorithm, p); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// oneKey is a ring with one key.
func oneKey(t testing.TB) *keys.Ring { return ring(t, pair{"a.pem", "kms:alias/media"}) }

func media(scope awscdk.Stack, props *privatecdn.DistributionProps) privatecdn.Distribution {
	return privatecdn.NewDistribution(scope, jsii.String("Media"), props)
}

// refusals makes a distribution of each change, all in one app, and returns
// what CDK lists for each, by its place in the list. useEverything calls what
// an app would call that knows of no mistake.
func refusals(t testing.TB, changes []refusal) [][]string {
	t.Helper()
	app, ring := newApp(t), oneKey(t)
	stacks := map[string]awscdk.Stack{}
	for i, c := range changes {
		if stacks[c.region] == nil {
			stacks[c.region] = newStack(app, "Stack"+c.region, c.region)
		}
		scope := constructs.NewConstruct(stacks[c.region], jsii.String(fmt.Sprint("Case", i)))
		p := &props{Keys: ring}
		c.change(scope, p)
		useEverything(scope, privatecdn.NewDistribution(scope, jsii.String("Media"), p), p)
	}
	found := make([][]string, len(changes))
	for _, line := range mistakes(t, app) {
		path, text, _ := strings.Cut(strings.TrimPrefix(line, "["), "] ")
		var i int
		if _, err := fmt.Sscanf(path[strings.Index(path, "/")+1:], "Case%d/", &i); err == nil {
			found[i] = append(found[i], text)
		} // other lines are about the account
	}
	return found
}

// refusal is a change of the default properties that must be refused, in a
// stack of a Region, open when empty.
type refusal struct {
	region string
	change func(scope constructs.Construct, p *props)
}

// useEverything calls every accessor as an app would that knows of no mistake.
func useEverything(scope constructs.Construct, d privatecdn.Distribution, p *props) {
	d.Distribution().DistributionId()
	d.Bucket().BucketArn()
	d.Parameter().ParameterName()
	d.CachePolicy().CachePolicyId()
	d.ResponseHeadersPolicy().ResponseHeadersPolicyId()
	if p.Keys != nil || p.Default == nil {
		d.TrustedKeys().KeyGroup().KeyGroupId()
		d.TrustedKeys().SigningKeyPairID()
	}
	switch p.OriginAccess {
	case privatecdn.OAC:
		d.OriginAccessControl().OriginAccessControlId()
	case "", privatecdn.OAI:
		if p.Default == nil {
			d.OriginAccessIdentity().OriginAccessIdentityId()
		}
	}
	if p.KMS {
		d.EncryptionKey().KeyArn()
	}
	if p.Monitoring != nil {
		d.Dashboard().DashboardArn()
	}
	if p.Logging == nil || !p.Logging.Disabled {
		d.LogBucket().BucketName()
	}
	privatecdn.Outputs(scope, d)
}
