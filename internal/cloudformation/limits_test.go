package cloudformation_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/privatecdn/internal/cloudformation"
)

// A template that would double a text with every resource ends in an error,
// and one that would double the work does not take it.
func TestBombs(t *testing.T) {
	t.Parallel()
	text, work := `"x"`, `""`
	for range 30 {
		work = fmt.Sprintf(`{"Fn::Sub":["${a}${a}",{"a":%s}]}`, work)
	}
	for i := range 25 {
		text += fmt.Sprintf(`}},"R%d":{"Type":"X","Properties":{"Ref":{"Fn::Sub":"${R%d}${R%d}"}`, i+1, i, i)
	}
	for _, c := range []struct {
		template string
		want     error
	}{
		{`{"Resources":{"R0":{"Type":"X","Properties":{"Ref":` + text + `}}},"Outputs":{"V":{"Value":{"Ref":"R25"}}}}`,
			cloudformation.ErrTooLarge},
		{`{"Resources":{},"Outputs":{"V":{"Value":` + work + `}}}`, nil},
		{joined("", strings.Repeat("x", 1024), 1024, ""), nil},
		{joined("", strings.Repeat("x", 1024), 1024, "x"), cloudformation.ErrTooLarge},
		{joined(strings.Repeat("x", 1024), "", 1023, ""), nil},
		{joined(strings.Repeat("x", 1024), "", 1024, ""), cloudformation.ErrTooLarge},
		{joined("", strings.Repeat("x", 500_000), 20_000, ""), cloudformation.ErrTooLarge},
		{joined(strings.Repeat("x", 500_000), "", 20_000, ""), cloudformation.ErrTooLarge},
	} {
		if _, _, err := add(t, c.template).Output("V"); !errors.Is(err, c.want) {
			t.Errorf("got %v, want %v", err, c.want)
		}
	}
}

// joined returns a template that joins n times text, and last, with a separator.
func joined(separator, text string, n int, last string) string {
	return fmt.Sprintf(`{"Resources":{"R":{"Type":"X","Properties":{"Ref":%q}}},`+
		`"Outputs":{"V":{"Value":{"Fn::Join":[%q,[%s%q]]}}}}`, text, separator, strings.Repeat(`{"Ref":"R"},`, n), last)
}

// Whatever nests in a template counts, up to the same depth.
func TestDepth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format         string
		opening, close string
		most           int
	}{
		{`{"Resources":{},"Metadata":%s}`, `{"a":`, "}", 99},
		{`{"Resources":{},"Metadata":%s}`, `[`, "]", 99},
		{"Resources: {}\nMetadata: %s\n", `{a: `, "}", 99},
		{"Resources: {}\nMetadata: %s\n", `[`, "]", 99},
		{"Resources: {}\nMetadata: %s\n", `!Not [`, "]", 49}, // a function and its list
	} {
		template := func(n int) string {
			return fmt.Sprintf(c.format, strings.Repeat(c.opening, n)+"1"+strings.Repeat(c.close, n))
		}
		if _, err := parse(template(c.most)); err != nil {
			t.Errorf("%d times %s: %v", c.most, c.opening, err)
		}
		for _, more := range []int{c.most + 1, 300} {
			_, err := parse(template(more))
			if !errors.Is(err, cloudformation.ErrSyntax) || !strings.Contains(said(err), "nested deeper") {
				t.Errorf("%d times %s: %v", more, c.opening, err)
			}
		}
	}
}

// A template may be as large as CloudFormation's quotas say.
func TestQuotas(t *testing.T) {
	t.Parallel()
	outputs := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`"O%d":{"Value":"x"}`, i))
		}
		return `{"Resources":{},"Outputs":{` + strings.Join(all, ",") + `}}`
	}
	const empty = `{"Resources":{}}`
	for name, c := range map[string]struct {
		template string
		want     error
	}{
		"200 outputs":     {outputs(200), nil},
		"201 outputs":     {outputs(201), cloudformation.ErrTooLarge},
		"1 MiB":           {empty + strings.Repeat(" ", 1<<20-len(empty)), nil},
		"1 MiB and a bit": {empty + strings.Repeat(" ", 1<<20-len(empty)+1), cloudformation.ErrTooLarge},
	} {
		if _, err := parse(c.template); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
