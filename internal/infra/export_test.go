package infra

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"example.com/privatecdn/internal/cloudformation"
)

// Support describes, in Markdown, everything of a template that is understood
// and everything that is known and refused. It is made from the tables the
// reader itself works with.
func Support() string {
	var b strings.Builder
	b.WriteString("# Which parts of a template are understood\n\n" +
		"Made from the reader's own tables by `go test ./internal/infra -update`. A resource type or a property\n" +
		"that is not listed here is refused by name; nothing is skipped silently.\n\n" +
		"## Language\n\nJSON, and YAML with short tags. Parameters, mappings, conditions, outputs, exports, the pseudo " +
		"parameters,\n" +
		"several stacks of one assembly together, nested ones too, and these functions:\n\n")
	for _, name := range cloudformation.Functions() {
		fmt.Fprintf(&b, "- `%s`\n", name)
	}
	b.WriteString("\nValues that only a deployment decides are given by name: a parameter, an export, " +
		"`LogicalID.Attribute`, or the text of a\ndynamic reference.\n\n## Resources\n")
	for _, k := range slices.SortedFunc(slices.Values(kinds), func(a, c kind) int {
		return strings.Compare(a.name, c.name)
	}) {
		describeKind(&b, k)
	}
	b.WriteString("\n## Managed policies\n\nBy ID, with AWS's settings:\n\n")
	for _, line := range managedNames() {
		b.WriteString(line)
	}
	b.WriteString("\n## Resources that change nothing a viewer gets\n\n" +
		"They are known, and ignored for the reason given. A name ending in `::` stands for every type of a service.\n\n")
	for _, typ := range slices.Sorted(maps.Keys(leftOut)) {
		fmt.Fprintf(&b, "- `%s`: %s\n", typ, leftOut[typ])
	}
	return b.String()
}

func describeKind(b *strings.Builder, k kind) {
	fmt.Fprintf(b, "\n### %s\n", k.name)
	var read, without, refused []string
	for _, p := range schema("", reflect.TypeOf(k.properties)) {
		switch {
		case p.Ignored:
			without = append(without, "`"+p.Path+"`")
		case p.Refused:
			refused = append(refused, fmt.Sprintf("- `%s`: %s\n", p.Path, p.Remedy))
		case p.Values != nil:
			read = append(read, fmt.Sprintf("- `%s`: %s\n", p.Path, strings.Join(p.Values, ", ")))
		default:
			read = append(read, fmt.Sprintf("- `%s`\n", p.Path))
		}
	}
	if len(read) > 0 {
		b.WriteString("\n" + strings.Join(read, ""))
	}
	slices.Sort(without)
	if len(without) > 0 {
		fmt.Fprintf(b, "\nWithout effect here: %s.\n", strings.Join(without, ", "))
	}
	if len(refused) > 0 {
		fmt.Fprintf(b, "\nRefused, and what to do:\n\n%s", strings.Join(refused, ""))
	}
}

func managedNames() []string {
	var lines []string
	add := func(what, id, name string) {
		lines = append(lines, fmt.Sprintf("- %s `%s` (`%s`)\n", what, strings.TrimPrefix(name, "Managed-"), id))
	}
	for id, p := range Managed() {
		switch p := p.(type) {
		case *CachePolicy:
			add("cache policy", id, p.Name)
		case *OriginRequestPolicy:
			add("origin request policy", id, p.Name)
		case *ResponseHeadersPolicy:
			add("response headers policy", id, p.Name)
		}
	}
	slices.Sort(lines)
	return lines
}

// property is one property that a struct decodes.
type property struct {
	Path    string // Origins[].DomainName
	Ignored bool
	Refused bool
	Remedy  string   // of a refused property
	Values  []string // the values taken, where they are listed
}

// schema lists the properties that [cloudformation.Stack.Decode] reads into a
// struct, in the order of its fields.
func schema(path string, t reflect.Type) []property {
	var all []property
	for i := range t.NumField() {
		field := t.Field(i)
		p := property{Path: strings.TrimPrefix(path+"."+field.Name, ".")}
		tag := field.Tag.Get("cfn")
		if listed, ok := reflect.Zero(field.Type).Interface().(interface{ Values() string }); ok {
			tag = listed.Values()
		}
		inner, suffix := element(field.Type)
		switch {
		case field.Type == reflect.TypeFor[cloudformation.Ignored]():
			for _, name := range strings.Fields(strings.TrimSuffix(tag, "*")) {
				all = append(all, property{Path: strings.TrimPrefix(path+"."+name, "."), Ignored: true})
			}
			continue
		case field.Type == reflect.TypeFor[cloudformation.Refused]():
			p.Refused, p.Remedy = true, tag
		case inner.Kind() == reflect.Struct:
			all = append(all, schema(p.Path+suffix, inner)...)
			continue
		case strings.TrimPrefix(tag, "required") != "":
			tag = strings.TrimPrefix(tag, "required,")
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
