package cloudformation_test

import (
	"errors"
	"testing"

	"example.com/privatecdn/internal/cloudformation"
)

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
		"C":{"Value":{"Fn::GetStackOutput":{"StackName":"One","OutputName":"Not"}}},
		"InAny":{"Value":{"Fn::GetStackOutput":{"StackName":"One","OutputName":"O"}}},
		"InThis":{"Value":{"Fn::GetStackOutput":{"StackName":"One","OutputName":"O","Region":"us-east-1"}}},
		"InRegion":{"Value":{"Fn::GetStackOutput":{"StackName":"One","OutputName":"O","Region":"ap-south-1"}}}}}`))
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
	namesake, err := cloudformation.Parse("One", []byte(`{"Resources":{},"Outputs":{"O":{"Value":"the namesake's"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	app.Add("One", "", "ap-south-1", namesake)
	for name, want := range map[string]string{"InRegion": "the namesake's", "InThis": "exported", "InAny": "exported"} {
		if v, _, err := s.Output(name); v != want || err != nil {
			t.Errorf("%s = %q, %v", name, v, err)
		}
	}
	elsewhere := app.Add("Three", "", "ap-south-1", two)
	if _, _, err := elsewhere.Output("A"); !errors.Is(err, cloudformation.ErrUnresolved) {
		t.Errorf("an import from another Region: %v", err)
	}
}

// A nested stack has its outputs as attributes of the resource that makes it,
// which is a resource like any other beside.
func TestNestedStack(t *testing.T) {
	t.Parallel()
	parent, err := cloudformation.Parse("S", []byte(`
Resources:
  Child: {Type: "AWS::CloudFormation::Stack", Properties: {Ref: child-id, Parameters: {Name: !Ref Thing}}}
  Thing: {Type: X, Properties: {Ref: thing, Outputs.Own: own}}
Outputs:
  Nested: {Value: !GetAtt Child.Outputs.Greeting}
  Ref: {Value: !Ref Child}
  Own: {Value: !GetAtt Thing.Outputs.Own}
`))
	if err != nil {
		t.Fatal(err)
	}
	child, err := cloudformation.Parse("Child", []byte(`
Parameters: {Name: {Type: String}}
Resources: {}
Outputs: {Greeting: {Value: !Sub "hello ${Name}"}}
`))
	if err != nil {
		t.Fatal(err)
	}
	s := cloudformation.NewApp(cloudformation.Options{}, attributes).Add("S", "", "", parent)
	s.Nest(s.Resources["Child"], child)
	for name, want := range map[string]string{"Nested": "hello thing", "Ref": "child-id", "Own": "own"} {
		if got, _, err := s.Output(name); got != want || err != nil {
			t.Errorf("%s is %q, %v; want %q", name, got, err, want)
		}
	}
}
