package cloudformation_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/internal/cloudformation"
)

// What AWS::LanguageExtensions adds to the language.
func TestLanguageExtensions(t *testing.T) {
	t.Parallel()
	s := add(t, `
Transform: [AWS::LanguageExtensions]
Mappings: {Sizes: {dev: {small: "1"}}}
Resources:
  Fn::ForEach::Topics:
    - Name
    - [a-b, c]
    - Topic&{Name}: {Type: X, Properties: {Name: !Sub "t-${Name}", Ref: !Ref Name, Kept: {Ref: Name, And: more}}}
Outputs:
  Fn::ForEach::Outer:
    - I
    - [1, 2]
    - Fn::ForEach::Inner:
        - J
        - [x, y]
        - "Out${I}${J}": {Value: !Sub "${I}-${J}"}
  Length: {Value: {Fn::Length: [1, 2, 3]}}
  JSON: {Value: {Fn::ToJsonString: {a: [!Ref "AWS::Region", 12, 007, 1_000]}}}
  Default: {Value: !FindInMap [Sizes, prod, small, {DefaultValue: "7"}]}
  Found: {Value: !FindInMap [Sizes, dev, small, {DefaultValue: "7"}]}
`)
	if got := s.LogicalIDs(); !slices.Equal(got, []string{"Topicab", "Topicc"}) {
		t.Errorf("%q", got)
	}
	props, err := s.Resolve(s.Resources["Topicab"].At(), s.Resources["Topicab"].Properties)
	if err != nil || fmt.Sprint(props) != "map[Kept:map[And:more Ref:Name] Name:t-a-b Ref:a-b]" {
		t.Errorf("%v, %v", props, err)
	}
	for name, want := range map[string]string{"Out1x": "1-x", "Out2y": "2-y", "Length": "3",
		"JSON":    `{"a":["us-east-1",12,"007","1_000"]}`,
		"Default": "7", "Found": "1"} {
		if got, ok, err := s.Output(name); err != nil || !ok || got != want {
			t.Errorf("%s is %q, %t, %v; want %q", name, got, ok, err, want)
		}
	}
}

func TestLanguageExtensionsRefuse(t *testing.T) {
	t.Parallel()
	loop := func(name, collection, body string) string {
		return "Fn::ForEach::L: [" + name + ", " + collection + ", " + body + "]"
	}
	square := func(metadata string) string { // 400 times
		body := `{"A${A}x${B}": {Type: X, Metadata: ` + metadata + `}}`
		for _, name := range []string{"B", "A"} {
			body = "{" + loop(name, "!Split [',', '0,1,2,3,4,5,6,7,8,9,a,b,c,d,e,f,g,h,i,j']", body) + "}"
		}
		return body
	}
	for resources, want := range map[string]error{
		"{" + loop("A", "[x, y]", `{"T${A}": {Type: X}}`) + "}": nil,
		"{" + loop("A", "[x, x]", `{"T${A}": {Type: X}}`) + "}": cloudformation.ErrInvalid,
		"{" + loop("[A]", "[x]", `{"T": {Type: X}}`) + "}":      cloudformation.ErrInvalid,
		"{" + loop("A", "[x]", "text") + "}":                    cloudformation.ErrInvalid,
		"{" + loop("A", "text", `{"T": {Type: X}}`) + "}":       cloudformation.ErrInvalid,
		"{" + loop("A", "[[x]]", `{"T": {Type: X}}`) + "}":      cloudformation.ErrInvalid,
		"{" + loop("A", "[x]", "{Ref: A}") + "}":                cloudformation.ErrInvalid,
		"{Fn::ForEach::L: [A]}":                                 cloudformation.ErrInvalid,
		"{" + loop("A", "[x]", "{Fn::ForEach::M: [B]}") + "}":   cloudformation.ErrInvalid,
		"{R: {Type: X, Metadata: [{Fn::ForEach::M: [B]}]}}":     cloudformation.ErrInvalid,
		square("[" + strings.Repeat("1,", 1_000) + "1]"):        nil,
		square("[" + strings.Repeat("1,", 2_000) + "1]"):        cloudformation.ErrTooLarge,
		square(strings.Repeat("x", 50_000)):                     nil,
		square(strings.Repeat("x", 100_000)):                    cloudformation.ErrTooLarge,
	} {
		_, err := parse("Transform: AWS::LanguageExtensions\nResources: " + resources)
		if !errors.Is(err, want) {
			t.Errorf("%.60s: %v, want %v", resources, err, want)
		}
	}
	_, err := parse("Transform: AWS::LanguageExtensions\nResources: {" + loop("A", "!Ref N", "{}") + "}")
	if err == nil || !strings.Contains(err.Error(), "Resources.Fn::ForEach::L[1]: Ref of") {
		t.Errorf("a loop over nobody: %v", err)
	}
	for _, function := range []string{"Fn::Length", "Fn::ToJsonString"} {
		_, _, err := add(t, "Resources: {}\nOutputs: {V: {Value: {"+function+": [a]}}}").Output("V")
		if err == nil || !strings.Contains(said(err), "add Transform: AWS::LanguageExtensions") {
			t.Errorf("%s without the transform: %v", function, err)
		}
	}
	for expression, want := range map[string]error{
		"{Fn::Length: text}":                            cloudformation.ErrInvalid,
		"!FindInMap [a]":                                cloudformation.ErrInvalid,
		"!FindInMap [a, b, c, d, e]":                    cloudformation.ErrInvalid,
		"!Join [a, b, c, d]":                            cloudformation.ErrInvalid,
		"!FindInMap [No, such, name, text]":             cloudformation.ErrInvalid,
		"{Fn::ToJsonString: {a: !Ref Nobody}}":          cloudformation.ErrInvalid,
		"!FindInMap [No, such, name, {Default: Value}]": cloudformation.ErrInvalid,
	} {
		s := add(t, "Transform: AWS::LanguageExtensions\nResources: {}\nOutputs: {V: {Value: "+expression+"}}")
		if _, _, err := s.Output("V"); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", expression, err, want)
		}
	}
}
