package privatecdn_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
)

// visitor is an aspect that remembers whom it saw.
type visitor struct{ seen []string }

// Visit implements awscdk.IAspect.
func (v *visitor) Visit(node constructs.IConstruct) { v.seen = append(v.seen, *node.Node().Path()) }

// TestConstructs pushes every exported construct through what CDK does with
// constructs. A struct that embeds one wrongly panics in most of these.
func TestConstructs(t *testing.T) {
	for name, make := range map[string]func(scope constructs.Construct, id *string) constructs.Construct{
		"Distribution": func(scope constructs.Construct, id *string) constructs.Construct {
			return privatecdn.NewDistribution(scope, id, &props{Keys: oneKey(t)})
		},
		"Distribution, nil props": func(scope constructs.Construct, id *string) constructs.Construct {
			return privatecdn.NewDistribution(scope, id, nil)
		},
		"TrustedKeys": func(scope constructs.Construct, id *string) constructs.Construct {
			return privatecdn.NewTrustedKeys(scope, id, &privatecdn.TrustedKeysProps{Keys: oneKey(t)})
		},
		"TrustedKeys, nil props": func(scope constructs.Construct, id *string) constructs.Construct {
			return privatecdn.NewTrustedKeys(scope, id, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := newApp(t)
			stack := newStack(app, "Stack", "")
			scope := constructs.NewConstruct(stack, jsii.String("Scope"))
			c := make(scope, jsii.String("Media"))
			if awscdk.Stack_Of(c) != stack {
				t.Error("Stack_Of finds another stack")
			}
			if got := *c.Node().Path(); got != "Stack/Scope/Media" {
				t.Errorf("its path is %s", got)
			}
			if c.Node().Scope() != constructs.IConstruct(scope) ||
				scope.Node().FindChild(jsii.String("Media")) != constructs.IConstruct(c) {
				t.Error("scope and child do not know each other")
			}
			awscdk.Tags_Of(c).Add(jsii.String("team"), jsii.String("media"), nil)
			v := &visitor{}
			awscdk.Aspects_Of(c).Add(v, nil)
			topic := awssns.NewTopic(c, jsii.String("Topic"), nil)
			other := awssns.NewTopic(stack, jsii.String("Other"), nil)
			other.Node().AddDependency(c)
			c.Node().AddDependency(newDependency(stack))
			if c.ToString() == nil || topic.Node().Scope() != constructs.IConstruct(c) {
				t.Error("it is no scope")
			}
			if strings.Contains(name, "nil") {
				expectOne(t, mistakes(t, app), "[Stack/Scope/Media] Keys: ", []string{"it is missing"})
				return
			}
			template := string(synth(t, app, stack))
			if len(v.seen) == 0 || v.seen[0] != "Stack/Scope/Media" {
				t.Errorf("an aspect saw %q", v.seen)
			}
			if !strings.Contains(template, `"DependsOn"`) {
				t.Error("no resource depends on another")
			}
			if !strings.Contains(template, `"Value": "media"`) {
				t.Error("no resource is tagged")
			}
		})
	}
}

func newDependency(scope awscdk.Stack) constructs.IConstruct {
	return awssns.NewTopic(scope, jsii.String("First"), nil)
}

// TestNested puts a distribution into a nested stack and into a stage.
func TestNested(t *testing.T) {
	app := newApp(t)
	stage := awscdk.NewStage(app, jsii.String("Prod"), nil)
	stack := awscdk.NewStack(stage, jsii.String("Stack"), nil)
	nested := awscdk.NewNestedStack(stack, jsii.String("Nested"), nil)
	media(stack, &props{Keys: oneKey(t)})
	privatecdn.NewDistribution(nested, jsii.String("Media"), &props{Keys: oneKey(t)})
	app.Synth(nil)
}

// TestTags holds that Tags reach every resource that can be tagged.
func TestTags(t *testing.T) {
	app := newApp(t)
	stack := newStack(app, "Stack", "")
	media(stack, &props{Keys: oneKey(t), Tags: map[string]string{"team": "media"}})
	if n := strings.Count(string(synth(t, app, stack)), `"team"`); n < 4 {
		t.Errorf("%d resources are tagged; want two buckets, the distribution and the parameter", n)
	}
}

// TestTwoCopies holds that nothing two stacks of the same app make in one
// account is named the same.
func TestTwoCopies(t *testing.T) {
	names := map[string]string{}
	for _, id := range []string{"Staging", "Production"} {
		app := newApp(t)
		stack := newStack(app, id, "us-east-1")
		media(stack, &props{
			Keys: oneKey(t), OriginAccess: privatecdn.OAC, KMS: true, Monitoring: &privatecdn.Monitoring{},
			Logging:   &privatecdn.Logging{V2: true},
			Behaviors: []privatecdn.Behavior{{PathPattern: "a/*", Cache: &privatecdn.Cache{Disabled: true}}},
		})
		var template struct{ Resources map[string]resource }
		if err := json.Unmarshal(synth(t, app, stack), &template); err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, r := range template.Resources {
			for _, path := range []string{
				"Name", "AliasName", "DashboardName", "PublicKeyConfig.Name", "KeyGroupConfig.Name",
				"CachePolicyConfig.Name",
				"ResponseHeadersPolicyConfig.Name", "OriginAccessControlConfig.Name",
			} {
				name := r.at(path)
				if name == nil {
					continue
				}
				found++
				key := r.Type + " " + fmt.Sprint(name)
				if other, taken := names[key]; taken {
					t.Errorf("%s and %s both make %s", other, id, key)
				}
				names[key] = id
			}
		}
		if found < 10 {
			t.Errorf("%s names %d things; the test misses some", id, found)
		}
	}
}

// TestGrantSignInRotation holds that a role may sign with every key that can be
// signing before it is deployed again, and with no other.
func TestGrantSignInRotation(t *testing.T) {
	r := ring(t, pair{"a.pem", "kms:a"}, pair{"b.pem", "kms:b"}, pair{"c.pem", "kms:c"})
	allowed := func() (keys string) {
		app := newApp(t)
		stack := newStack(app, "Stack", "")
		media(stack, &props{Keys: r}).GrantSign(awsiam.NewRole(stack, jsii.String("Role"), &awsiam.RoleProps{
			AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		}))
		for _, name := range []string{"a", "b", "c"} {
			if bytes.Contains(synth(t, app, stack), []byte(":key/"+name+`"`)) {
				keys += name
			}
		}
		return keys
	}
	steps := []struct {
		name string
		take func() error
		want string
	}{
		{"new", func() error { return nil }, "abc"},
		{"promote", func() error { _, err := r.Promote(r.Keys()[1].Fingerprint); return err }, "abc"},
		{"retire", func() error { _, err := r.Retire(r.Keys()[0].Fingerprint); return err }, "bc"},
		{"revoke", func() error {
			_, err := r.Revoke(context.Background(), r.Keys()[2].Fingerprint,
				nil)
			return err
		}, "b"},
	}
	for _, step := range steps {
		if err := step.take(); err != nil {
			t.Fatal(err)
		}
		if got := allowed(); got != step.want {
			t.Errorf("after %s the role may sign with %s, want %s", step.name, got, step.want)
		}
	}
}

// TestGrantSignToNobody holds that a grant that comes to nothing is told.
func TestGrantSignToNobody(t *testing.T) {
	app := newApp(t)
	media(newStack(app, "Stack", ""), &props{Keys: oneKey(t)}).GrantSign(nil)
	expectOne(t, mistakes(t, app), "[Stack/Media] GrantSign: the grantee is nil", nil)

	app = newApp(t)
	media(newStack(app, "Stack", ""),
		&props{Keys: oneKey(t)}).GrantSign(awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil))
	app.Synth(nil)
	if got := findings(t, *app.Outdir(), ""); len(got) != 1 || got[0] != "Annotation::privatecdn:grantSign" {
		t.Errorf("CDK's validation finds %q", got)
	}
}

// TestGrantSignWithFile warns that no policy reaches a key in a file.
func TestGrantSignWithFile(t *testing.T) {
	app := newApp(t)
	stack := newStack(app, "Stack", "")
	d := media(stack, &props{Keys: ring(t, pair{"a.pem", "file:private/a.pem"})})
	d.GrantSign(awsiam.NewRole(stack, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
	}))
	synth(t, app, stack)
	if got := findings(t, *app.Outdir(), ""); len(got) != 1 || got[0] != "Annotation::privatecdn:keyFile" {
		t.Errorf("CDK's validation finds %q", got)
	}
}
