package cloudformation

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strings"
)

// expand returns v with every Fn::ForEach in it written out.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
func (s *Stack) expand(at Location, v any, variables map[string]string) (any, error) {
	if err := s.spend(at, nodeSize); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case map[string]any:
		name, _ := v["Ref"].(string)
		if value, ok := variables[name]; ok && len(v) == 1 {
			return value, nil
		}
		return s.expandObject(at, v, variables)
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			var err error
			if list[i], err = s.expand(at.Index(i), e, variables); err != nil {
				return nil, err
			}
		}
		return list, nil
	case string:
		return s.expandText(at, v, variables)
	}
	return v, nil
}

var notAlphanumeric = regexp.MustCompile(`[^A-Za-z0-9]`)

// expandText puts the loop variables in: ${X} as it is, &{X} without the
// characters that a logical ID cannot have.
func (s *Stack) expandText(at Location, text string, variables map[string]string) (string, error) {
	for name, value := range variables {
		text = strings.ReplaceAll(text, "${"+name+"}", value)
		text = strings.ReplaceAll(text, "&{"+name+"}", notAlphanumeric.ReplaceAllString(value, ""))
	}
	return text, s.spend(at, len(text))
}

func (s *Stack) expandObject(at Location, o map[string]any, variables map[string]string) (map[string]any, error) {
	out := make(map[string]any, len(o))
	for _, key := range sortedKeys(o) {
		here := at.Key(key)
		if strings.HasPrefix(key, "Fn::ForEach::") {
			if err := s.expandLoop(here, o[key], variables, out); err != nil {
				return nil, err
			}
			continue
		}
		name, err := s.expandText(here, key, variables)
		if err == nil {
			out[name], err = s.expand(here, o[key], variables)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// expandLoop writes [variable, collection, {key: value}] into out.
func (s *Stack) expandLoop(at Location, v any, variables map[string]string, out map[string]any) error {
	args, err := arguments(at, "Fn::ForEach", v, 3)
	if err != nil {
		return err
	}
	name, ok := args[0].(string)
	body, isObject := args[2].(map[string]any)
	if !ok || !isObject {
		return at.Invalid("Fn::ForEach needs a name, a list and an object")
	}
	collection, err := s.expand(at, args[1], variables)
	if err != nil {
		return err
	}
	values, err := s.texts(at.Index(1), collection)
	if err != nil {
		return err
	}
	for _, value := range values {
		inner := map[string]string{name: value}
		maps.Copy(inner, variables)
		written, err := s.expandObject(at, body, inner)
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
