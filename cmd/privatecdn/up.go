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
	"example.com/privatecdn/cmd/privatecdn/internal/local"
	"example.com/privatecdn/cmd/privatecdn/internal/probe"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
)

// stateDir is where what is of this machine alone is kept.
const stateDir = ".privatecdn"

type upCommand struct {
	Template   string            `help:"A CloudFormation template, a cloud assembly or stack:NAME to serve instead of this directory's app." placeholder:"FILE|stack:NAME"`
	Value      map[string]string `help:"Value of a parameter or an import of the template; repeatable." placeholder:"NAME=VALUE" mapsep:"none"`
	HTTPS      string            `name:"https" help:"HTTPS address; port 0 picks a free one." default:"127.0.0.1:8443" env:"PRIVATECDN_HTTPS" placeholder:"ADDR"`
	HTTP       string            `name:"http" help:"HTTP address." default:"127.0.0.1:8080" env:"PRIVATECDN_HTTP" placeholder:"ADDR"`
	S3         string            `name:"s3" help:"HTTPS address of the bucket itself." default:"127.0.0.1:0" env:"PRIVATECDN_S3" placeholder:"ADDR"`
	Inspector  string            `help:"Loopback address of the inspector, a page that shows the edge's decisions." default:"127.0.0.1:0" env:"PRIVATECDN_INSPECTOR" placeholder:"ADDR"`
	Deployment string            `help:"File for the deployment document." default:".privatecdn/deployment.json" placeholder:"FILE"`
	Check      bool              `help:"Probe every promise, then exit."`
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
	template, err := awsuri.TemplateFile(e, c.Template, stateDir)
	if err != nil {
		return err
	}
	c.Template = template
	var l *local.Local
	i := c.inspect(&l)
	options, stop, err := c.options(e)
	if err != nil {
		return err
	}
	defer stop()
	logRequest := options.OnRequest
	options.OnRequest = func(t edge.Trace) {
		i.Add(t)
		if logRequest != nil {
			logRequest(t)
		}
	}
	l, err = local.Start(e, local.Options{
		Template: c.Template, Values: c.Value, Bucket: c.directory(), Ring: c.Ring,
		HTTPS: c.HTTPS, HTTP: c.HTTP, S3: c.S3,
		State: stateDir, Document: c.Deployment, Assembly: "cdk.out", Aside: c.Check,
		Progress:  e.note,
		Step:      func(what string) func() { return e.stderr.Step(e.err, what) },
		OnRefusal: func(r edge.Refusal) { c.refused(e, r) },
		Edge:      options,
	})
	if err != nil {
		return err
	}
	defer l.Close()
	if c.Check {
		tmpl, err := l.Infrastructure()
		if err != nil {
			return err
		}
		return runCheck(e, probe.Options{
			Deployment: l.Deployment(),
			Openers:    awsuri.Openers(l.Deployment().Resolve(".")),
			Objects:    append(l.Objects(deployment.Signed), l.Objects(deployment.Public)...),
			Template:   tmpl,
		})
	}
	page, server, err := serveInspector(c.Inspector, i)
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

// refused is the line about a refused request; while checking, refusals are
// what is asked for.
func (c upCommand) refused(e *env, r edge.Refusal) {
	if c.Check {
		return
	}
	e.note("%d %s %s: %s: %s", r.Status, r.Method, r.URL, r.Reason, r.Why)
}

// tell prints what runs where and what to try.
func (c upCommand) tell(e *env, l *local.Local, inspector string) error {
	example, err := l.Example(e, awsuri.Openers(l.Deployment().Resolve(".")))
	if err != nil {
		e.note("No example URL: %v", err)
		if c.Template == "" {
			e.note("For a key ring of this machine alone: privatecdn up --ring %s/ring", stateDir)
		}
	}
	d := l.Deployment()
	running := struct {
		Endpoint   string            `json:"endpoint"`
		HTTP       string            `json:"http"`
		Bucket     string            `json:"bucket"`
		Deployment string            `json:"deployment"`
		CA         string            `json:"ca"`
		Inspector  string            `json:"inspector"`
		Plain      string            `json:"plain,omitempty"`  // refused
		Signed     string            `json:"signed,omitempty"` // opens
		Cookies    map[string]string `json:"cookies,omitempty"`
	}{Endpoint: d.Endpoint, HTTP: l.HTTP(), Bucket: d.Bucket.Endpoint, Deployment: c.Deployment, CA: d.Resolve(d.CA), Inspector: inspector}
	if example != nil {
		running.Plain, running.Signed, running.Cookies = example.Plain, example.Signed, cookieValues(example.Cookies)
	}
	return e.print(running, func(w io.Writer) {
		fmt.Fprintf(w, "The CloudFront distribution of %s is at %s, and over HTTP at %s.\n", d.Stack, d.Endpoint, l.HTTP())
		fmt.Fprintf(w, "Its bucket is %s, which refuses direct requests at %s.\n", strings.Join(c.Bucket, ", "), d.Bucket.Endpoint)
		fmt.Fprintf(w, "The signer reads %s.\n", c.Deployment)
		for _, page := range l.Objects(deployment.Public) {
			if path.Ext(page) == ".html" {
				fmt.Fprintf(w, "A browser that trusts %s shows %s.\n", running.CA, d.Endpoint+page)
				break
			}
		}
		fmt.Fprintf(w, "Watch what the edge decides, and why, at %s.\n", inspector)
		if example != nil {
			try(w, running.CA, example)
		}
		fmt.Fprintln(w, "\nPress Ctrl-C to stop. Refused requests are listed below.")
	})
}

// try prints commands that show what a signature does.
func try(w io.Writer, ca string, x *local.Example) {
	curl := "curl --cacert " + quoteIfNeeded(ca)
	file := filepath.Base(x.Plain)
	fmt.Fprintf(w, "\nRefused, because it is not signed:\n\n  %s %s\n", curl, quote(x.Plain))
	fmt.Fprintf(w, "\nOpens until %s:\n\n  %s -o %s %s\n", x.Until.Format(time.TimeOnly), curl, quoteIfNeeded(file), quote(x.Signed))
	fmt.Fprintf(w, "\nSigned cookies for %s work too:\n\n  %s -o %s %s %s\n", x.Pattern, curl, quoteIfNeeded(file), curlCookies(x.Cookies), quote(x.Plain))
}
