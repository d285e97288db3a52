package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/inspector"
	"example.com/privatecdn/cmd/privatecdn/internal/local"
	"example.com/privatecdn/cmd/privatecdn/internal/probe"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
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
		template, err := l.Template()
		if err != nil {
			return err
		}
		return runCheck(e, probe.Options{
			Deployment: l.Deployment(), Openers: awsuri.Openers, Template: template,
			Objects: append(l.Objects(deployment.Signed), l.Objects(deployment.Public)...),
		})
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
	if e.json {
		return e.printJSON(running)
	}
	w := e.out
	fmt.Fprintf(w, "The CloudFront distribution of %s is at %s, and over HTTP at %s.\n", d.Stack, d.Endpoint, l.HTTP())
	fmt.Fprintf(w, "Its bucket is %s, which refuses direct requests at %s.\n",
		strings.Join(c.Bucket, ", "), d.Bucket.Endpoint)
	fmt.Fprintf(w, "The signer reads %s.\n", c.Deployment)
	public := l.Objects(deployment.Public)
	if i := slices.IndexFunc(public, func(p string) bool { return path.Ext(p) == ".html" }); i >= 0 {
		fmt.Fprintf(w, "A browser that trusts %s shows %s.\n", ca, d.Endpoint+public[i])
	}
	fmt.Fprintf(w, "Watch what the edge decides, and why, at %s.\n", inspector)
	if example != nil {
		try(w, ca, example)
	}
	fmt.Fprintln(w, "\nPress Ctrl-C to stop. Refused requests are listed below.")
	return nil
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

// edgeFlags say what the local edge serves and how, beside the template.
type edgeFlags struct {
	Bucket []string `help:"${bucket}" default:"examples/content" env:"PRIVATECDN_BUCKET" sep:"none" placeholder:"DIR"`

	KVS    map[string]string `help:"Seed a key value store from a JSON file." placeholder:"NAME=FILE" mapsep:"none"`
	Origin map[string]string `help:"${origin}" placeholder:"ID=URL" mapsep:"none"`

	Country        string `help:"The viewers' country, or - if it is unknown." default:"US" placeholder:"CODE"`
	AccessLog      string `help:"${log}" placeholder:"FILE"`
	StubLambdaEdge bool   `help:"Leave out Lambda@Edge functions, with a note for each."`
	NoWatch        bool   `help:"${watch}"`
}

const defaultBucket = "examples/content" // of --bucket

// options returns what the flags say, and what to close at the end.
func (f *edgeFlags) options(e *env, onRequest func(edge.Trace)) (o edge.Options, stop func(), err error) {
	o = edge.Options{
		Buckets: map[string]fs.FS{}, Endpoints: map[string]edge.Endpoint{}, Origins: map[string]http.RoundTripper{},
		KeyValueStores: f.KVS, ViewerCountry: f.Country,
		NoWatch: f.NoWatch, StubLambdaEdge: f.StubLambdaEdge, OnRequest: onRequest,
	}
	for _, b := range f.Bucket {
		if err := addBucket(e, &o, b); err != nil {
			return o, nil, err
		}
	}
	if _, err := os.Stat(o.Bucket); o.Bucket == defaultBucket && errors.Is(err, fs.ErrNotExist) {
		o.Bucket = "" // content that the template uploads needs none
	}
	for id, url := range f.Origin {
		if o.Origins[id], err = edge.OriginAt(url); err != nil {
			return o, nil, err
		}
	}
	if f.AccessLog == "" {
		return o, func() {}, nil
	}
	file, err := os.OpenFile(f.AccessLog, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return o, nil, err
	}
	write := edge.AccessLog(file, func(err error) { e.note("--access-log: %v", err) })
	o.OnRequest = func(t edge.Trace) {
		onRequest(t)
		write(t)
	}
	return o, func() { file.Close() }, nil
}

// addBucket adds what a --bucket names; a directory alone, the last of them, is
// every other bucket.
func addBucket(e *env, o *edge.Options, value string) (err error) {
	name, source, named := strings.Cut(value, "=")
	if !named {
		name, source = "", value
	}
	bucket, isS3 := strings.CutPrefix(source, "s3://")
	switch {
	case isS3:
		o.Endpoints[name], err = s3Endpoint(e, bucket)
	case name == "":
		o.Bucket = source
	default:
		if o.Buckets[name], err = edge.Directory(source); err != nil {
			err = fault.New(fmt.Errorf("--bucket %s: %w", value, err),
				"--bucket NAME=DIR names a directory whose files are the objects")
		}
	}
	return err
}

// s3Endpoint returns a bucket in S3, or on the server that AWS_ENDPOINT_URL_S3
// names, with the environment's credentials.
func s3Endpoint(e *env, bucket string) (edge.Endpoint, error) {
	if !awsname.IsBucket(bucket) {
		return edge.Endpoint{}, fault.Of(fault.Quote(bucket)+" is not a valid bucket name",
			"--bucket s3://NAME names a bucket")
	}
	c, err := config.LoadDefaultConfig(e)
	if err != nil {
		return edge.Endpoint{}, err
	}
	region := cmp.Or(c.Region, "us-east-1")
	url := cmp.Or(os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"),
		"https://s3."+region+"."+awsname.PartitionFor(region).DNSSuffix)
	return edge.Endpoint{URL: url, Bucket: bucket, Region: region, Credentials: c.Credentials}, nil
}
