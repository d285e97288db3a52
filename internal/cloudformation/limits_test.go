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
		{substituted(1024), nil},
		{substituted(1025), cloudformation.ErrTooLarge},
		{joined("", strings.Repeat("x", 500_000), 20_000, ""), cloudformation.ErrTooLarge},
		{joined(strings.Repeat("x", 500_000), "", 20_000, ""), cloudformation.ErrTooLarge},
	} {
		if _, _, err := add(t, c.template).Output("V"); !errors.Is(err, c.want) {
			t.Errorf("got %v, want %v", err, c.want)
		}
	}
}

// What is resolved counts though it stays small, or stands in the template once.
func TestWorkOfResolve(t *testing.T) {
	t.Parallel()
	list := func(n int) string { return "[" + strings.Repeat("1,", n) + "1]" }
	text := fmt.Sprintf(`{"Fn::ToJsonString":%q}`, strings.Repeat("x", 900_000))
	for name, c := range map[string]struct {
		transform, value string
		outputs, times   int // of 2 MiB each, and how often the value is resolved then
		want             error
	}{
		"a list":        {"[]", list(32_000), 15, 1, nil},
		"a longer list": {"[]", list(33_000), 15, 1, cloudformation.ErrTooLarge},
		"some texts":    {`"AWS::LanguageExtensions"`, text, 14, 3, nil},
		"more texts":    {`"AWS::LanguageExtensions"`, text, 14, 4, cloudformation.ErrTooLarge},
	} {
		app := cloudformation.NewApp(cloudformation.Options{Values: map[string]string{"P": strings.Repeat("x", 1<<20)}},
			attributes)
		s, err := app.Add("S", "", "", fmt.Appendf(nil, `{"Transform":%s,"Parameters":{"P":{"Type":"String"}},`+
			`"Resources":{"R":{"Type":"X","Properties":{"V":%s}}}}`, c.transform, c.value))
		if err != nil {
			t.Fatal(err)
		}
		r := s.Resources["R"]
		for range c.outputs {
			join := map[string]any{"Fn::Join": []any{"", []any{map[string]any{"Ref": "P"}}}}
			if _, err := s.Resolve(r.At(), join); err != nil {
				t.Fatal(err)
			}
		}
		for range c.times {
			_, err = s.Resolve(r.At(), r.Properties["V"])
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// Each part of a text that is split is work, too.
func TestWorkOfSplit(t *testing.T) {
	t.Parallel()
	for parts, want := range map[int]error{508_400: nil, 508_401: cloudformation.ErrTooLarge} { // of 64 bytes, and twice 1
		values := map[string]string{"P": strings.Repeat(",", parts)}
		s, err := cloudformation.NewApp(cloudformation.Options{Values: values}, attributes).Add("S", "", "", []byte(
			`{"Parameters":{"P":{"Type":"String"}},"Resources":{},`+
				`"Outputs":{"V":{"Value":{"Fn::Select":[0,{"Fn::Split":[",",{"Ref":"P"}]}]}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Output("V"); !errors.Is(err, want) {
			t.Errorf("%d parts: %v, want %v", parts, err, want)
		}
	}
}

// Texts and all the work of an app have bounds, which are exact.
func TestWork(t *testing.T) {
	t.Parallel()
	const most = 1 << 20
	for name, c := range map[string]struct {
		given, outputs int
		last           string
		want           error
	}{
		"the longest text": {most, 1, "", nil},
		"longer text":      {most + 1, 1, "", cloudformation.ErrTooLarge},
		"all work":         {most, 16, "", nil}, // a value counts where it is given and where it is used
		"more work":        {most, 16, "x", cloudformation.ErrTooLarge},
	} {
		var outputs []string
		for i := range c.outputs {
			outputs = append(outputs, fmt.Sprintf(`"O%02d":{"Value":{"Ref":"P"}}`, i))
		}
		values := map[string]string{"P": strings.Repeat("x", c.given)}
		app := cloudformation.NewApp(cloudformation.Options{Values: values}, attributes)
		s, err := app.Add("S", "", "", fmt.Appendf(nil, `{"Parameters":{"P":{"Type":"String"}},"Resources":{},`+
			`"Outputs":{%s,"Last":{"Value":%q}}}`, strings.Join(outputs, ","), c.last))
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < c.outputs && err == nil; i++ {
			_, _, err = s.Output(fmt.Sprintf("O%02d", i))
		}
		if err == nil {
			_, _, err = s.Output("Last")
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// joined returns a template that joins n times text, and last, with a separator.
func joined(separator, text string, n int, last string) string {
	return fmt.Sprintf(`{"Resources":{"R":{"Type":"X","Properties":{"Ref":%q}}},`+
		`"Outputs":{"V":{"Value":{"Fn::Join":[%q,[%s%q]]}}}}`, text, separator, strings.Repeat(`{"Ref":"R"},`, n), last)
}

// substituted returns a template that puts a text of 1024 characters n times into another.
func substituted(n int) string {
	return fmt.Sprintf(`{"Resources":{"R":{"Type":"X","Properties":{"Ref":%q}}},`+
		`"Outputs":{"V":{"Value":{"Fn::Sub":%q}}}}`, strings.Repeat("x", 1024), strings.Repeat("${R}", n))
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
	for section, c := range map[string]struct {
		most  int
		entry string
	}{
		"Mappings":   {200, `{}`},
		"Outputs":    {200, `{"Value":"x"}`},
		"Parameters": {200, `{"Type":"String"}`},
		"Resources":  {500, `{"Type":"X"}`},
		"Conditions": {1000, `{}`}, // has no quota
	} {
		template := func(n int) string {
			var all []string
			for i := range n {
				all = append(all, fmt.Sprintf(`"N%d":%s`, i, c.entry))
			}
			return fmt.Sprintf(`{"Resources":{},%q:{%s}}`, section, strings.Join(all, ","))
		}
		if _, err := parse(template(c.most)); err != nil {
			t.Errorf("%d %s: %v", c.most, section, err)
		}
		if _, err := parse(template(c.most + 1)); errors.Is(err, cloudformation.ErrTooLarge) == (section == "Conditions") {
			t.Errorf("%d %s: %v", c.most+1, section, err)
		}
	}
	const empty = `{"Resources":{}}`
	if _, err := parse(empty + strings.Repeat(" ", 1<<20-len(empty))); err != nil {
		t.Errorf("1 MiB: %v", err)
	}
	if _, err := parse(empty + strings.Repeat(" ", 1<<20-len(empty)+1)); !errors.Is(err, cloudformation.ErrTooLarge) {
		t.Errorf("more than 1 MiB: %v", err)
	}
}
