package main

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"runtime/debug"
	"strings"
	"text/template"
	"time"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

// texts are the help texts that several commands share, or that are longer than
// a line of the struct they belong to.
var texts = kong.Vars{
	"document":   "FILE|ssm:NAME|stack:NAME",
	"deployment": "The deployment document: a file, ssm:NAME or stack:NAME.",
	"steps": "The deployment document: a file, ssm:NAME or stack:NAME. " +
		"With it, refuse a step until the previous one is deployed.",
	"value": "Value of a parameter or an import of the template; repeatable.",

	"later":  "The first key signs immediately; later ones are pending.",
	"starts": "The previous signing key starts retiring.",
	"drop":   "Remove a key from the ring: a retiring one after it expires, a pending or revoked one at any time.",
	"store": "Store for the new private key: file:DIR, kms:alias/NAME, secretsmanager:NAME or ssm:NAME; " +
		"by default a file beside the ring.",
	"key-id":  "The key's fingerprint, or a unique prefix of it.",
	"private": "Where the private key is: file:PATH (relative to the ring), kms:…, secretsmanager:… or ssm:….",

	"key": "The private key, instead of a deployment: a PEM file, kms:…, secretsmanager:… or ssm:….",
	"patterns": "URLs to open: https://HOST/PATH with wildcards, or a path pattern of the deployment; " +
		"cookies of several patterns differ in their paths.",
	"formats": "header (Cookie: …), json (names and values), curl (arguments), netscape (a cookie file) " +
		"or set-cookie (Set-Cookie: …).",
	"manifest": "An HLS or DASH manifest: a file, - for standard input, or the URL or path that serves it.",
	"relay":    "For a program that serves manifests instead of the distribution: URIs of playlists stay relative.",
	"variable": "Value of a variable that the playlist imports; repeatable.",

	"window":   "Requests within a window get the same URL; it is valid for at least --for minus this.",
	"host":     "The distribution's host; by default the deployment's first, else the bucket's own.",
	"region":   "The bucket's region; by default the deployment's, else that of your AWS settings.",
	"response": "Header that S3 returns instead of the object's own; repeatable.",

	"requested": "The URL that the viewer requests; - reads it, or a curl command line, from standard input.",
	"allow":     "Accept findings of a kind, or of a kind about one path pattern, key or bucket: 'KIND WHAT'.",

	"template": "A CloudFormation template, a cloud assembly or stack:NAME to serve instead of this directory's app.",
	"bucket": "The objects of the buckets: a directory, NAME=DIR for one bucket, s3://BUCKET or NAME=s3://BUCKET; " +
		"repeatable.",
	"inspector": "Loopback address of the inspector, a page that shows the edge's decisions.",

	"origin": "Fetch from a URL instead of an origin, by the origin's ID or domain name.",
	"log":    "Append a line for each request, in the format of CloudFront's standard logs and without signatures.",
	"watch":  "Ignore changes: serve a changed file when it expires in the cache, and the template as it was.",
}

// helpCommand is --help as a command: privatecdn help sign url.
type helpCommand struct {
	Command []string `arg:"" optional:"" help:"The command."`
}

func (c helpCommand) Run(e *env) error {
	_, err := parse(&tool{}, append(c.Command, "--help"), e)
	return err
}

// help prints a command's help, no line of it wider than the terminal.
func (e *env) help(options kong.HelpOptions, ctx *kong.Context) error {
	out := ctx.Stdout
	var text bytes.Buffer
	ctx.Stdout = &text
	err := kong.DefaultHelpPrinter(options, ctx)
	for line := range strings.Lines(text.String()) {
		line = strings.TrimRight(line, "\n")
		if e.stdout.Width > 0 && utf8.RuneCountInString(line) > e.stdout.Width {
			line = e.stdout.Wrap(line, "")
		}
		fmt.Fprintln(out, line)
	}
	return err
}

type versionCommand struct{}

func (versionCommand) Run(e *env) error {
	b := build()
	return e.print(b, b)
}

// built is what this program was built from.
type built struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Date    string `json:"date,omitempty"` // of the commit
	Dirty   bool   `json:"modified,omitempty"`
}

func build() built {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return built{Version: "unknown"}
	}
	b := built{Version: info.Main.Version}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		case "vcs.modified":
			b.Dirty = s.Value == "true"
		}
	}
	return b
}

func (b built) String() string {
	text := "privatecdn " + b.Version
	if b.Commit != "" {
		text += fmt.Sprintf(" (commit %.12s of %s)", b.Commit, b.Date)
	}
	return text
}

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
