package main

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"

	"example.com/privatecdn/access"
	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/wholefile"
	"example.com/privatecdn/keys"
)

type diffCommand struct {
	Old string `arg:"" help:"What is deployed: a template, a cloud assembly, or stack:NAME." complete:"FILE"`
	New string `arg:"" help:"What will be deployed." complete:"FILE"`
	valueFlag
	Format    string   `help:"Output format: ${enum}." enum:"text,markdown,json,sarif" default:"text"`
	Allow     []string `help:"${allow}" placeholder:"KIND" sep:"none"`
	AllowFile string   `help:"A file with one accepted KIND or 'KIND WHAT' per line." placeholder:"FILE"`
	Ring      string   `help:"The key ring, whose history explains the steps of a rotation." placeholder:"DIR"`
}

func (c diffCommand) Run(e *env) error {
	before, err := readTemplate(e, c.Old, c.Value)
	if err != nil {
		return err
	}
	after, err := readTemplate(e, c.New, c.Value)
	if err != nil {
		return err
	}
	err = refuseUnused(slices.DeleteFunc(slices.Clone(after.UnusedValues()), func(name string) bool {
		return !slices.Contains(before.UnusedValues(), name)
	}))
	if err != nil {
		return err
	}
	allowances, err := c.allowances()
	if err != nil {
		return err
	}
	var options []access.Option
	if c.Ring != "" {
		ring, err := keys.Open(c.Ring)
		if err != nil {
			return err
		}
		options = append(options, access.WithRing(ring))
	}
	findings := access.Diff(before, after, options...)
	access.Accept(findings, allowances)
	leftOut := after.LeftOut()
	for _, what := range before.LeftOut() {
		if !slices.Contains(leftOut, what) {
			leftOut = append(leftOut, what)
		}
	}
	err = c.write(e, findings, leftOut)
	return cli.Answer(!slices.ContainsFunc(findings, access.Finding.Fails), err)
}

func (c diffCommand) write(e *env, findings []access.Finding, leftOut []string) error {
	if c.Format != "markdown" || e.json {
		for _, what := range leftOut {
			e.note("Not compared: %s", what)
		}
	}
	switch {
	case e.json || c.Format == "json":
		return e.printJSON(findings)
	case c.Format == "sarif":
		return e.printJSON(sarif(findings))
	case c.Format == "markdown":
		markdown(e.out, findings, leftOut)
	default:
		report(e.out, e.stdout, findings)
	}
	return nil
}

// readTemplate reads a template from a file, a directory or a deployed stack.
func readTemplate(e *env, ref string, values map[string]string) (*access.Template, error) {
	text, err := awsuri.Template(e, ref)
	if err != nil {
		return nil, err
	}
	if text != nil {
		return access.Parse(text, values)
	}
	return access.Read(ref, values)
}

func (c diffCommand) allowances() ([]access.Allowance, error) {
	var all []access.Allowance
	for _, text := range c.Allow {
		a, err := access.ParseAllowance(text)
		if err != nil {
			return nil, fmt.Errorf("--allow: %w", err)
		}
		all = append(all, a)
	}
	if c.AllowFile == "" {
		return all, nil
	}
	text, err := wholefile.Read(c.AllowFile, 1<<20)
	if err != nil {
		return nil, err
	}
	listed, err := access.ReadAllowances(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.AllowFile, err)
	}
	return append(all, listed...), nil
}

func report(w io.Writer, t cli.Terminal, findings []access.Finding) {
	if len(findings) == 0 {
		fmt.Fprintln(w, "No access changes.")
	}
	for _, f := range findings {
		text, color := fault.Printable(f.Sentence), ""
		if f.Accepted {
			text += " (accepted)"
		}
		if f.Fails() {
			color = cli.Red
		}
		fmt.Fprintln(w, t.Row(color, []int{9, 28}, string(f.Severity), string(f.Kind), text))
		fmt.Fprintln(w, t.Row("", []int{9, 28}, "", "", fault.Printable("witness: "+f.Witness)))
	}
}

// sections are the parts of a comment on a pull request, by severity.
var sections = []struct {
	severity access.Severity
	title    string
}{
	{access.Breaking, "What closes: links that work today stop working"},
	{access.Widening, "What opens"},
	{access.Narrowing, "What closes as asked"},
	{access.Note, "Worth knowing"},
}

// markdown writes one comment for a pull request. What comes from a template is
// in code spans or escaped, so that it cannot be taken for the comment's own.
func markdown(w io.Writer, findings []access.Finding, leftOut []string) {
	failing, sentences, witnesses := 0, map[access.Severity]string{}, map[access.Severity]string{}
	for _, f := range findings {
		kind, accepted := "- `"+string(f.Kind)+"` ", ""
		if f.Accepted {
			accepted = "*(accepted)* "
		}
		if f.Fails() {
			failing++
		}
		sentences[f.Severity] += kind + accepted + plain(f.Sentence) + "\n"
		witnesses[f.Severity] += kind + plain(f.Witness) + "\n"
	}
	switch {
	case len(findings) == 0:
		fmt.Fprint(w, "### Access: nothing changes in who may read what\n")
	case failing == 0:
		fmt.Fprint(w, "### Access: nothing here needs consent\n")
	default:
		fmt.Fprintf(w, "### Access: %d of %d findings need consent\n", failing, len(findings))
	}
	const folded = "\n<details><summary>%s</summary>\n\n%s\n</details>\n"
	for _, section := range sections {
		if list := sentences[section.severity]; list != "" {
			fmt.Fprintf(w, "\n**%s**\n\n%s"+folded, section.title, list, "Witnesses", witnesses[section.severity])
		}
	}
	if len(leftOut) > 0 {
		list := ""
		for _, what := range leftOut {
			list += "- " + plain(what) + "\n"
		}
		fmt.Fprintf(w, folded, fmt.Sprintf("Not compared: %d resources", len(leftOut)), list)
	}
}

// plain escapes what Markdown, HTML or a hosting service act on: tags, links,
// emphasis, mentions and references.
func plain(s string) string {
	return special.ReplaceAllStringFunc(s, func(c string) string { return fmt.Sprintf("&#%d;", c[0]) })
}

var special = regexp.MustCompile("[\\\\`*_{}\\[\\]()<>#|~&@:]")

// sarif returns findings as a SARIF log, which code scanning services read.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
func sarif(findings []access.Finding) object {
	results := []object{}
	for _, f := range findings {
		result := object{
			"ruleId": f.Kind, "level": "note",
			"message":   object{"text": f.Sentence + " (witness: " + f.Witness + ")"},
			"locations": []object{{"logicalLocations": []object{{"name": f.Distribution + f.Bucket, "kind": "resource"}}}},
		}
		if f.Severity == access.Breaking || f.Severity == access.Widening {
			result["level"] = "error"
		}
		if f.Accepted {
			result["suppressions"] = []object{{"kind": "external"}}
		}
		results = append(results, result)
	}
	return object{"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": []object{{
		"tool": object{"driver": object{"name": "privatecdn diff"}}, "results": results}}}
}
