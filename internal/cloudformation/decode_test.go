package cloudformation_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"example.com/privatecdn/internal/cloudformation"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	type inner struct {
		Name string `cfn:"required"`
		Kind string `cfn:"a|b"`
	}
	type outer struct {
		Text   string
		Yes    bool
		Number int
		Float  *float64
		List   []string
		Inner  *inner
		Many   []inner
		Any    any
		Needed *struct {
			Items []string `cfn:"required"`
		}
		Choice *struct {
			Yes bool `cfn:"required"`
		}
		Level   int      `cfn:"1..10"`
		Share   *float64 `cfn:"0.."`
		Kinds   []string `cfn:"a|b"`
		Lenient cloudformation.Lenient
		Zeros   *struct {
			Whole int     `cfn:"required"`
			Any   float64 `cfn:"required"`
		}
		Needs *struct {
			ARN cloudformation.Lenient `cfn:"required"`
		}
		_       cloudformation.Ignored `cfn:"Known KnownToo"`
		Refused cloudformation.Refused `cfn:"do without"`
	}
	decode := func(text string) (outer, error) {
		s := add(t, `{"Resources":{"R":{"Type":"X","Properties":`+text+`}}}`)
		var o outer
		return o, s.Resources["R"].Decode(&o)
	}
	got, err := decode(`{"Text":1,"Yes":"true","Number":"12","Float":1.5,"List":["a",{"Ref":"AWS::NoValue"}],
		"Inner":{"Name":"n","Kind":"b"},"Many":[{"Name":"m"}],
		"Any":{"a":[{"Ref":"AWS::Region"},true,null]},"Known":{"Ref":"Nobody"},"KnownToo":1,
		"Refused":{"Enabled":false,"Items":[],"Quantity":0}}`)
	half := 1.5
	want := outer{Text: "1", Yes: true, Number: 12, Float: &half, List: []string{"a"},
		Inner: &inner{Name: "n", Kind: "b"}, Many: []inner{{Name: "m"}},
		Any: map[string]any{"a": []any{cloudformation.DefaultRegion, true, nil}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		g, _ := json.Marshal(got)
		t.Errorf("%s, %v", g, err)
	}
	for _, text := range []string{`{"Ref":"AWS::NoValue"}`, `{"Text":null,"Number":{"Ref":"AWS::NoValue"}}`} {
		if got, err := decode(text); err != nil || !reflect.DeepEqual(got, outer{}) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]cloudformation.Lenient{
		`{"Lenient":{"Fn::Sub":"a-${AWS::Region}"}}`:  "a-" + cloudformation.DefaultRegion,
		`{"Lenient":{"Fn::ImportValue":"acl"}}`:       `{"Fn::ImportValue":"acl"}`,
		`{"Lenient":{"Ref":"AWS::NoValue"}}`:          "",
		`{"Zeros":{"Whole":0,"Any":0}}`:               "",
		`{"Choice":{"Yes":false}}`:                    "",
		`{"Needs":{"ARN":{"Fn::ImportValue":"acl"}}}`: "",
		`{"Level":1,"Share":0,"Kinds":["a","b",""]}`:  "",
		`{"Level":10,"Share":1e9,"Kinds":[]}`:         "",
		`{"Refused":""}`:                              "",
		`{"Refused":0}`:                               "",
	} {
		if got, err := decode(text); err != nil || got.Lenient != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		`{"Lenient":{"Ref":"Nobody"}}`:              "Properties.Lenient: Ref of \"Nobody\"",
		`{"Zeros":{"Whole":0}}`:                     "Properties.Zeros.Any: the property is missing",
		`{"Needs":{}}`:                              "Properties.Needs.ARN: the property is missing",
		`{"Level":0}`:                               "Properties.Level: 0 is not within 1 to 10",
		`{"Level":11}`:                              "Properties.Level: 11 is not within 1 to 10",
		`{"Share":-0.5}`:                            "Properties.Share: -0.5 is not within 0 to ",
		`{"Kinds":["a","c"]}`:                       `Properties.Kinds[1]: "c" is not a supported value; use one of a, b`,
		`{"Kinds":[{"Ref":"Nobody"}]}`:              "Properties.Kinds[0]: Ref of \"Nobody\"",
		`{"Refused":{"a":{"b":1}}}`:                 "Properties.Refused: the property is not supported; do without",
		`{"Lenient":[]}`:                            "Properties.Lenient: expected a string, got a list",
		`{"Choice":{"Yes":{"Ref":"AWS::NoValue"}}}`: "Properties.Choice.Yes: the property is missing",
		`{"Choice":{"Yes":null}}`:                   "Properties.Choice.Yes: the property is missing",
		`{"Choice":{}}`:                             "Properties.Choice.Yes: the property is missing",
		`{"Text":{"Ref":"Nobody"}}`:                 "Properties.Text: Ref of \"Nobody\"",
		`{"Any":{"a":{"Ref":"Nobody"}}}`:            "Properties.Any.a: Ref of \"Nobody\"",
		`{"Refused":{"Ref":"Nobody"}}`:              "Properties.Refused: Ref of \"Nobody\"",
		`{"Needed":{"Items":[]}}`:                   "Properties.Needed.Items: the property is missing or empty",
		`{"Needed":{}}`:                             "Properties.Needed.Items: the property is missing or empty",
		`{"Unknown":1}`:                             "S/R: Properties.Unknown: unknown property",
		`{"Text":[]}`:                               "Properties.Text: expected a string, got a list",
		`{"Yes":"yes"}`:                             "Properties.Yes: expected true or false",
		`{"Yes":"1"}`:                               "Properties.Yes: expected true or false",
		`{"Number":1.5}`:                            "Properties.Number: expected a whole number",
		`{"Float":"x"}`:                             "Properties.Float: expected a number",
		`{"List":"x"}`:                              "Properties.List: expected a list",
		`{"Inner":[]}`:                              "Properties.Inner: expected an object",
		`{"Inner":{}}`:                              "Properties.Inner.Name: the property is missing",
		`{"Many":[{"Name":"m"},{"Name":""}]}`:       "Properties.Many[1].Name: the property is missing",
		`{"Inner":{"Name":"n","Kind":"c"}}`:         `Properties.Inner.Kind: "c" is not a supported value; use one of a, b`,
		`{"Refused":["x"]}`:                         "Properties.Refused: the property is not supported; do without",
	} {
		if _, err := decode(text); err == nil || !strings.Contains(said(err), want) {
			t.Errorf("%s: %v; want %s", text, err, want)
		}
	}
}

// A struct may know all properties, and read some.
func TestDecodeAnyOther(t *testing.T) {
	t.Parallel()
	var o struct {
		_    cloudformation.Ignored `cfn:"*"`
		Text string                 `cfn:"required"`
	}
	s := add(t, `{"Resources":{"R":{"Type":"X","Properties":{"Text":"x","Unknown":{"Ref":"Nobody"}}}}}`)
	if err := s.Resources["R"].Decode(&o); err != nil || o.Text != "x" {
		t.Errorf("%+v, %v", o, err)
	}
}
