package edge

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"example.com/privatecdn/edge/internal/origin"
	"example.com/privatecdn/edge/internal/s3"
	"example.com/privatecdn/internal/infra"
)

// ErrNoContent says that no content was given for a bucket.
var ErrNoContent = errors.New("no content for the bucket")

// origins are what answers for the origins of one config.
type origins struct {
	edge    *Edge
	buckets map[*infra.Bucket]*s3.Server
	distOf  map[*infra.Origin]*infra.Distribution
}

func (e *Edge) newOrigins(w *config) (*origins, error) {
	o := &origins{edge: e, buckets: map[*infra.Bucket]*s3.Server{}, distOf: map[*infra.Origin]*infra.Distribution{}}
	for _, d := range w.infrastructure.Distributions {
		for _, b := range d.Behaviors {
			o.distOf[b.Origin] = d
			if bucket := b.Origin.Bucket; bucket != nil && o.buckets[bucket] == nil {
				if err := o.serve(w, bucket, true); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, bucket := range w.infrastructure.Buckets {
		if o.buckets[bucket] == nil {
			if err := o.serve(w, bucket, false); err != nil {
				return nil, err
			}
		}
	}
	return o, nil
}

// serve makes a bucket answer, to origins and at its own addresses. A bucket
// no origin reads from, such as one for logs, is empty unless named.
func (o *origins) serve(w *config, b *infra.Bucket, asked bool) error {
	server, err := o.edge.newBucket(b, asked)
	if err != nil {
		return err
	}
	o.buckets[b] = server
	zones := []string{"s3." + b.Region + ".amazonaws.com", "s3.amazonaws.com", "s3.localhost"}
	if zone, found := strings.CutPrefix(b.RegionalDomain, b.Name+"."); found {
		zones = append(zones, zone)
	}
	for _, zone := range zones {
		zone = strings.ToLower(zone)
		if w.pathStyle[zone] == nil {
			w.pathStyle[zone] = map[string]http.Handler{}
		}
		name := strings.ToLower(b.Name)
		w.pathStyle[zone][name] = server
		w.buckets[name+"."+zone] = server
	}
	return nil
}

func (e *Edge) newBucket(b *infra.Bucket, asked bool) (*s3.Server, error) {
	clock := s3.WithClock(e.options.Clock)
	for _, name := range []string{b.Name, b.LogicalID} {
		at, found := e.options.Endpoints[name]
		if !found {
			continue
		}
		remote, err := origin.NewEndpoint(origin.EndpointOptions{URL: at.URL, Bucket: at.Bucket, Region: at.Region,
			Credentials: credentials.NewStaticCredentialsProvider(at.AccessKeyID, at.SecretAccessKey, "")})
		if err != nil {
			return nil, err
		}
		return s3.NewRemote(b, remote, clock)
	}
	content := e.contentOf(b, asked)
	if content == nil {
		return nil, fmt.Errorf("bucket %s (%s): %w: name it in Buckets or give a Bucket directory", b.LogicalID, b.Name, ErrNoContent)
	}
	return s3.New(b, content, clock)
}

// emptyFS holds no file.
type emptyFS struct{}

func (emptyFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (e *Edge) contentOf(b *infra.Bucket, asked bool) fs.FS {
	for _, name := range []string{b.Name, b.LogicalID} {
		if content := e.options.Buckets[name]; content != nil && name != "" {
			return content
		}
	}
	if !asked {
		return emptyFS{}
	}
	if content := e.options.Buckets[""]; content != nil {
		return content
	}
	if e.root != nil {
		return e.root.FS()
	}
	return nil
}

func (o *origins) of(t *infra.Origin) (http.RoundTripper, error) {
	if rt := o.edge.options.Origins[t.DomainName]; rt != nil {
		return rt, nil
	}
	if t.Bucket != nil {
		return asPrincipal{o.buckets[t.Bucket], o.principal(t), t.OAC != nil && t.OAC.Behavior == "no-override"}, nil
	}
	return origin.NewHTTP(t), nil
}

// principal is who the origin's bucket sees: CloudFront's identity, or nobody.
func (o *origins) principal(t *infra.Origin) s3.Principal {
	switch {
	case t.OAC != nil && t.OAC.Behavior != "never":
		return s3.OAC(o.distOf[t].ARN)
	case t.OAI != nil:
		return s3.OAI(t.OAI.ID, t.OAI.CanonicalUserID)
	default:
		return s3.Principal{}
	}
}

// asPrincipal makes requests to a bucket in somebody's name.
type asPrincipal struct {
	bucket    http.RoundTripper
	principal s3.Principal
	yields    bool // to a viewer's own Authorization header
}

func (a asPrincipal) RoundTrip(r *http.Request) (*http.Response, error) {
	if a.principal.Anonymous() || a.yields && r.Header.Get("Authorization") != "" {
		return a.bucket.RoundTrip(r)
	}
	return a.bucket.RoundTrip(r.WithContext(s3.WithPrincipal(r.Context(), a.principal)))
}

// bucketFor finds the bucket a request is addressed to at S3 itself, by
// virtual host or by path. Names are compared whole.
func (w *config) bucketFor(host, path string) http.Handler {
	if b := w.buckets[host]; b != nil {
		return b
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return w.pathStyle[host][strings.ToLower(name)]
}
