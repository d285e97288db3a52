package cloudformation_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/fault"
)

// attributes stands in for the caller: a resource's attribute is its
// property of that name.
func attributes(r *cloudformation.Resource, name string) (any, error) {
	if v, ok := r.Properties[name]; ok {
		return r.Stack.Resolve(r.At().Key("Properties").Key(name), v)
	}
	return nil, r.UnknownAttribute(name)
}

const language = `
Parameters:
  Stage: {Type: String, Default: prod}
  Hosts: {Type: CommaDelimitedList, Default: "a.example.com, b.example.com"}
  Count: {Type: Number, Default: 3}
  Open: {Type: String}
  Chosen: {Type: Number, Default: 3, AllowedValues: [1, 2]}
  Allowed: {Type: Number, Default: 2, AllowedValues: [1, 2]}
  Looked: {Type: "AWS::SSM::Parameter::Value<String>", Default: /some/name}
Mappings:
  Sizes: {prod: {big: 10, hosts: [x, y]}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Condition IsDev]
  Either: !Or [!Condition IsProd, !Condition IsDev]
Resources:
  Thing:
    Type: X
    Properties: {Ref: thing-1, Arn: !Sub "arn:${AWS::Partition}:x:::${Stage}", Nested.Name: deep, opened: open,
      Deeper: !Ref Open}
  Absent: {Type: X, Condition: IsDev, Properties: {Ref: absent}}
  Broken: {Type: X, Condition: Nope, Properties: {Ref: broken}}
Outputs:
  V: {Value: %s}
`

func resolve(t *testing.T, expression string, values map[string]string) (string, error) {
	t.Helper()
	app := cloudformation.NewApp(cloudformation.Options{Region: "eu-west-1", Values: values}, attributes)
	s, err := app.Add("S", "", "", fmt.Appendf(nil, language, expression))
	if err != nil {
		return "", err
	}
	v, _, err := s.Output("V")
	return v, err
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		`plain`:                                "plain",
		`12`:                                   "12",
		`true`:                                 "true",
		`2012-10-17`:                           "2012-10-17",
		`007`:                                  "007",
		`on`:                                   "true",
		`Off`:                                  "false",
		`"yes"`:                                "yes",
		`'no'`:                                 "no",
		`!Ref Allowed`:                         "2",
		`!Ref Stage`:                           "prod",
		`!Ref Count`:                           "3",
		`{Ref: Thing}`:                         "thing-1",
		`!Ref AWS::Region`:                     "eu-west-1",
		`!Ref AWS::AccountId`:                  cloudformation.DefaultAccount,
		`!Ref AWS::StackName`:                  "S",
		`!Ref AWS::URLSuffix`:                  "amazonaws.com",
		`!Ref AWS::Partition`:                  "aws",
		`!GetAtt Thing.Arn`:                    "arn:aws:x:::prod",
		`!GetAtt Thing.Nested.Name`:            "deep",
		`!GetAtt [Thing, Arn]`:                 "arn:aws:x:::prod",
		`{"Fn::GetAtt": [Thing, {Ref: Open}]}`: "open",
		`!Join ["-", [a, !Ref Stage, 1, !Ref AWS::NoValue]]`: "a-prod-1",
		`!Join ["|", !Ref Hosts]`:                            "a.example.com|b.example.com",
		`!Join ["|", !Ref AWS::NotificationARNs]`:            "",
		`!Select [1, !Ref Hosts]`:                            "b.example.com",
		`!Select ["0", [!Ref Stage, b]]`:                     "prod",
		`!Select [2, !Split [".", a.b.c]]`:                   "c",
		`!Sub "${Stage} ${Thing} ${Thing.Arn} ${!literal} $ ${ AWS::Region } ${open"`: "prod thing-1 arn:aws:x:::prod " +
			"${literal} $ eu-west-1 ${open",
		`!Sub ["${a}${a}${Stage}", {a: !Ref Thing}]`:   "thing-1thing-1prod",
		`!Sub ["${Stage}", {Stage: mine}]`:             "mine",
		`!If [IsProd, yes, !GetAtt No.Thing]`:          "true",
		`!If [IsDev, !GetAtt No.Thing, no]`:            "false",
		`!If [Both, a, !If [Either, b, c]]`:            "b",
		`!FindInMap [Sizes, !Ref Stage, big]`:          "10",
		`!Select [1, !FindInMap [Sizes, prod, hosts]]`: "y",
		`!Base64 hello`:                              "aGVsbG8=",
		`{"Fn::Base64": !Sub "${Stage}"}`:            "cHJvZA==",
		`!Ref Open`:                                  "opened",
		`!Ref Looked`:                                "42",
		`!ImportValue other:export`:                  "imported",
		`!ImportValue {"Fn::Sub": "${Stage}-x"}`:     "stack's own",
		`"{{resolve:ssm:/a:1}}/x{{resolve:ssm:/b}}"`: "A/xB",
		`!GetAtt Thing.Given`:                        "given",
		`{"Fn::GetStackOutput": {StackName: T, OutputName: O, Region: !Ref AWS::Region}}`: "output",
	} {
		got, err := resolve(t, expression, map[string]string{
			"Open": "opened", "Looked": "42", "other:export": "imported",
			"prod-x": "anyone's", "S/prod-x": "stack's own",
			"resolve:ssm:/a:1": "A", "resolve:ssm:/b": "B", "Thing.Given": "given", "T.O": "output",
		})
		if err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", expression, got, err, want)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]struct {
		kind error
		text string
	}{
		"!If [" + strings.Repeat("n", 128) + ", a, b]": {cloudformation.ErrInvalid, `"` + strings.Repeat("n", 128) + `"`},
		"!If [" + strings.Repeat("n", 129) + ", a, b]": {cloudformation.ErrInvalid, "(129 characters)"},
		`!If ["two\nlines", a, b]`:                     {cloudformation.ErrInvalid, "(9 characters)"},
		`!If ["PRIVATE KEY", a, b]`:                    {cloudformation.ErrInvalid, "(11 characters)"},
		`!Base64 [a]`:                                  {cloudformation.ErrInvalid, "expected a string, got a list"},
		`!Sub ["${a}", {a: !Ref Nobody}]`:              {cloudformation.ErrInvalid, "neither a parameter"},
		`!Select [1, [a]]`:                             {cloudformation.ErrInvalid, "of a list of 1"},
		`!Ref Open`: {cloudformation.ErrUnresolved,
			`S: Outputs.V.Value: the parameter Open has no default; give "Open" a value`},
		`!Ref Looked`: {cloudformation.ErrUnresolved, "looked up in SSM"},
		`!Ref Chosen`: {cloudformation.ErrInvalid,
			`"3" is not among the AllowedValues of the parameter Chosen`},
		`!Ref Nobody`: {cloudformation.ErrInvalid, "neither a parameter nor a resource"},
		`!Ref Absent`: {cloudformation.ErrInvalid,
			"S/Absent: the resource is needed but its condition IsDev is false"},
		`!Ref Broken`:               {cloudformation.ErrInvalid, `S/Broken: Condition: there is no condition "Nope"`},
		`!GetAtt Thing.Deeper`:      {cloudformation.ErrUnresolved, "S/Thing: Properties.Deeper: the parameter Open"},
		`!GetAtt [Thing, Arn, Arn]`: {cloudformation.ErrInvalid, "Fn::GetAtt needs"},
		`!GetAtt .Arn`:              {cloudformation.ErrInvalid, "Fn::GetAtt needs"},
		`!Select [-1, [a]]`:         {cloudformation.ErrInvalid, "of a list of 1"},
		`!Sub [a, {}, c]`:           {cloudformation.ErrInvalid, "Fn::Sub needs"},
		`!Sub [a, b]`:               {cloudformation.ErrInvalid, "expected an object, got a string"},
		`!Ref [a]`:                  {cloudformation.ErrInvalid, "Ref needs a name"},
		`!GetAtt Nobody.Arn`:        {cloudformation.ErrInvalid, "not a resource of this template"},
		`!GetAtt Thing`:             {cloudformation.ErrInvalid, "Fn::GetAtt needs"},
		`!GetAtt Thing.Unknown`: {cloudformation.ErrUnresolved,
			`S: Outputs.V.Value: Unknown of Thing, an X, is known to AWS only; give "Thing.Unknown" a value`},
		`{"Fn::GetAtt": [Thing, {Ref: Nobody}]}`: {cloudformation.ErrInvalid, "neither a parameter"},
		`!Join [a]`:                              {cloudformation.ErrInvalid, "Fn::Join needs a list of 2"},
		`!Join ["", plain]`:                      {cloudformation.ErrInvalid, "expected a list, got a string"},
		`!Join [[a], [b]]`:                       {cloudformation.ErrInvalid, "Fn::Join needs a text"},
		`!Select [7, [a]]`:                       {cloudformation.ErrInvalid, "of a list of 1"},
		`!Select [x, [a]]`:                       {cloudformation.ErrInvalid, "of a list of 1"},
		`!Split ["", a]`:                         {cloudformation.ErrInvalid, "Fn::Split needs"},
		`!Sub "${Nobody}"`:                       {cloudformation.ErrInvalid, "neither a parameter"},
		`!Sub [a]`:                               {cloudformation.ErrInvalid, "Fn::Sub needs"},
		`!If [Nope, a, b]`:                       {cloudformation.ErrInvalid, `there is no condition "Nope"`},
		`!FindInMap [Sizes, dev, big]`:           {cloudformation.ErrInvalid, "no Sizes.dev.big in Mappings"},
		`!FindInMap [Sizes, dev, big, {DefaultValue: x}]`: {cloudformation.ErrInvalid, "Fn::FindInMap needs a list of 3"},
		`!ImportValue nowhere`:                            {cloudformation.ErrUnresolved, `no stack given exports "nowhere"`},
		`!Cidr [a, 1, 2]`: {cloudformation.ErrUnsupported,
			"Fn::Cidr is not a supported intrinsic function"},
		`"{{resolve:ssm:/x}}"`: {cloudformation.ErrUnresolved, `give "resolve:ssm:/x" a value`},
		`{a: b}`:               {cloudformation.ErrInvalid, "expected a string, got an object"},
		`!Ref Hosts`:           {cloudformation.ErrInvalid, "expected a string, got a list"},
		`{"Fn::GetStackOutput": {StackName: T}}`: {cloudformation.ErrInvalid,
			"Outputs.V.Value.OutputName: the property is missing"},
	} {
		_, err := resolve(t, expression, nil)
		var e *cloudformation.Error
		if !errors.As(err, &e) || !errors.Is(err, want.kind) || !strings.Contains(said(err), want.text) {
			t.Errorf("%s: %v; want %v: %s", expression, err, want.kind, want.text)
		}
	}
}

// An error lists the functions in an order that can be searched.
func TestFunctionsAreSorted(t *testing.T) {
	t.Parallel()
	if names := cloudformation.Functions(); !slices.IsSorted(names) || !slices.Contains(names, "Fn::Equals") {
		t.Errorf("%q", names)
	}
}

func TestResourceAttributes(t *testing.T) {
	t.Parallel()
	s := add(t, `
Resources:
  Kept: {Type: X, DependsOn: [Gone], DeletionPolicy: Retain, Metadata: {a: b}}
  Later: {Type: X, DeletionPolicy: RetainExceptOnCreate, UpdateReplacePolicy: Delete, Description: d}
  Gone: {Type: X, DeletionPolicy: Delete}
`)
	for id, want := range map[string]bool{"Kept": true, "Later": true, "Gone": false} {
		if s.Resources[id].Retained != want {
			t.Errorf("%s is retained: %v", id, !want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		kind error
		text string
	}{
		"":                                    {cloudformation.ErrSyntax, "empty"},
		"just text":                           {cloudformation.ErrSyntax, "no Resources section"},
		`{"Description":"d"}`:                 {cloudformation.ErrSyntax, "no Resources section"},
		"<html></html>":                       {cloudformation.ErrSyntax, "no Resources section"},
		"{":                                   {cloudformation.ErrSyntax, "unexpected EOF"},
		`{"Resources":{}} {}`:                 {cloudformation.ErrSyntax, "after the end"},
		"Resources: {}\n---\nResources: {}\n": {cloudformation.ErrSyntax, "more than one YAML document"},
		"a: &x 1\nResources: *x\n":            {cloudformation.ErrSyntax, "aliases"},
		"Resources: {<<: {}}\n":               {cloudformation.ErrSyntax, "plain text"},
		"Resources: !!binary aGk=\n":          {cloudformation.ErrSyntax, "!!binary"},
		"\t:":                                 {cloudformation.ErrSyntax, "cannot start any token"},
		"# nothing but a comment\n":           {cloudformation.ErrSyntax, "empty"},
		`{"Resources":{},"Metadata":nope}`:    {cloudformation.ErrSyntax, "invalid character"},
		`{"Resources":{"A":[1`:                {cloudformation.ErrSyntax, "unexpected EOF"},
		`{"Resources":{"A":[1}`:               {cloudformation.ErrSyntax, "invalid character '}'"},
		`{"Resources":{"A":1]`:                {cloudformation.ErrSyntax, "invalid character ']'"},
		`{"Resources":{1:2}}`:                 {cloudformation.ErrSyntax, "invalid character '1'"},
		`{"Resources":[]}`:                    {cloudformation.ErrInvalid, "Resources: expected an object, got a list"},
		`{"Resources":{"A":1}}`:               {cloudformation.ErrInvalid, "Resources.A: expected an object"},
		`{"Resources":{"A":{}}}`:              {cloudformation.ErrInvalid, "S/A: a resource needs a Type"},
		`{"Resources":{"A":{"Type":1}}}`:      {cloudformation.ErrInvalid, "S/A: Type: a number"},
		`{"Resources":{"A":{"Type":"X","Typo":1}}}`: {cloudformation.ErrUnsupported,
			"S/A: Typo: unknown resource attribute"},
		`{"Resources":{},"Transform":"X"}`: {cloudformation.ErrUnsupported,
			`Transform: the macro "X" is not run`},
		`{"Resources":{},"Transform":["AWS::LanguageExtensions",{"Name":"M"}]}`: {cloudformation.ErrUnsupported,
			"Processed"},
		`{"Resources":{},"Global":{}}`: {cloudformation.ErrUnsupported,
			"Global: unknown section"},
		`{"Resources":{},"Outputs":{"A":{}}}`: {cloudformation.ErrInvalid,
			"Outputs.A: an output needs a Value"},
		`{"Resources":{},"Parameters":{"A":{}}}`: {cloudformation.ErrInvalid,
			"Parameters.A: a parameter needs a Type"},
		`{"Resources":{},"Parameters":{"A":{"Type":"String","Default":{"Ref":"A"}}}}`: {cloudformation.ErrInvalid,
			"a default is plain text"},
		strings.Repeat(" ", cloudformation.MaxSize+1): {cloudformation.ErrTooLarge,
			"CloudFormation accepts 1048576"},
	} {
		_, err := parse(text)
		if !errors.Is(err, want.kind) || !strings.Contains(said(err), want.text) {
			t.Errorf("%.60q: %v; want %v: %s", text, err, want.kind, want.text)
		}
	}
}

// Of a key that stands twice the last one counts, and is told.
func TestKeysTwice(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]cloudformation.Twice{
		`{"Resources":{"A":{"Type":"X","Type":"Y"}}}`:         {Key: "Type", Place: "byte 36"},
		"Resources:\n  A: {Type: X}\n  A: {Type: Y}\n":        {Key: "A", Place: "line 3"},
		"Resources: {}\nResources:\n  A: {Type: Y}\n":         {Key: "Resources", Place: "line 2"},
		`{"Resources":{"A":{"Type":"Y"}},"Metadata":{"a":1}}`: {},
	} {
		s := add(t, text)
		if s.Resources["A"].Type != "Y" || len(s.Twice) == 0 && want.Key != "" || len(s.Twice) > 0 && s.Twice[0] != want {
			t.Errorf("%s: %+v, %+v", text, s.Resources["A"], s.Twice)
		}
	}
}

func TestCycles(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"Resources":{"A":{"Type":"X","Properties":{"Ref":{"Ref":"A"}}}},"Outputs":{"V":{"Value":{"Ref":"A"}}}}`,
		`{"Resources":{"A":{"Type":"X","Properties":{"Ref":{"Ref":"B"}}},` +
			`"B":{"Type":"X","Properties":{"Ref":{"Fn::Sub":"${A}"}}}},"Outputs":{"V":{"Value":{"Ref":"A"}}}}`,
		`{"Resources":{},"Conditions":{"C":{"Fn::Not":[{"Condition":"C"}]}},` +
			`"Outputs":{"V":{"Value":{"Fn::If":["C","a","b"]}}}}`,
		`{"Resources":{},"Outputs":{"V":{"Value":{"Fn::ImportValue":"e"},"Export":{"Name":"e"}}}}`,
	} {
		if _, _, err := add(t, text).Output("V"); !errors.Is(err, cloudformation.ErrCycle) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// parse adds a stack S to an app of its own.
func parse(text string) (*cloudformation.Stack, error) {
	return cloudformation.NewApp(cloudformation.Options{}, attributes).Add("S", "", "", []byte(text))
}

func add(t *testing.T, text string) *cloudformation.Stack {
	t.Helper()
	s, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// said is an error's text with its hint.
func said(err error) string { return err.Error() + "; " + fault.Hint(err) }
