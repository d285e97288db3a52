package cloudformation

import (
	"maps"
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

func (s *Stack) substitute(at Location, text string, variables map[string]any) (any, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		b.WriteString(before)
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			b.WriteString("${" + rest)
			break
		}
		text = after
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			b.WriteString("${" + literal + "}")
			continue
		}
		value, err := s.variable(at, strings.TrimSpace(name), variables)
		if err != nil {
			return nil, err
		}
		b.WriteString(value)
		if b.Len() > maxText {
			break
		}
	}
	return s.text(at, b.String())
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
