package main

import (
	"cmp"
	_ "embed"
	"strings"
	"text/template"
	"time"

	"github.com/alecthomas/kong"
)

//go:embed man.tmpl
var manText string

// manCommand prints the manual page, which the release archives contain.
type manCommand struct{}

func (manCommand) Run(e *env, k *kong.Context) error {
	b := build()
	date := cmp.Or(b.Date, time.Now().Format(time.DateOnly))
	page := template.Must(template.New("man").Funcs(template.FuncMap{"roff": roffEscapes.Replace}).Parse(manText))
	return page.Execute(e.out, struct {
		*kong.Application
		Version, Date string
		Leaves        []*kong.Node
	}{k.Model, b.Version, date[:len(time.DateOnly)], k.Model.Leaves(true)})
}

// roffEscapes escape what roff would read as a request or an escape.
var roffEscapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "…", "...", "\n.", "\n\\&.")
