// Package cloudformation is CloudFormation's template language: reading a template in
// JSON or YAML, giving its parameters and conditions their values, and
// resolving intrinsic functions, for one stack or for several stacks of one
// assembly that refer to each other.
//
// It knows the language and no resource type. What a Ref or a Fn::GetAtt of a
// resource gives is asked of the caller, see [Attributes]. Nothing is resolved
// before it is asked for, so that a value nobody needs may stay unknown; what
// is asked for and cannot be resolved is an [*Error] naming resource and
// property.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
package cloudformation

import (
	"maps"
	"slices"
)

// Template is one template as it is written, nothing in it resolved. Values
// are nil, bool, string, json.Number, []any and map[string]any; a short YAML
// tag such as !Ref has become its long form.
type Template struct {
	Parameters map[string]Parameter
	Mappings   map[string]any
	Conditions map[string]any
	Resources  map[string]*Resource
	Outputs    map[string]Output
	Transforms []string // that are not run, see Template.Serverless
	Twice      []Twice
}

// Twice is a key that an object has more than once. The last one counts, as in
// CloudFormation: https://github.com/go-to-k/cdk-real-drift/issues/1074
type Twice struct {
	Key   string
	Place string // line 12, or byte 345
}

// Parameter is one parameter of a template.
type Parameter struct {
	Type    string
	Default any   // nil when there is none
	Allowed []any // the only values it may have, nil for any
}

// Resource is one resource of a stack.
type Resource struct {
	Stack      *Stack
	LogicalID  string
	Type       string // AWS::S3::Bucket, Custom::…
	Condition  string // name of the condition it depends on, or ""
	Retained   bool   // DeletionPolicy keeps it when the stack is deleted
	Properties map[string]any
	Nested     *Stack // the stack that it makes, nil for any other resource
}

// Output is one output of a template.
type Output struct {
	Value     any
	Export    any // its export name, nil when it has none
	Condition string
}

// LogicalIDs returns the logical IDs of the template's resources, sorted.
func (t *Template) LogicalIDs() []string { return sortedKeys(t.Resources) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
