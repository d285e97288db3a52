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
func attributes(s *cloudformation.Stack, r *cloudformation.Resource, name string) (any, error) {
	if v, ok := r.Properties[name]; ok {
		return s.Resolve(s.At(r).Key("Properties").Key(name), v)
	}
	return nil, s.UnknownAttribute(r, name)
}

const language = `
Parameters:
  Stage: {Type: String, Default: prod}
  Hosts: {Type: CommaDelimitedList, Default: "a.example.com, b.example.com"}
  Count: {Type: Number, Default: 3}
  Open: {Type: String}
  Chosen: {Type: Number, Default: 3, AllowedValues: [1, 2]}
  Looked: {Type: "AWS::SSM::Parameter::Value<String>", Default: /some/name}
Mappings:
  Sizes: {prod: {big: 10, hosts: [x, y]}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Condition IsDev]
  Either: !Or [!Condition IsProd, !Condition IsDev]
Resources:
  Thing: {Type: X, Properties: {Ref: thing-1, Arn: !Sub "arn:${AWS::Partition}:x:::${Stage}", Nested.Name: deep, opened: open}}
  Absent: {Type: X, Condition: IsDev, Properties: {Ref: absent}}
Outputs:
  V: {Value: %s}
`

func resolve(t *testing.T, expression string, values map[string]string) (string, error) {
	t.Helper()
	template, err := cloudformation.Parse("S", fmt.Appendf(nil, language, expression))
	if err != nil {
		return "", err
	}
	app := cloudformation.NewApp(cloudformation.Options{Region: "eu-west-1", Values: values}, attributes)
	v, _, err := app.Add("S", "", "", template).Output("V")
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
		`!Join ["-", [a, !Ref Stage, 1, !Ref AWS::NoValue]]`:                          "a-prod-1",
		`!Join ["|", !Ref Hosts]`:                                                     "a.example.com|b.example.com",
		`!Join ["|", !Ref AWS::NotificationARNs]`:                                     "",
		`!Select [1, !Ref Hosts]`:                                                     "b.example.com",
		`!Select ["0", [!Ref Stage, b]]`:                                              "prod",
		`!Select [2, !Split [".", a.b.c]]`:                                            "c",
		`!Sub "${Stage} ${Thing} ${Thing.Arn} ${!literal} $ ${ AWS::Region } ${open"`: "prod thing-1 arn:aws:x:::prod ${literal} $ eu-west-1 ${open",
		`!Sub ["${a}${a}${Stage}", {a: !Ref Thing}]`:                                  "thing-1thing-1prod",
		`!Sub ["${Stage}", {Stage: mine}]`:                                            "mine",
		`!If [IsProd, yes, !GetAtt No.Thing]`:                                         "yes",
		`!If [IsDev, !GetAtt No.Thing, no]`:                                           "no",
		`!If [Both, a, !If [Either, b, c]]`:                                           "b",
		`!FindInMap [Sizes, !Ref Stage, big]`:                                         "10",
		`!Select [1, !FindInMap [Sizes, prod, hosts]]`:                                "y",
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
		`!Ref Open`:                              {cloudformation.ErrUnresolved, `S: Outputs.V.Value: the parameter Open has no default; give "Open" a value`},
		`!Ref Looked`:                            {cloudformation.ErrUnresolved, "looked up in SSM"},
		`!Ref Chosen`:                            {cloudformation.ErrInvalid, `"3" is not among the AllowedValues of the parameter Chosen`},
		`!Ref Nobody`:                            {cloudformation.ErrInvalid, "neither a parameter nor a resource"},
		`!Ref Absent`:                            {cloudformation.ErrInvalid, "its condition IsDev is false"},
		`!Ref [a]`:                               {cloudformation.ErrInvalid, "Ref needs a name"},
		`!GetAtt Nobody.Arn`:                     {cloudformation.ErrInvalid, "not a resource of this template"},
		`!GetAtt Thing`:                          {cloudformation.ErrInvalid, "Fn::GetAtt needs"},
		`!GetAtt Thing.Unknown`:                  {cloudformation.ErrUnresolved, `S: Outputs.V.Value: Unknown of Thing, an X, is known to AWS only; give "Thing.Unknown" a value`},
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
		`!Cidr [a, 1, 2]`:                                 {cloudformation.ErrUnsupported, "Fn::Cidr is not a supported intrinsic function"},
		`"{{resolve:ssm:/x}}"`:                            {cloudformation.ErrUnresolved, `give "resolve:ssm:/x" a value`},
		`{a: b}`:                                          {cloudformation.ErrInvalid, "expected a string, got an object"},
		`!Ref Hosts`:                                      {cloudformation.ErrInvalid, "expected a string, got a list"},
		`{"Fn::GetStackOutput": {StackName: T}}`:          {cloudformation.ErrInvalid, "Outputs.V.Value.OutputName: the property is missing"},
	} {
		_, err := resolve(t, expression, nil)
		var e *cloudformation.Error
		if !errors.As(err, &e) || !errors.Is(err, want.kind) || !strings.Contains(said(err), want.text) {
			t.Errorf("%s: %v; want %v: %s", expression, err, want.kind, want.text)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200)
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
		`{"Resources":{},"Resources":{}}`:     {cloudformation.ErrSyntax, "duplicate key"},
		"Resources: {}\nResources: {}\n":      {cloudformation.ErrSyntax, "duplicate key"},
		"Resources: {}\n---\nResources: {}\n": {cloudformation.ErrSyntax, "more than one YAML document"},
		"a: &x 1\nResources: *x\n":            {cloudformation.ErrSyntax, "aliases"},
		"Resources: {<<: {}}\n":               {cloudformation.ErrSyntax, "plain text"},
		"Resources: !!binary aGk=\n":          {cloudformation.ErrSyntax, "!!binary"},
		"\t:":                                 {cloudformation.ErrSyntax, ""},
		`{"Resources":` + deep + `}`:          {cloudformation.ErrSyntax, "nested deeper"},
		"Resources: " + deep:                  {cloudformation.ErrSyntax, "nested deeper"},
		`{"Resources":[]}`:                    {cloudformation.ErrInvalid, "Resources: expected an object, got a list"},
		`{"Resources":{"A":1}}`:               {cloudformation.ErrInvalid, "Resources.A: expected an object"},
		`{"Resources":{"A":{}}}`:              {cloudformation.ErrInvalid, "S/A: a resource needs a Type"},
		`{"Resources":{"A":{"Type":1}}}`:      {cloudformation.ErrInvalid, "S/A: Type: a number"},
		`{"Resources":{"A":{"Type":"X","Typo":1}}}`:                                   {cloudformation.ErrUnsupported, "S/A: Typo: unknown resource attribute"},
		`{"Resources":{},"Transform":"X"}`:                                            {cloudformation.ErrUnsupported, `Transform: the macro "X" is not run`},
		`{"Resources":{},"Transform":["AWS::LanguageExtensions",{"Name":"M"}]}`:       {cloudformation.ErrUnsupported, "Processed"},
		`{"Resources":{},"Global":{}}`:                                                {cloudformation.ErrUnsupported, "Global: unknown section"},
		`{"Resources":{},"Outputs":{"A":{}}}`:                                         {cloudformation.ErrInvalid, "Outputs.A: an output needs a Value"},
		`{"Resources":{},"Parameters":{"A":{}}}`:                                      {cloudformation.ErrInvalid, "Parameters.A: a parameter needs a Type"},
		`{"Resources":{},"Parameters":{"A":{"Type":"String","Default":{"Ref":"A"}}}}`: {cloudformation.ErrInvalid, "a default is plain text"},
		strings.Repeat(" ", cloudformation.MaxSize+1):                                 {cloudformation.ErrTooLarge, "CloudFormation accepts 1048576"},
	} {
		_, err := cloudformation.Parse("S", []byte(text))
		if !errors.Is(err, want.kind) || !strings.Contains(said(err), want.text) {
			t.Errorf("%.60q: %v; want %v: %s", text, err, want.kind, want.text)
		}
	}
}

func TestCycles(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"Resources":{"A":{"Type":"X","Properties":{"Ref":{"Ref":"A"}}}},"Outputs":{"V":{"Value":{"Ref":"A"}}}}`,
		`{"Resources":{"A":{"Type":"X","Properties":{"Ref":{"Ref":"B"}}},"B":{"Type":"X","Properties":{"Ref":{"Fn::Sub":"${A}"}}}},"Outputs":{"V":{"Value":{"Ref":"A"}}}}`,
		`{"Resources":{},"Conditions":{"C":{"Fn::Not":[{"Condition":"C"}]}},"Outputs":{"V":{"Value":{"Fn::If":["C","a","b"]}}}}`,
		`{"Resources":{},"Outputs":{"V":{"Value":{"Fn::ImportValue":"e"},"Export":{"Name":"e"}}}}`,
	} {
		template, err := cloudformation.Parse("S", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		app := cloudformation.NewApp(cloudformation.Options{}, attributes)
		if _, _, err := app.Add("S", "", "", template).Output("V"); !errors.Is(err, cloudformation.ErrCycle) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A template that would double a text with every resource ends in an error,
// and one that would double the work does not take it.
func TestBombs(t *testing.T) {
	t.Parallel()
	text, work := `"x"`, `""`
	for range 30 {
		work = fmt.Sprintf(`{"Fn::Sub":["${a}${a}",{"a":%s}]}`, work)
	}
	for i := range 25 {
		text += fmt.Sprintf(`}},"R%d":{"Type":"X","Properties":{"Ref":{"Fn::Sub":"%s"}`, i+1, strings.Repeat(fmt.Sprintf("${R%d}", i), 2))
	}
	for _, c := range []struct {
		template string
		want     error
	}{
		{`{"Resources":{"R0":{"Type":"X","Properties":{"Ref":` + text + `}}},"Outputs":{"V":{"Value":{"Ref":"R25"}}}}`, cloudformation.ErrTooLarge},
		{`{"Resources":{},"Outputs":{"V":{"Value":` + work + `}}}`, nil},
		{`{"Resources":{"R":{"Type":"X","Properties":{"Ref":"` + strings.Repeat("x", 500_000) + `"}}},"Outputs":{"V":{"Value":{"Fn::Join":["",[` +
			strings.Repeat(`{"Ref":"R"},`, 20_000) + `""]]}}}}`, cloudformation.ErrTooLarge},
		{`{"Resources":{},"Outputs":{"V":{"Value":{"Fn::Join":["` + strings.Repeat("x", 500_000) + `",[` +
			strings.Repeat(`"",`, 20_000) + `""]]}}}}`, cloudformation.ErrTooLarge},
	} {
		template, err := cloudformation.Parse("S", []byte(c.template))
		if err != nil {
			t.Fatal(err)
		}
		app := cloudformation.NewApp(cloudformation.Options{}, attributes)
		if _, _, err := app.Add("S", "", "", template).Output("V"); !errors.Is(err, c.want) {
			t.Errorf("got %v, want %v", err, c.want)
		}
	}
}

func TestCrossStack(t *testing.T) {
	t.Parallel()
	one, err := cloudformation.Parse("One", []byte(`{"Resources":{},"Outputs":{
		"O":{"Value":"exported","Export":{"Name":{"Fn::Sub":"${AWS::StackName}-name"}}},
		"Not":{"Value":"x","Condition":"Never"}},
		"Conditions":{"Never":{"Fn::Equals":["a","b"]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	two, err := cloudformation.Parse("Two", []byte(`{"Resources":{},"Outputs":{
		"A":{"Value":{"Fn::ImportValue":"One-name"}},
		"B":{"Value":{"Fn::GetStackOutput":{"StackName":"One","OutputName":"O"}}},
		"C":{"Value":{"Fn::GetStackOutput":{"StackName":"One","OutputName":"Not"}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	app := cloudformation.NewApp(cloudformation.Options{}, attributes)
	app.Add("One", "", "", one)
	s := app.Add("Two", "", "", two)
	for _, name := range []string{"A", "B"} {
		if v, ok, err := s.Output(name); v != "exported" || !ok || err != nil {
			t.Errorf("%s = %q, %v, %v", name, v, ok, err)
		}
	}
	if _, _, err := s.Output("C"); !errors.Is(err, cloudformation.ErrInvalid) {
		t.Errorf("an output whose condition is false: %v", err)
	}
	elsewhere := app.Add("Three", "", "ap-south-1", two)
	if _, _, err := elsewhere.Output("A"); !errors.Is(err, cloudformation.ErrUnresolved) {
		t.Errorf("an import from another Region: %v", err)
	}
}

// said is an error's text with its hint.
func said(err error) string { return err.Error() + "; " + fault.Hint(err) }

// What AWS::LanguageExtensions adds to the language.
func TestLanguageExtensions(t *testing.T) {
	t.Parallel()
	template, err := cloudformation.Parse("S", []byte(`
Transform: [AWS::LanguageExtensions]
Mappings: {Sizes: {dev: {small: "1"}}}
Resources:
  Fn::ForEach::Topics:
    - Name
    - [a-b, c]
    - Topic&{Name}: {Type: X, Properties: {Name: !Sub "t-${Name}", Ref: !Ref Name, Kept: !Sub "${AWS::Region}"}}
Outputs:
  Fn::ForEach::Outer:
    - I
    - [1, 2]
    - Fn::ForEach::Inner:
        - J
        - [x, y]
        - "Out${I}${J}": {Value: !Sub "${I}-${J}"}
  Length: {Value: {Fn::Length: [1, 2, 3]}}
  JSON: {Value: {Fn::ToJsonString: {a: [!Ref "AWS::Region"]}}}
  Default: {Value: !FindInMap [Sizes, prod, small, {DefaultValue: "7"}]}
  Found: {Value: !FindInMap [Sizes, dev, small, {DefaultValue: "7"}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	if got := template.LogicalIDs(); !slices.Equal(got, []string{"Topicab", "Topicc"}) {
		t.Errorf("%q", got)
	}
	s := cloudformation.NewApp(cloudformation.Options{}, nil).Add("S", "", "", template)
	props, err := s.Resolve(cloudformation.Location{}, template.Resources["Topicab"].Properties)
	if err != nil || fmt.Sprint(props) != "map[Kept:us-east-1 Name:t-a-b Ref:a-b]" {
		t.Errorf("%v, %v", props, err)
	}
	for name, want := range map[string]string{"Out1x": "1-x", "Out2y": "2-y", "Length": "3", "JSON": `{"a":["us-east-1"]}`,
		"Default": "7", "Found": "1"} {
		if got, ok, err := s.Output(name); err != nil || !ok || got != want {
			t.Errorf("%s is %q, %t, %v; want %q", name, got, ok, err, want)
		}
	}
	grows := "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::A: [A, [" + strings.Repeat("x,", 3000) + "x], "
	for range 3 {
		grows += "{Fn::ForEach::B: [B, [" + strings.Repeat("x,", 300) + "x], "
	}
	grows += "{A${A}${B}: {Type: X}}" + strings.Repeat("]}", 3) + "]\n"
	if _, err := cloudformation.Parse("S", []byte(grows)); err == nil {
		t.Error("a loop of millions is written out")
	}
}
