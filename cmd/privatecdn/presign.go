package main

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/presign"
)

type presignCommand struct {
	Object string       `arg:"" help:"s3://BUCKET/KEY"`
	For    cli.Lifetime `help:"Lifetime of the URL, from the start of its window." required:"" placeholder:"D"`
	Window cli.Duration `help:"${window}" required:"" placeholder:"D"`
	Host   string       `help:"${host}" placeholder:"HOST"`
	Method string       `help:"GET or HEAD." enum:"GET,HEAD" default:"GET"`
	Region string       `help:"${region}" placeholder:"REGION"`
	Cache  cli.Duration `help:"The longest time that the cache stores an object, without a deployment." placeholder:"D"`

	Download       string   `help:"Name under which a browser saves the object." placeholder:"NAME"`
	VersionID      string   `help:"Version of the object; the current one by default." placeholder:"ID"`
	ResponseHeader []string `help:"${response}" sep:"none" placeholder:"'NAME: VALUE'"`
	deploymentFlag
}

func (c presignCommand) Run(e *env) error {
	bucket, key, ok := strings.Cut(strings.TrimPrefix(c.Object, "s3://"), "/")
	if !ok || bucket == "" || key == "" || !strings.HasPrefix(c.Object, "s3://") {
		return fault.Of(fault.Quote(c.Object)+" is not a valid object", "give s3://BUCKET/KEY")
	}
	if strings.Contains(key, "?versionId=") || strings.Contains(key, "?response-") {
		return fault.Of("the key "+fault.Quote(key)+" contains a query",
			"give --version-id, --download or --response-header")
	}
	request := presign.Request{
		Method: c.Method, Key: key, VersionID: c.VersionID, Download: c.Download, Response: http.Header{},
	}
	for _, header := range c.ResponseHeader {
		name, value, _ := strings.Cut(header, ":")
		request.Response.Add(name, strings.TrimSpace(value))
	}
	p, err := c.presigner(e, bucket)
	if err != nil {
		return err
	}
	url, err := p.Presign(e, request)
	if err != nil {
		return err
	}
	e.note("The URL expires at %s.", url.Until.Format(time.RFC3339))
	if c.Deployment != "" || c.Cache != 0 {
		e.note("Caches can serve it until %s.", url.Exposed.Format(time.RFC3339))
	}
	result := object{"url": url.URL, "signed": url.Signed, "until": url.Until, "exposed": url.Exposed}
	return e.print(result, url.URL)
}

func (c presignCommand) presigner(e *env, bucket string) (*presign.Presigner, error) {
	config := presign.Config{
		Bucket: bucket, Region: c.Region, Host: c.Host,
		Lifetime: c.For.Std(), Window: c.Window.Std(), CacheTTL: c.Cache.Std(),
	}
	own := true // whether the region of the AWS settings may be the bucket's
	if c.Deployment != "" {
		d, err := c.Deployment.Load(e)
		if err != nil {
			return nil, err
		}
		config.Deployment = d
		var known deployment.Bucket
		if known, own = d.BucketNamed(bucket); own {
			config.Region = cmp.Or(c.Region, known.Region)
		}
	}
	settings, err := awsuri.AWS(e, config.Region)
	if err != nil {
		return nil, err
	}
	if config.Credentials = settings.Credentials; own {
		config.Region = settings.Region
	}
	return presign.New(config)
}
