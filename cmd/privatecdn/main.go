// Command privatecdn signs, checks and serves private S3 content behind
// CloudFront: see docs/cli.md.
//
// Results go to standard output, everything else to standard error. It exits
// 0 when done, 1 when the answer is no and 2 on bad input or failure.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"syscall"

	"github.com/alecthomas/kong"

	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/internal/fault"
)

// tool is the command line.
type tool struct {
	JSON    bool             `help:"Print results as JSON."`
	Version kong.VersionFlag `help:"Print the version."`

	Up          upCommand         `cmd:"" help:"Serve the app or a template on this machine, as CloudFront would."`
	Keys        keysCommand       `cmd:"" help:"Create key pairs and rotate them."`
	Sign        signCommand       `cmd:"" help:"Sign URLs, cookies and playlists."`
	Presign     presignCommand    `cmd:"" help:"Create a cacheable S3 presigned URL on the distribution's host."`
	Verify      verifyCommand     `cmd:"" help:"Explain how CloudFront responds to a signed request."`
	Check       checkCommand      `cmd:"" help:"Probe a deployment, local or real, with one line for each promise."`
	Doctor      doctorCommand     `cmd:"" help:"Explain why requests in a browser's recording failed."`
	Diff        diffCommand       `cmd:"" help:"Compare two templates: who gains or loses access."`
	Completion  completionCommand `cmd:"" help:"Print the completion script of a shell."`
	Complete    completeCommand   `cmd:"" hidden:"" help:"Complete a command line."`
	Man         manCommand        `cmd:"" help:"Print the manual page."`
	Help        helpCommand       `cmd:"" hidden:"" help:"Show what a command does."`
	ShowVersion versionCommand    `cmd:"" name:"version" help:"Print the version, the commit and its date."`
}

// env is what a command may touch besides its flags.
type env struct {
	context.Context
	in             io.Reader
	out, err       io.Writer
	stdout, stderr cli.Terminal // how out and err want their lines
	json           bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(&env{
		Context: ctx, in: os.Stdin, out: os.Stdout, err: os.Stderr,
		stdout: cli.TerminalOf(os.Stdout), stderr: cli.TerminalOf(os.Stderr),
	}, os.Args[1:])
	stop()
	os.Exit(code)
}

// run carries out one command line and returns the exit code.
func run(e *env, args []string) int {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	var t tool
	command, err := parse(&t, args, e)
	if err == nil {
		e.json = t.JSON
		err = command.Run(e)
	}
	return cli.Report(e.err, err)
}

// parse reads a command line into t.
func parse(t *tool, args []string, e *env) (*kong.Context, error) {
	parser, err := kong.New(t,
		kong.Name("privatecdn"),
		kong.Description("Private S3 content behind CloudFront: keys, signed URLs and cookies, and a local CloudFront."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: e.stdout.Width}),
		kong.Help(e.help),
		kong.Writers(e.out, e.err),
		texts, kong.Vars{"version": build().String()},
	)
	if err != nil {
		return nil, err
	}
	command, err := parser.Parse(args)
	if wrong, ok := errors.AsType[*kong.ParseError](err); ok {
		return nil, fault.Of(wrong.Error(), commandOf(wrong.Context)+" --help")
	}
	if err == nil {
		err = refuseEmpty(command)
	}
	return command, err
}

// refuseEmpty refuses a flag that is given and empty, which most often is a
// shell variable that was not set: --ip "$IP" must not mean every address.
func refuseEmpty(command *kong.Context) error {
	for _, p := range command.Path {
		if p.Flag != nil && p.Flag.Target.Kind() == reflect.String && p.Flag.Target.Len() == 0 {
			return fault.Of("--"+p.Flag.Name+" is empty", "give a value, or leave the flag out")
		}
	}
	return nil
}

// commandOf returns as much of the command as was understood.
func commandOf(c *kong.Context) string {
	if c != nil && c.Selected() != nil {
		return "privatecdn " + c.Selected().Path()
	}
	return "privatecdn"
}

type object = map[string]any

// print writes a result: as JSON when asked for, and as a line of text otherwise.
func (e *env) print(value any, text ...any) error {
	if e.json {
		return e.printJSON(value)
	}
	_, err := fmt.Fprintln(e.out, text...)
	return err
}

func (e *env) printJSON(value any) error {
	enc := json.NewEncoder(e.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}

// note writes a line that is not a result. What it repeats of a request or a
// template is escaped, and opens nothing.
func (e *env) note(format string, args ...any) {
	fmt.Fprintln(e.err, fault.Printable(fault.Text(fmt.Sprintf(format, args...))))
}
