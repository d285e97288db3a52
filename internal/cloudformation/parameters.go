package cloudformation

import (
	"fmt"
	"slices"
	"strings"
)

// parameter is a parameter's value: a text, or a list of texts for a type that
// is a list.
func (s *Stack) parameter(at Location, name string, p Parameter) (any, error) {
	v, err := s.parameterValue(at, name, p)
	if err != nil {
		return nil, err
	}
	text, err := s.text(at, v)
	if err != nil {
		return nil, err
	}
	if p.Allowed != nil && !slices.ContainsFunc(p.Allowed, func(v any) bool { return fmt.Sprint(v) == text }) {
		return nil, at.Invalid("%q is not among the AllowedValues of the parameter %s", text, name)
	}
	if p.Type != "CommaDelimitedList" && !strings.HasPrefix(p.Type, "List<") {
		return text, nil
	}
	list := []any{}
	for part := range strings.SplitSeq(text, ",") {
		list = append(list, strings.TrimSpace(part))
	}
	return list, nil
}

// parameterValue finds the value given, passed to a nested stack, or default.
func (s *Stack) parameterValue(at Location, name string, p Parameter) (any, error) {
	if v, ok := s.Given(name); ok {
		return v, nil
	}
	if s.Maker != nil {
		passed, _ := s.Maker.Properties["Parameters"].(map[string]any)
		if v, ok := passed[name]; ok {
			at := s.Maker.At().Key("Properties.Parameters").Key(name)
			return once(s, "parameter "+name, at, func() (any, error) { return s.Maker.Stack.Resolve(at, v) })
		}
	}
	if strings.HasPrefix(p.Type, "AWS::SSM::Parameter::Value") {
		return nil, at.Unresolved(name, "the parameter %s is looked up in SSM", name)
	}
	if p.Default == nil {
		return nil, at.Unresolved(name, "the parameter %s has no default", name)
	}
	return p.Default, nil
}
