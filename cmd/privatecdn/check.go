package main

import (
	"fmt"
	"strings"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/cmd/privatecdn/internal/probe"
	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/infra"
)

type checkCommand struct {
	deploymentFlag
	Object   []string          `help:"Path of an object that exists; repeatable." sep:"none" placeholder:"PATH"`
	Template string            `help:"The deployed template, to probe its headers too." placeholder:"FILE"`
	Value    map[string]string `help:"Value of a parameter or an import of the template; repeatable." placeholder:"NAME=VALUE" mapsep:"none"`
}

func (c checkCommand) Run(e *env) error {
	d, err := c.load(e)
	if err != nil {
		return err
	}
	o := probe.Options{Deployment: d, Openers: awsuri.Openers(d.Resolve(".")), Objects: c.Object}
	if c.Template != "" {
		path, err := awsuri.TemplateFile(e, c.Template, stateDir)
		if err != nil {
			return err
		}
		if o.Template, err = infra.ReadFile(path, infra.Options{Options: cloudformation.Options{Values: c.Value}}); err != nil {
			return err
		}
	}
	return runCheck(e, o)
}

// runCheck probes and prints a line a promise, as it is found out.
func runCheck(e *env, o probe.Options) error {
	var all []probe.Result
	kept, err := probe.Run(e, o, func(r probe.Result) {
		all = append(all, r)
		if !e.json {
			fmt.Fprintln(e.out, promiseLine(e.stdout, r))
		}
	})
	if err != nil {
		return err
	}
	if e.json {
		err = e.printJSON(struct {
			Kept     bool           `json:"kept"`
			Promises []probe.Result `json:"promises"`
		}{kept, all})
	}
	if err == nil && !kept {
		err = cli.ErrNo
	}
	return err
}

// marks begin the line of a promise.
var marks = map[probe.Status]struct{ mark, colour string }{
	probe.Kept: {"ok", cli.Green}, probe.Broken: {"FAIL", cli.Red}, probe.Skipped: {"-", ""},
}

// promiseLine returns the line of a promise.
func promiseLine(t cli.Terminal, r probe.Result) string {
	m := marks[r.Status]
	line := t.Row([]int{4, 46}, m.mark, r.Promise, r.Detail)
	return t.Paint(m.colour, m.mark) + strings.TrimPrefix(line, m.mark)
}
