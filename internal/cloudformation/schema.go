package cloudformation

import (
	"reflect"
	"strings"
)

// Property is one property that a struct decodes, for documentation.
type Property struct {
	Path    string // Origins[].DomainName
	Ignored bool
	Refused bool
	Remedy  string   // of a refused property
	Values  []string // the values taken, where they are listed
}

// Schema lists the properties that [Stack.Decode] takes into a struct of v's
// type, in the order of its fields.
func Schema(v any) []Property {
	return schema("", reflect.TypeOf(v))
}

func schema(path string, t reflect.Type) []Property {
	var all []Property
	for i := range t.NumField() {
		field := t.Field(i)
		p := Property{Path: strings.TrimPrefix(path+"."+field.Name, ".")}
		tag := field.Tag.Get("cfn")
		inner, suffix := element(field.Type)
		switch {
		case field.Type == ignored:
			p.Ignored = true
		case field.Type == refused:
			p.Refused, p.Remedy = true, tag
		case inner.Kind() == reflect.Struct:
			all = append(all, schema(p.Path+suffix, inner)...)
			continue
		case tag != "" && tag != "required":
			p.Values = strings.Split(tag, "|")
		}
		p.Path += suffix
		all = append(all, p)
	}
	return all
}

// element looks through pointers and slices.
func element(t reflect.Type) (inner reflect.Type, suffix string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		if t.Kind() == reflect.Slice {
			suffix += "[]"
		}
		t = t.Elem()
	}
	return t, suffix
}
