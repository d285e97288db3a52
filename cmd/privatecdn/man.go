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

var manTemplate = template.Must(template.New("man").Funcs(template.FuncMap{"roff": roff}).Parse(manText))

// manCommand prints the manual page, which the release archives contain.
type manCommand struct{}

func (manCommand) Run(e *env, k *kong.Context) error {
	b := build()
	date := cmp.Or(b.Date, time.Now().Format(time.DateOnly))
	return manTemplate.Execute(e.out, struct {
		*kong.Application
		Version, Date string
		Leaves        []*kong.Node
	}{k.Model, b.Version, date[:len(time.DateOnly)], k.Model.Leaves(true)})
}

var roffEscapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "…", "...", "\n.", "\n\\&.")

// roff escapes what roff would read as a request or an escape.
func roff(text string) string { return roffEscapes.Replace(text) }
