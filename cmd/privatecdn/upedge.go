package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
)

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

// defaultBucket is the default of --bucket.
const defaultBucket = "examples/content"

// directory returns the directory that is every other bucket, "" if there is
// none: content that the template uploads needs none.
func (f *edgeFlags) directory() string {
	dir := ""
	for _, b := range f.Bucket {
		if !strings.Contains(b, "s3://") && !strings.Contains(b, "=") {
			dir = b
		}
	}
	if _, err := os.Stat(dir); dir == defaultBucket && errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return dir
}

// options returns what the flags say, and what to close at the end.
func (f *edgeFlags) options(e *env, onRequest func(edge.Trace)) (o edge.Options, stop func(), err error) {
	o = edge.Options{
		Bucket: f.directory(), Buckets: map[string]fs.FS{}, Endpoints: map[string]edge.Endpoint{},
		Origins: map[string]http.RoundTripper{}, KeyValueStores: f.KVS, ViewerCountry: f.Country,
		NoWatch: f.NoWatch, StubLambdaEdge: f.StubLambdaEdge, OnRequest: onRequest,
	}
	for _, b := range f.Bucket {
		if err := addBucket(e, &o, b); err != nil {
			return o, nil, err
		}
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

func addBucket(e *env, o *edge.Options, value string) error {
	name, source, found := strings.Cut(value, "=")
	if !found {
		name, source = "", value
	}
	if bucket, isS3 := strings.CutPrefix(source, "s3://"); isS3 {
		endpoint, err := s3Endpoint(e, bucket)
		o.Endpoints[name] = endpoint
		return err
	}
	if name == "" {
		return nil // a directory that is watched, see edgeFlags.directory
	}
	content, err := edge.Directory(source)
	if err != nil {
		return fault.New(fmt.Errorf("--bucket %s: %w", value, err),
			"--bucket NAME=DIR names a directory whose files are the objects")
	}
	o.Buckets[name] = content
	return nil
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
