package cloudformation

import (
	"bytes"
	"strings"
)

// MaxSize is the size of the largest template CloudFormation takes, in bytes.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const MaxSize = 1 << 20

// Quotas of CloudFormation.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
var quotas = map[string]int{"Mappings": 200, "Outputs": 200, "Parameters": 200, "Resources": 500}

// maxDepth bounds how deep a template may nest. Real ones stay under 30.
const maxDepth = 100

const wantTemplate = "give a CloudFormation template in JSON or YAML"

// parse reads the stack's template, in JSON or YAML.
func (s *Stack) parse(data []byte) error {
	at := s.section("")
	if len(data) > MaxSize {
		return at.Errorf(ErrTooLarge, "split it into several stacks",
			"the template has %d bytes, CloudFormation accepts %d", len(data), MaxSize)
	}
	tree, twice, err := parseTree(data)
	if err != nil {
		return at.Errorf(ErrSyntax, wantTemplate, "%v", err)
	}
	root, ok := tree.(map[string]any)
	if !ok || root["Resources"] == nil {
		return at.Errorf(ErrSyntax, wantTemplate, "it has no Resources section")
	}
	s.Template = &Template{Twice: twice}
	if s.Transforms, err = transforms(at.Key("Transform"), root["Transform"]); err != nil {
		return err
	}
	// Parameters and mappings come first: loops run over them.
	for _, section := range []string{"Parameters", "Mappings"} {
		if v, ok := root[section]; ok {
			if err := s.parseSection(at.Key(section), section, v); err != nil {
				return err
			}
		}
	}
	if s.extended() {
		if root, err = s.expandObject(at, root, nil); err != nil {
			return err
		}
	}
	for _, section := range sortedKeys(root) {
		if err := s.parseSection(at.Key(section), section, root[section]); err != nil {
			return err
		}
	}
	return nil
}

func parseTree(data []byte) (tree any, twice []Twice, err error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if trimmed := bytes.TrimSpace(data); bytes.HasPrefix(trimmed, []byte("{")) {
		return parseJSON(data)
	}
	return parseYAML(data)
}

func (s *Stack) parseSection(at Location, name string, v any) (err error) {
	entries, _ := v.(map[string]any)
	if most, limited := quotas[name]; limited && len(entries) > most {
		return at.Errorf(ErrTooLarge, "split the template into several stacks",
			"it has %d entries, CloudFormation accepts %d", len(entries), most)
	}
	switch name {
	case "Parameters":
		s.Parameters, err = each(at, v, newParameter)
	case "Resources":
		s.Resources, err = each(at, v, s.newResource)
	case "Outputs":
		s.Outputs, err = each(at, v, newOutput)
	case "Mappings":
		s.Mappings, err = object(at, v)
	case "Conditions":
		s.Conditions, err = object(at, v)
	case "AWSTemplateFormatVersion", "Description", "Globals", "Hooks", "Metadata", "Rules", "Transform":
		// They say nothing of what the stack's resources are; Globals only to SAM.
	default:
		err = at.Unsupported("remove it", "unknown section")
	}
	return err
}

func each[T any](at Location, v any, read func(Location, string, map[string]any) (T, error)) (map[string]T, error) {
	section, err := object(at, v)
	if err != nil {
		return nil, err
	}
	all := make(map[string]T, len(section))
	for _, name := range sortedKeys(section) {
		if strings.HasPrefix(name, "Fn::ForEach::") {
			return nil, notExtended(at.Key(name), "Fn::ForEach")
		}
		o, err := object(at.Key(name), section[name])
		if err != nil {
			return nil, err
		}
		if all[name], err = read(at.Key(name), name, o); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func newParameter(at Location, _ string, o map[string]any) (Parameter, error) {
	typ, ok := o["Type"].(string)
	if !ok {
		return Parameter{}, at.Invalid("a parameter needs a Type")
	}
	switch o["Default"].(type) {
	case map[string]any, []any:
		return Parameter{}, at.Invalid("a default is plain text, not %s", describe(o["Default"]))
	}
	allowed, _ := o["AllowedValues"].([]any)
	return Parameter{Type: typ, Default: o["Default"], Allowed: allowed}, nil
}

func (s *Stack) newResource(_ Location, id string, o map[string]any) (*Resource, error) {
	r := &Resource{Stack: s, LogicalID: id}
	at := r.At()
	for _, key := range sortedKeys(o) {
		ok := true
		switch key {
		case "Type":
			r.Type, ok = o[key].(string)
		case "Condition":
			r.Condition, ok = o[key].(string)
		case "Properties":
			r.Properties, ok = o[key].(map[string]any)
		case "DeletionPolicy":
			r.Retained = o[key] == "Retain" || o[key] == "RetainExceptOnCreate"
		case "DependsOn", "Description", "Metadata", "UpdateReplacePolicy", "CreationPolicy", "UpdatePolicy",
			"Connectors", "IgnoreGlobals":
			// They say when and how it is made, not what it is; the last two to SAM.
		default:
			return nil, at.Key(key).Unsupported("remove it", "unknown resource attribute")
		}
		if !ok {
			return nil, at.Key(key).Invalid("%s is not valid here", describe(o[key]))
		}
	}
	if r.Type == "" {
		return nil, at.Invalid("a resource needs a Type")
	}
	return r, nil
}

func newOutput(at Location, _ string, o map[string]any) (Output, error) {
	out := Output{Value: o["Value"]}
	if out.Value == nil {
		return out, at.Invalid("an output needs a Value")
	}
	if export, ok := o["Export"].(map[string]any); ok {
		out.Export = export["Name"]
	}
	out.Condition, _ = o["Condition"].(string)
	return out, nil
}

func object(at Location, v any) (map[string]any, error) {
	if o, ok := v.(map[string]any); ok {
		return o, nil
	}
	return nil, at.Invalid("expected an object, got %s", describe(v))
}

// describe names a value's kind for a message. The value itself is not shown:
// it may be a private key that was put in the wrong place.
func describe(v any) string {
	switch v.(type) {
	case nil:
		return "nothing"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "a string"
	case bool:
		return "true or false"
	default:
		return "a number"
	}
}
