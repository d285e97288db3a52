package edge

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"example.com/privatecdn/edge/internal/cache"
	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// Edge answers as CloudFront for the distributions of a template. It is an
// http.Handler, safe for concurrent use; a request that came over TLS is an
// HTTPS request.
type Edge struct {
	options   Options
	root      *os.Root // of Options.Bucket
	config    atomic.Pointer[config]
	cache     *cache.Cache
	via       string
	viaHeader []string
	stop      func()
}

// New reads the template and opens the content. It fails with the template's
// own error, ErrNoDistribution, ErrNoContent, or an *fs.PathError for a
// directory that is not there.
func New(o Options) (*Edge, error) {
	o = o.withDefaults()
	e := &Edge{options: o, cache: cache.New(o.CacheSize), via: newVia(), stop: func() {}}
	e.viaHeader = []string{e.via}
	if o.Bucket != "" {
		root, err := os.OpenRoot(o.Bucket)
		if err != nil {
			return nil, fmt.Errorf("bucket directory: %w", err)
		}
		e.root = root
	}
	tmpl, err := e.readTemplate()
	if err == nil {
		err = e.load(tmpl)
	}
	if err == nil {
		err = e.watch()
	}
	if err != nil {
		_ = e.Close()
		return nil, err
	}
	return e, nil
}

// Close ends the watching of template and bucket. Requests under way go on.
func (e *Edge) Close() error {
	e.stop()
	if e.root != nil {
		return e.root.Close()
	}
	return nil
}

func (e *Edge) readTemplate() (*infra.Infrastructure, error) {
	if e.options.Infrastructure != nil {
		return e.options.Infrastructure, nil
	}
	if e.options.Template == "" {
		return nil, errors.New("edge: Options need a Template")
	}
	return infra.ReadFile(e.options.Template, infra.Options{Options: cloudformation.Options{Values: e.options.Values}})
}

// load makes infra what the edge serves, unless it cannot be served.
func (e *Edge) load(tmpl *infra.Infrastructure) error {
	w, err := e.newConfig(tmpl)
	if err != nil {
		return err
	}
	e.config.Store(w)
	return nil
}

// Reload reads the template again. On an error the edge goes on serving what
// it served before. An edge watches its template and does this by itself.
func (e *Edge) Reload() error {
	tmpl, err := e.readTemplate()
	if err != nil {
		return err
	}
	return e.load(tmpl)
}

// Infrastructure returns what the edge is serving now.
func (e *Edge) Infrastructure() *infra.Infrastructure { return e.config.Load().infrastructure }

// Bucket returns a bucket as S3 shows it to the world, by name or logical ID,
// nil when there is none.
func (e *Edge) Bucket(name string) http.Handler {
	w := e.config.Load()
	for _, b := range w.infrastructure.Buckets {
		if b.Name == name || b.LogicalID == name {
			return w.buckets[b.Name+".s3.localhost"]
		}
	}
	return nil
}

// Invalidate removes from the cache of every distribution the objects whose
// paths match one of the invalidation paths, and returns how many. A final *
// stands for any characters. A path without a query does not match an object
// that is cached by its query: name the query or end in *.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
func (e *Edge) Invalidate(patterns ...string) int {
	return e.cache.Invalidate(func(entry *cache.Entry) bool {
		for _, p := range patterns {
			if matchInvalidation(p, entry.Path) {
				return true
			}
		}
		return false
	})
}

// ServeHTTP implements http.Handler.
func (e *Edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := e.config.Load()
	q := e.newRequest(w, r)
	if q.invalid == nil {
		host := hostname(r.Host)
		if bucket := c.bucketFor(host, q.target.path); bucket != nil {
			bucket.ServeHTTP(w, r)
			return
		}
		q.dist = c.distributionFor(host)
	}
	q.finish(q.answer()).write(r.Context(), w, r.Method == http.MethodHead)
}

// httpsHost is the host a viewer is redirected to. One who asks the standard
// port is sent to the standard port.
func (e *Edge) httpsHost(host string) string {
	name, _, err := net.SplitHostPort(host)
	if e.options.HTTPSPort == 0 || err != nil {
		return host
	}
	return net.JoinHostPort(name, strconv.Itoa(e.options.HTTPSPort))
}

func newVia() string {
	var id [16]byte
	for i := range id {
		id[i] = byte(rand.Uint32())
	}
	return "1.1 " + hex.EncodeToString(id[:]) + ".cloudfront.net (CloudFront)"
}

// matchInvalidation compares a path, with its query where that is in the cache
// key, with an invalidation path, in which only a final * is a wildcard.
func matchInvalidation(pattern, path string) bool {
	pattern, query, hasQuery := strings.Cut(pattern, "?")
	pattern = pathpattern.Normalize(pattern)
	if hasQuery {
		pattern += "?" + query
	}
	if prefix, wild := strings.CutSuffix(pattern, "*"); wild {
		return strings.HasPrefix(path, prefix)
	}
	return pattern == path
}
