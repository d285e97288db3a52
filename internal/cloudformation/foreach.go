package cloudformation

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// expansion writes out the loops of a template, and counts what it writes.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
type expansion struct {
	stack *Stack // whose parameters and mappings are known
	nodes int
}

func (x *expansion) expand(at Location, v any, variables map[string]string) (any, error) {
	if x.nodes += nodeSize; x.nodes > maxWork {
		return nil, tooLong(at)
	}
	switch v := v.(type) {
	case map[string]any:
		name, _ := v["Ref"].(string)
		if value, ok := variables[name]; ok && len(v) == 1 {
			return value, nil
		}
		return x.object(at, v, variables)
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			var err error
			if list[i], err = x.expand(at.Index(i), e, variables); err != nil {
				return nil, err
			}
		}
		return list, nil
	case string:
		return x.text(v, variables), nil
	}
	return v, nil
}

// text puts the loop variables in: ${X} as it is, &{X} without the characters
// that a logical ID cannot have.
func (x *expansion) text(text string, variables map[string]string) string {
	for name, value := range variables {
		text = strings.ReplaceAll(text, "${"+name+"}", value)
		text = strings.ReplaceAll(text, "&{"+name+"}", strings.Map(alphanumeric, value))
	}
	x.nodes += len(text)
	return text
}

func alphanumeric(r rune) rune {
	if strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", r) {
		return r
	}
	return -1
}

func (x *expansion) object(at Location, o map[string]any, variables map[string]string) (map[string]any, error) {
	out := make(map[string]any, len(o))
	for _, key := range sortedKeys(o) {
		here := at.Key(key)
		var err error
		if strings.HasPrefix(key, "Fn::ForEach::") {
			err = x.loop(here, o[key], variables, out)
		} else {
			out[x.text(key, variables)], err = x.expand(here, o[key], variables)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// loop writes [variable, collection, {key: value}] into out.
func (x *expansion) loop(at Location, v any, variables map[string]string, out map[string]any) error {
	args, err := arguments(at, "Fn::ForEach", v, 3)
	if err != nil {
		return err
	}
	name, ok := args[0].(string)
	body, isObject := args[2].(map[string]any)
	if !ok || !isObject {
		return at.Invalid("Fn::ForEach needs a name, a list and an object")
	}
	collection, err := x.expand(at, args[1], variables)
	if err != nil {
		return err
	}
	values, err := x.stack.texts(at.Index(1), collection)
	if err != nil {
		return err
	}
	for _, value := range values {
		inner := map[string]string{name: value}
		maps.Copy(inner, variables)
		written, err := x.object(at, body, inner)
		if err != nil {
			return err
		}
		for key, v := range written {
			if _, twice := out[key]; twice {
				return at.Invalid("Fn::ForEach writes %q twice", key)
			}
			out[key] = v
		}
	}
	return nil
}

// notExtended returns the error for a function of AWS::LanguageExtensions in a
// template without it.
func notExtended(at Location, function string) error {
	return at.Errorf(ErrInvalid, "add Transform: "+languageExtensions,
		"%s needs a transform that the template does not name", function)
}

func (s *Stack) length(at Location, args []any) (any, error) {
	list, err := s.list(at, args[0])
	return json.Number(fmt.Sprint(len(list))), err
}

func (s *Stack) toJSONString(at Location, args []any) (any, error) {
	v, err := s.deep(at, args[0])
	if err != nil {
		return nil, err
	}
	text, _ := json.Marshal(v) // of what was read from JSON or YAML
	return string(text), s.spend(at, len(text))
}
