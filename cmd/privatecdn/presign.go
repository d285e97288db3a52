package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/signer/presign"
)

type presignCommand struct {
	Object string       `arg:"" help:"s3://BUCKET/KEY"`
	For    cli.Duration `help:"How long the URL lives, from the start of its window." required:"" placeholder:"D"`
	Window cli.Duration `help:"All who ask within a window get the same URL; it lives at least --for less this." required:"" placeholder:"D"`
	Host   string       `help:"The distribution's host; the deployment's first, or the bucket's own, by default." placeholder:"HOST"`
	Method string       `help:"GET or HEAD." enum:"GET,HEAD" default:"GET"`
	Region string       `help:"The bucket's region; the deployment's, or that of your AWS settings, by default." placeholder:"REGION"`
	Cache  cli.Duration `help:"The longest the cache keeps an object, where no deployment says so." placeholder:"D"`
	deploymentFlag
}

func (c presignCommand) Run(e *env) error {
	bucket, key, ok := strings.Cut(strings.TrimPrefix(c.Object, "s3://"), "/")
	if !ok || bucket == "" || key == "" || !strings.HasPrefix(c.Object, "s3://") {
		return cli.Hint(fmt.Errorf("%q names no object", c.Object), "s3://BUCKET/KEY")
	}
	config := presign.Config{
		Bucket: bucket, Region: c.Region, Host: c.Host,
		Lifetime: c.For.Std(), Window: c.Window.Std(), CacheTTL: c.Cache.Std(),
	}
	if c.Deployment != "" {
		d, err := c.load(e)
		if err != nil {
			return err
		}
		config.Deployment, config.Region = d, cmp.Or(c.Region, d.Bucket.Region)
	}
	settings, err := awsuri.AWS(e, config.Region)
	if err != nil {
		return err
	}
	config.Region, config.Credentials = settings.Region, settings.Credentials
	p, err := presign.New(config)
	if err != nil {
		return err
	}
	url, err := p.URL(e, c.Method, key)
	if err != nil {
		return err
	}
	e.note("It opens the object until %s.", url.Until.Format(time.RFC3339))
	if c.Deployment != "" || c.Cache != 0 {
		e.note("Caches let go of it by %s.", url.Exposed.Format(time.RFC3339))
	}
	result := struct {
		URL     string    `json:"url"`
		Signed  time.Time `json:"signed"`
		Until   time.Time `json:"until"`
		Exposed time.Time `json:"exposed"`
	}{url.URL, url.Signed, url.Until, url.Exposed}
	return e.print(result, func(w io.Writer) { fmt.Fprintln(w, url.URL) })
}
