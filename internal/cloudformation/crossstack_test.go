package cloudformation_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/internal/cloudformation"
)

func TestCrossStack(t *testing.T) {
	t.Parallel()
	app := cloudformation.NewApp(cloudformation.Options{}, attributes)
	add := func(name, region, text string) *cloudformation.Stack {
		s, err := app.Add(name, "", region, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	add("One", "", `{"Resources":{},"Outputs":{
		"O":{"Value":"exported","Export":{"Name":{"Fn::Sub":"${AWS::StackName}-name"}}},
		"Open":{"Value":{"Ref":"Open"}},
		"Not":{"Value":"x","Condition":"Never"}},
		"Parameters":{"Open":{"Type":"String"}},
		"Conditions":{"Never":{"Fn::Equals":["a","b"]}}}`)
	const two = `{"Resources":{},"Outputs":{
		"A":{"Value":{"Fn::ImportValue":"One-name"}},
		"B":{"Value":{"Fn::GetStackOutput":{"StackName":"One","OutputName":"O"}}},
		"D":{"Value":{"Fn::GetStackOutput":{"StackName":"One","OutputName":"Open"}}},
		"E":{"Value":{"Fn::GetStackOutput":{"StackName":"One","OutputName":"None"}}},
		"C":{"Value":{"Fn::GetStackOutput":{"StackName":"One","OutputName":"Not"}}},
		"InAny":{"Value":{"Fn::GetStackOutput":{"StackName":"One","OutputName":"O"}}},
		"InThis":{"Value":{"Fn::GetStackOutput":{"StackName":"One","OutputName":"O","Region":"us-east-1"}}},
		"InRegion":{"Value":{"Fn::GetStackOutput":{"StackName":"One","OutputName":"O","Region":"ap-south-1"}}}}}`
	s := add("Two", "", two)
	for _, name := range []string{"A", "B"} {
		if v, ok, err := s.Output(name); v != "exported" || !ok || err != nil {
			t.Errorf("%s = %q, %v, %v", name, v, ok, err)
		}
	}
	for name, want := range map[string]error{
		"C": cloudformation.ErrInvalid, "D": cloudformation.ErrUnresolved, "E": cloudformation.ErrInvalid,
	} {
		if _, _, err := s.Output(name); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	add("One", "ap-south-1", `{"Resources":{},"Outputs":{"O":{"Value":"the namesake's"}}}`)
	for name, want := range map[string]string{"InRegion": "the namesake's", "InThis": "exported", "InAny": "exported"} {
		if v, _, err := s.Output(name); v != want || err != nil {
			t.Errorf("%s = %q, %v", name, v, err)
		}
	}
	elsewhere := add("Three", "ap-south-1", two)
	if _, _, err := elsewhere.Output("A"); !errors.Is(err, cloudformation.ErrUnresolved) {
		t.Errorf("an import from another Region: %v", err)
	}
	abroad, err := app.Add("Four", "210987654321", "", []byte(two))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := abroad.Output("A"); !errors.Is(err, cloudformation.ErrUnresolved) {
		t.Errorf("an import from another account: %v", err)
	}
}

// An import finds nothing behind an export whose name is wrong.
func TestWrongExport(t *testing.T) {
	t.Parallel()
	s := add(t, `{"Resources":{},"Outputs":{"A":{"Value":"x","Export":{"Name":{"Ref":"Nobody"}}},`+
		`"B":{"Value":{"Fn::ImportValue":"b"}}}}`)
	if _, _, err := s.Output("B"); !errors.Is(err, cloudformation.ErrInvalid) ||
		!strings.Contains(err.Error(), "S: Outputs.A.Export.Name") {
		t.Error(err)
	}
}

// A nested stack's resources exist where the one that makes the stack does.
func TestNestedResourceExists(t *testing.T) {
	t.Parallel()
	for condition, want := range map[string]struct {
		exists bool
		err    error
	}{
		"!Equals [a, a]": {true, nil}, "!Equals [a, b]": {false, nil}, "!Equals [a]": {false, cloudformation.ErrInvalid},
	} {
		s := add(t, "Conditions: {C: "+condition+"}\nResources: {Child: {Type: X, Condition: C}}\n")
		nested, err := s.Resources["Child"].Nest([]byte("Resources: {R: {Type: X}}"))
		if err != nil {
			t.Fatal(err)
		}
		if exists, err := nested.Resources["R"].Exists(); exists != want.exists || !errors.Is(err, want.err) {
			t.Errorf("%s: %v, %v", condition, exists, err)
		}
	}
}

// A nested stack has its outputs as attributes of the resource that makes it,
// which is a resource like any other beside.
func TestNestedStack(t *testing.T) {
	t.Parallel()
	s := add(t, `
Resources:
  Child: {Type: "AWS::CloudFormation::Stack", Properties: {Ref: child-id, Parameters: {Name: !Ref Thing, Names: "a,b"}}}
  Thing: {Type: X, Properties: {Ref: thing, Outputs.Own: own}}
Outputs:
  Nested: {Value: !GetAtt Child.Outputs.Greeting}
  Ref: {Value: !Ref Child}
  Own: {Value: !GetAtt Thing.Outputs.Own}
`)
	const child = `
Transform: AWS::LanguageExtensions
Parameters: {Name: {Type: String}, Names: {Type: CommaDelimitedList, Default: "x, y"}}
Resources: {"Fn::ForEach::L": [N, !Ref Names, {"R${N}": {Type: X}}]}
Outputs: {Greeting: {Value: !Sub "hello ${Name}"}}
`
	nested, err := s.Resources["Child"].Nest([]byte(child))
	if err != nil {
		t.Fatal(err)
	}
	if got := nested.LogicalIDs(); !slices.Equal(got, []string{"Ra", "Rb"}) {
		t.Errorf("the loop runs over %q, not over what the parent passes", got)
	}
	wrong := add(t, `
Resources: {Child: {Type: "AWS::CloudFormation::Stack", Properties: {Parameters: {Name: !Ref Nobody}}}}
Outputs: {Nested: {Value: !GetAtt Child.Outputs.Greeting}}
`)
	if _, err := wrong.Resources["Child"].Nest([]byte("{")); !errors.Is(err, cloudformation.ErrSyntax) {
		t.Errorf("a nested template that is none: %v", err)
	}
	if _, err := wrong.Resources["Child"].Nest([]byte(child)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := wrong.Output("Nested"); err == nil || !strings.Contains(err.Error(), "Ref of") {
		t.Errorf("a parameter that the parent cannot resolve: %v", err)
	}
	for name, want := range map[string]string{"Nested": "hello thing", "Ref": "child-id", "Own": "own"} {
		if got, _, err := s.Output(name); got != want || err != nil {
			t.Errorf("%s is %q, %v; want %q", name, got, err, want)
		}
	}
}

// A value that is none of a parameter, and that nothing asks for, is unused.
func TestUnused(t *testing.T) {
	t.Parallel()
	app := cloudformation.NewApp(cloudformation.Options{Values: map[string]string{
		"P": "x", "S/P": "x", "T/P": "x", "Q": "x", "import": "x", "S/import": "x", "E1": `{"A": 1}`,
	}}, attributes)
	s, err := app.Add("S", "", "", []byte(`{"Parameters":{"P":{"Type":"String"}},"Resources":{},
		"Outputs":{"V":{"Value":{"Fn::ImportValue":"import"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Output("V"); err != nil {
		t.Fatal(err)
	}
	if got := app.Unused(); !slices.Equal(got, []string{"Q", "T/P", "import"}) {
		t.Errorf("%q", got)
	}
}
