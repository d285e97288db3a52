package deployment_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"example.com/privatecdn/deployment"
)

const schemaURL = "https://example.com/deployment.schema.json"

// published returns docs/deployment.schema.json, compiled.
func published(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("../docs/deployment.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaURL, value); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(schemaURL)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func valid(t *testing.T, s *jsonschema.Schema, d *deployment.Deployment) error {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

// TestSchema holds the published schema to what Validate accepts. It cannot
// compare one member with another.
func TestSchema(t *testing.T) {
	t.Parallel()
	s := published(t)
	if err := valid(t, s, example()); err != nil {
		t.Error(err)
	}
	across := []string{"endpoint", "behaviors", "behaviors[1].keys[1]", "keys", "keys[1].id"}
	for field, change := range invalid {
		d := example()
		change(d)
		if err := valid(t, s, d); (err == nil) != slices.Contains(across, field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, q := range []deployment.QueryParameters{
		{"a", "b"}, {"*"}, {"*", "!a"}, {}, {"a", "*"}, {"!a"}, {"*", "a"}, {"*", "!"}, {""},
	} {
		d := example()
		d.Behaviors[0].QueryParameters = q
		if got, want := valid(t, s, d), d.Validate(); (got == nil) != (want == nil) {
			t.Errorf("%q: the schema says %v, Validate %v", q, got, want)
		}
	}
}

// TestSchemaHasEveryMember compares the names of the schema with the types'.
func TestSchemaHasEveryMember(t *testing.T) {
	t.Parallel()
	s := published(t)
	behavior := s.Properties["behaviors"].Items2020.Ref
	for schema, of := range map[*jsonschema.Schema]any{
		s: deployment.Deployment{}, s.Properties["bucket"].Ref: deployment.Bucket{}, behavior: deployment.Behavior{},
		s.Properties["keys"].Items2020.Ref: deployment.Key{},
	} {
		var want, got []string
		for _, field := range reflect.VisibleFields(reflect.TypeOf(of)) {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
				want = append(want, name)
			}
		}
		for name := range schema.Properties {
			got = append(got, name)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%T: the schema has %q, the document %q", of, got, want)
		}
	}
}
