package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/cmd/privatecdn/internal/probe"
	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/wholefile"
)

type checkCommand struct {
	deploymentFlag
	Object   []string `help:"Path of an object that exists; repeatable." sep:"none" placeholder:"PATH"`
	Template string   `help:"The deployed template, to probe its headers too." placeholder:"FILE"`
	valueFlag
	Unverified bool   `help:"Settle the unverified conformance cases instead, and write a dated record."`
	Record     string `help:"File for the record of --unverified." default:"unverified.json" placeholder:"FILE"`
}

func (c checkCommand) Run(e *env) error {
	d, err := c.Deployment.Load(e)
	if err != nil {
		return err
	}
	o := probe.Options{Deployment: d, Openers: awsuri.Openers, Objects: c.Object}
	if c.Unverified {
		return c.settle(e, o)
	}
	unused := slices.Sorted(maps.Keys(c.Value))
	if c.Template != "" {
		path, err := awsuri.TemplateFile(e, c.Template, stateDir)
		if err != nil {
			return err
		}
		options := infra.Options{Options: cloudformation.Options{Values: c.Value}}
		if o.Template, err = infra.ReadFile(path, options); err != nil {
			return err
		}
		unused = o.Template.UnusedValues
	}
	if err := refuseUnused(unused); err != nil {
		return err
	}
	return runCheck(e, o)
}

// marks begin the line of a promise.
var marks = map[probe.Status]struct{ mark, color string }{
	probe.Kept: {"ok", cli.Green}, probe.Broken: {"FAIL", cli.Red}, probe.Skipped: {"-", ""},
}

// runCheck probes and prints a line a promise, as it is found out.
func runCheck(e *env, o probe.Options) error {
	var all []probe.Result
	kept, err := probe.Run(e, o, func(r probe.Result) {
		all = append(all, r)
		if m := marks[r.Status]; !e.json {
			fmt.Fprintln(e.out, e.stdout.Row(m.color, []int{4, 46}, m.mark, r.Promise, r.Detail))
		}
	})
	if err != nil {
		return err
	}
	if e.json {
		err = e.printJSON(object{"kept": kept, "promises": all})
	}
	return cli.Answer(kept, err)
}

// settle prints a line a case, as it is settled, and writes the record.
func (c checkCommand) settle(e *env, o probe.Options) error {
	record, err := probe.Unverified(e, o, func(f probe.Finding) {
		detail := cmp.Or(f.Why, f.Seen)
		if f.Verdict == probe.Contradicted {
			detail += ", not " + f.Edge
		}
		if !e.json {
			fmt.Fprintln(e.out, e.stdout.Row("", []int{12, 36}, string(f.Verdict), f.Case, detail))
		}
	})
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		return err
	}
	if err := wholefile.Write(c.Record, append(text, '\n'), 0o644); err != nil {
		return err
	}
	if record.Local {
		e.note("This is a local edge, which verifies nothing about CloudFront.")
	}
	e.note("%s names the case files to change.", c.Record)
	if e.json {
		err = e.printJSON(record)
	}
	contradicted := func(f probe.Finding) bool { return f.Verdict == probe.Contradicted }
	return cli.Answer(!slices.ContainsFunc(record.Findings, contradicted), err)
}
