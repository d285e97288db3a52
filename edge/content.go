package edge

import (
	"archive/zip"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"example.com/privatecdn/edge/internal/origin"
	"example.com/privatecdn/edge/internal/s3"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/infra"
)

// bucket is a bucket of the template with its content.
type bucket struct {
	*infra.Bucket
	server *s3.Server
}

// newBuckets returns the buckets of a template, and those it only names, by
// name.
func (e *Edge) newBuckets(tmpl *infra.Template) (map[string]bucket, error) {
	isOrigin := map[*infra.Bucket]bool{}
	for _, d := range tmpl.Distributions {
		for _, o := range d.Origins {
			isOrigin[o.Bucket] = true
		}
	}
	all := map[string]bucket{}
	for _, b := range tmpl.Buckets {
		server, err := e.newBucket(b, isOrigin[b])
		if err != nil {
			return nil, err
		}
		all[b.Name] = bucket{b, server}
	}
	return all, nil
}

func (e *Edge) newBucket(b *infra.Bucket, isOrigin bool) (*s3.Server, error) {
	if at, found := named(e.options.Endpoints, b, isOrigin); found {
		return s3.NewRemote(b, e.options.Clock, s3.Endpoint(at))
	}
	content, _ := named(e.options.Buckets, b, isOrigin)
	if content == nil && (!isOrigin || len(b.Uploads) > 0) {
		content = noFiles // in a bucket for logs, and in one that the template fills
	}
	if content == nil {
		return nil, &Error{Kind: ErrNoContent, Where: b.LogicalID, What: "no content for the bucket " + b.Name,
			Remedy: "give a Bucket directory, or name the bucket in Buckets or Endpoints"}
	}
	all := []s3.Content{{Files: content}}
	for _, u := range b.Uploads {
		files, err := openUpload(u.Path)
		if err != nil {
			return nil, err
		}
		all = append(all, s3.Content{Prefix: u.Prefix, Files: files})
	}
	return s3.New(b, e.options.Clock, all...)
}

// named returns what an option gives for a bucket, by its name or logical ID; ""
// is any other origin.
func named[T any](option map[string]T, b *infra.Bucket, isOrigin bool) (value T, found bool) {
	for _, name := range []string{b.Name, b.LogicalID, ""} {
		if v, given := option[name]; given && (name != "" || isOrigin) {
			return v, true
		}
	}
	return value, false
}

var noFiles embed.FS

// Directory returns a directory as content for Options.Buckets: without what
// symbolic links outside of it name, and without private keys.
func Directory(path string) (fs.FS, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return keyless{root.FS()}, nil
}

// openUpload opens a directory or a zip file.
func openUpload(path string) (fs.FS, error) {
	if filepath.Ext(path) != ".zip" {
		return Directory(path)
	}
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return keyless{archive}, nil
}

// OriginAt returns what responds for an origin in Options.Origins: the server at
// a base URL, which gets the path and the headers that the origin would.
func OriginAt(base string) (http.RoundTripper, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, &Error{What: "the origin URL " + fault.Quote(base) + " is not valid",
			Remedy: "give an http or https URL with a host"}
	}
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		out := r.Clone(r.Context())
		out.URL.Scheme, out.URL.Host = u.Scheme, u.Host
		setRawPath(out.URL, strings.TrimSuffix(u.EscapedPath(), "/")+r.URL.EscapedPath())
		return transport.RoundTrip(out)
	}), nil
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// contentOrigin is an origin, or the first of an origin group, with what
// responds for it.
type contentOrigin struct {
	*infra.Origin
	http.RoundTripper
	key  string         // its part of a cache key
	host string         // its Host header where a function says so, ""
	next *contentOrigin // the second of an origin group, nil
}

func (e *Edge) newContentOrigin(c *config, d *infra.Distribution, o *infra.Origin) *contentOrigin {
	content := &contentOrigin{Origin: o, RoundTripper: e.originOf(c, d, o), key: o.ID + " " + o.DomainName + o.Path}
	if o.Failover != nil {
		content.next = e.newContentOrigin(c, d, o.Failover.Origin)
	}
	return content
}

// originOf returns what responds for an origin of a distribution.
func (e *Edge) originOf(c *config, d *infra.Distribution, o *infra.Origin) http.RoundTripper {
	for _, name := range []string{o.ID, o.DomainName} {
		if rt := e.options.Origins[name]; rt != nil {
			return rt
		}
	}
	if o.Bucket == nil {
		return origin.NewHTTP(o)
	}
	server, viewer := c.buckets[o.Bucket.Name].server, principal(d, o)
	if o.Website != nil {
		return s3.Website{Server: server, Website: *o.Website}
	}
	yields := o.OAC != nil && o.OAC.Behavior == "no-override" // to a viewer's own Authorization header
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if viewer.Anonymous() || yields && r.Header.Get("Authorization") != "" {
			return server.RoundTrip(r)
		}
		return server.RoundTrip(r.WithContext(s3.WithPrincipal(r.Context(), viewer)))
	})
}

// principal returns whom the origin's bucket sees: CloudFront's identity, or
// nobody.
func principal(d *infra.Distribution, o *infra.Origin) s3.Principal {
	switch {
	case o.OAC != nil && o.OAC.Behavior != "never":
		return s3.OAC(d.ARN)
	case o.OAI != nil:
		return s3.OAI(o.OAI.ID, o.OAI.CanonicalUserID)
	default:
		return s3.Principal{}
	}
}

// bucketFor returns the bucket a request addresses at S3 itself, by virtual host
// or by path, nil if there is none.
func (c *config) bucketFor(host, path string) http.Handler {
	at, isS3 := awsname.ParseS3Host(host)
	if name, found := strings.CutSuffix("."+host, ".s3.localhost"); found {
		at, isS3 = awsname.S3Host{Service: awsname.S3, Bucket: strings.TrimPrefix(name, ".")}, true
	}
	if !isS3 || at.Service != awsname.S3 {
		return nil
	}
	if at.Bucket == "" {
		at.Bucket, _, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	}
	b, found := c.buckets[at.Bucket]
	if !found || at.Region != "" && at.Region != b.Region {
		return nil
	}
	return b.server
}
