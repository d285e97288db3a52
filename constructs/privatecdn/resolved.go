package privatecdn

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go/runtime"
)

// readProperties reads the properties of a resource of this app, by CDK's names,
// and returns false for one of another. It reads what CDK keeps of them all,
// since releases differ in the properties that their own getters can return.
func readProperties(c constructs.IConstruct, into any) bool {
	resource, ok := c.Node().DefaultChild().(awscdk.CfnResource)
	if !ok {
		return false
	}
	var all any
	runtime.Get(resource, "cfnProperties", &all)
	return json.Unmarshal(resolved(resource.Stack(), all), into) == nil
}

// resolved returns a value of CDK's as JSON, with what is known at deployment
// only as CloudFormation has it; nil if it has no JSON.
func resolved(stack awscdk.Stack, v any) []byte {
	text, _ := json.Marshal(plain(stack.Resolve(v)))
	return text
}

// plain removes the wrapping in which jsii returns a map that came from Go
// inside another.
func plain(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	if inner, wrapped := m["$jsii.map"]; wrapped {
		return plain(inner)
	}
	for k := range m {
		m[k] = plain(m[k])
	}
	return m
}
