package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/privatecdn/access"
	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/internal/fault"
)

type diffCommand struct {
	Old   string            `arg:"" help:"The template, or cloud assembly, that is deployed."`
	New   string            `arg:"" help:"The one to be deployed."`
	Value map[string]string `help:"What the templates leave open: a parameter or an import, by name." placeholder:"NAME=VALUE" mapsep:"none"`
}

func (c diffCommand) Run(e *env) error {
	before, err := access.Read(c.Old, c.Value)
	if err != nil {
		return err
	}
	after, err := access.Read(c.New, c.Value)
	if err != nil {
		return err
	}
	findings := access.Diff(before, after)
	if err := e.print(findings, func(w io.Writer) { report(w, e.stdout, findings) }); err != nil {
		return err
	}
	if slices.ContainsFunc(findings, func(f access.Finding) bool { return f.Severity.Fails() }) {
		return cli.ErrNo
	}
	return nil
}

func report(w io.Writer, t cli.Terminal, findings []access.Finding) {
	if len(findings) == 0 {
		fmt.Fprintln(w, "Nothing changes in who may read what.")
	}
	for _, f := range findings {
		row := func(severity, kind, text string) string {
			return t.Row([]int{9, 28}, severity, kind, fault.Printable(text))
		}
		line := row(string(f.Severity), string(f.Kind), f.Sentence)
		if f.Severity.Fails() {
			line = t.Paint(cli.Red, string(f.Severity)) + strings.TrimPrefix(line, string(f.Severity))
		}
		fmt.Fprintln(w, line)
		if f.Witness != "" {
			fmt.Fprintln(w, row("", "", "witness: "+f.Witness))
		}
	}
}
