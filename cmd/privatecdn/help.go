package main

import (
	"bytes"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"
)

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
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		line = strings.TrimRight(line, "\n")
		if e.stdout.Width > 0 && len([]rune(line)) > e.stdout.Width {
			line = e.stdout.Wrap(line, "")
		}
		fmt.Fprintln(out, line)
	}
	return nil
}

type versionCommand struct{}

func (versionCommand) Run(e *env) error {
	b := build()
	return e.print(b, func(w io.Writer) { fmt.Fprintln(w, b) })
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
