package main

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/inspector"
	"example.com/privatecdn/cmd/privatecdn/internal/local"
	"example.com/privatecdn/cmd/privatecdn/internal/probe"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
)

// stateDir is where what is of this machine alone is kept.
const stateDir = ".privatecdn"

type upCommand struct {
	Template string `help:"${template}" placeholder:"FILE|stack:NAME"`
	valueFlag
	HTTPS string `help:"HTTPS address; port 0 picks a free one." default:"127.0.0.1:8443" env:"PRIVATECDN_HTTPS"`
	HTTP  string `help:"HTTP address." default:"127.0.0.1:8080" env:"PRIVATECDN_HTTP"`
	S3    string `name:"s3" help:"HTTPS address of the bucket itself." default:"127.0.0.1:0" env:"PRIVATECDN_S3"`

	Inspector  string `help:"${inspector}" default:"127.0.0.1:0" env:"PRIVATECDN_INSPECTOR"`
	Deployment string `help:"File for the deployment document." default:".privatecdn/deployment.json" placeholder:"FILE"`
	Check      bool   `help:"Probe every promise, then exit."`
	ringFlag
	edgeFlags
}

// memoryGoal is what the collector keeps the edge's memory near, in bytes:
// without it thousands of connections take twice what they need.
const memoryGoal = 160 << 20

func (c upCommand) Run(e *env) error {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
	i := inspector.New()
	o, stop, err := c.options(e, i.Add)
	if err != nil {
		return err
	}
	defer stop()
	if o.Template, err = awsuri.TemplateFile(e, c.Template, stateDir); err != nil {
		return err
	}
	o.Values = c.Value
	if !c.Check { // or refusals are what is asked for
		o.OnRefusal = func(r edge.Refusal) { e.note("%d %s %s: %s: %s", r.Status, r.Method, r.URL, r.Reason, r.Why) }
	}
	l, err := local.Start(e, local.Options{
		Edge: o, Ring: c.Ring, Openers: awsuri.Openers, HTTPS: c.HTTPS, HTTP: c.HTTP, S3: c.S3,
		State: stateDir, Document: c.Deployment, Assembly: "cdk.out", Aside: c.Check,
		Progress: e.note,
		Step:     func(what string) func() { return e.stderr.Step(e.err, what) },
	})
	if err != nil {
		return err
	}
	defer l.Close()
	if c.Check {
		return c.check(e, l)
	}
	i.Source = l
	page, server, err := i.Listen(c.Inspector)
	if err != nil {
		return err
	}
	defer server.Close()
	if err := c.tell(e, l, page); err != nil {
		return err
	}
	<-e.Done()
	e.note("Stopped.")
	return nil
}

// check probes what runs.
func (c upCommand) check(e *env, l *local.Local) error {
	template, err := l.Template()
	if err != nil {
		return err
	}
	return runCheck(e, probe.Options{
		Deployment: l.Deployment(), Openers: awsuri.Openers, Template: template,
		Objects: append(l.Objects(deployment.Signed), l.Objects(deployment.Public)...),
	})
}

// tell prints what runs where and what to try.
func (c upCommand) tell(e *env, l *local.Local, inspector string) error {
	example, err := l.Example(e)
	if err != nil {
		e.note("No example URL: %v", err)
		if c.Template == "" {
			e.note("For a key ring of this machine alone: privatecdn up --ring %s/ring", stateDir)
		}
	}
	d := l.Deployment()
	ca := d.Resolve(d.CA)
	running := object{
		"endpoint": d.Endpoint, "http": l.HTTP(), "bucket": d.Bucket.Endpoint,
		"deployment": c.Deployment, "ca": ca, "inspector": inspector,
	}
	if example != nil { // plain is refused, signed opens
		running["plain"], running["signed"] = example.Plain, example.Signed
		running["cookies"] = cookieValues(example.Cookies)
	}
	return e.print(running, func(w io.Writer) {
		fmt.Fprintf(w, "The CloudFront distribution of %s is at %s, and over HTTP at %s.\n", d.Stack, d.Endpoint, l.HTTP())
		fmt.Fprintf(w, "Its bucket is %s, which refuses direct requests at %s.\n",
			strings.Join(c.Bucket, ", "), d.Bucket.Endpoint)
		fmt.Fprintf(w, "The signer reads %s.\n", c.Deployment)
		for _, page := range l.Objects(deployment.Public) {
			if path.Ext(page) == ".html" {
				fmt.Fprintf(w, "A browser that trusts %s shows %s.\n", ca, d.Endpoint+page)
				break
			}
		}
		fmt.Fprintf(w, "Watch what the edge decides, and why, at %s.\n", inspector)
		if example != nil {
			try(w, ca, example)
		}
		fmt.Fprintln(w, "\nPress Ctrl-C to stop. Refused requests are listed below.")
	})
}

// try prints commands that show what a signature does.
func try(w io.Writer, ca string, x *local.Example) {
	get := "  curl --cacert " + quoteIfNeeded(ca)
	save := get + " -o " + quoteIfNeeded(filepath.Base(x.Plain))
	fmt.Fprintf(w, "\nRefused, because it is not signed:\n\n%s %s\n", get, quote(x.Plain))
	fmt.Fprintf(w, "\nOpens until %s:\n\n%s %s\n", x.Until.Format(time.TimeOnly), save, quote(x.Signed))
	fmt.Fprintf(w, "\nSigned cookies for %s work too:\n\n%s %s %s\n",
		x.Pattern, save, curlCookies(x.Cookies), quote(x.Plain))
}
