package privatecdn_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
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
			if c.Node().Scope() != constructs.IConstruct(scope) || scope.Node().FindChild(jsii.String("Media")) != constructs.IConstruct(c) {
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
				expectOne(t, mistakes(t, app), "[Stack/Scope/Media] Keys: ", []string{"is missing"})
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
