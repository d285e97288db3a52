package cloudformation

import (
	"maps"
	"regexp"
	"strings"
)

// sub resolves both forms of Fn::Sub: a text, or a text and its own variables.
func (s *Stack) sub(at Location, args []any) (any, error) {
	variables := map[string]any{}
	if list, ok := args[0].([]any); ok && len(list) == 2 {
		own, err := object(at, list[1])
		if err != nil {
			return nil, err
		}
		maps.Copy(variables, own)
		args = list
	}
	text, ok := args[0].(string)
	if !ok {
		return nil, at.Invalid("Fn::Sub needs a text, or a text and an object of variables")
	}
	return s.substitute(at, text, variables)
}

var placeholder = regexp.MustCompile(`\$\{[^}]*\}`)

func (s *Stack) substitute(at Location, text string, variables map[string]any) (any, error) {
	text, err := replaceAll(placeholder, text, func(match string) (string, error) {
		name := match[len("${") : len(match)-len("}")]
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			return "${" + literal + "}", nil
		}
		return s.variable(at, strings.TrimSpace(name), variables)
	})
	if err != nil {
		return nil, err
	}
	return s.text(at, text)
}

// replaceAll replaces what a pattern matches, up to the first error.
func replaceAll(pattern *regexp.Regexp, text string, with func(match string) (string, error)) (string, error) {
	var failed error
	text = pattern.ReplaceAllStringFunc(text, func(match string) (value string) {
		if failed == nil {
			value, failed = with(match)
		}
		return value
	})
	return text, failed
}

func (s *Stack) variable(at Location, name string, variables map[string]any) (string, error) {
	if v, ok := variables[name]; ok {
		text, err := s.text(at, v)
		variables[name] = text // a variable used often is worked out once
		return text, err
	}
	if strings.Contains(name, ".") {
		return s.text(at, map[string]any{"Fn::GetAtt": name})
	}
	return s.text(at, map[string]any{"Ref": name})
}
