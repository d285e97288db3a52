package edge

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"example.com/privatecdn/edge/internal/cache"
	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/keys"
)

// Error is a template or content that cannot be served. [errors.Is] tells the
// kinds apart.
type Error = fault.Error

// The kinds of errors of [New] and [Edge.Reload], beside those of the file
// system. What else a template is refused for is an [Error] too.
var (
	ErrNoDistribution = infra.ErrNoDistribution
	ErrNoContent      = errors.New("no content for the bucket")
	ErrUnknownName    = errors.New("the template does not have the name") // of CheckNames
)

// Edge responds as CloudFront for the distributions of a template. It is an
// http.Handler, safe for concurrent use; a request that came over TLS is an
// HTTPS request.
type Edge struct {
	options Options
	trusted []*infra.PublicKey // Options.TrustedKeys
	config  atomic.Pointer[config]
	cache   *cache.Cache
	via     []string
	stop    func()
}

// New reads the template and opens the content. It returns an [*Error], or an
// *fs.PathError for a file or directory that does not exist.
func New(o Options) (*Edge, error) {
	o = o.withDefaults()
	via := fmt.Sprintf("1.1 %016x%016x.cloudfront.net (CloudFront)", rand.Uint64(), rand.Uint64())
	e := &Edge{options: o, cache: cache.New(o.CacheSize), via: []string{via}, stop: func() {}}
	if o.Bucket != "" {
		content, err := Directory(o.Bucket)
		if err != nil {
			return nil, fmt.Errorf("bucket directory: %w", err)
		}
		e.options.Buckets = map[string]fs.FS{}
		maps.Copy(e.options.Buckets, o.Buckets)
		e.options.Buckets[""] = cmp.Or(o.Buckets[""], content)
	}
	for _, k := range o.TrustedKeys {
		public, err := keys.NewPublic(k)
		if err != nil {
			return nil, fmt.Errorf("TrustedKeys: %w", err)
		}
		e.trusted = append(e.trusted, &infra.PublicKey{ID: public.LocalID(), Key: public})
	}
	if err := e.Reload(); err != nil {
		return nil, err
	}
	if err := e.watch(); err != nil {
		return nil, err
	}
	return e, nil
}

// Close ends the watching of template and bucket. Requests under way go on.
func (e *Edge) Close() error {
	e.stop()
	return nil
}

// Reload reads the template again. On an error the edge goes on serving what
// it served before. An edge watches its template and does this by itself.
func (e *Edge) Reload() error {
	o := &e.options
	read := infra.Options{StubLambdaEdge: o.StubLambdaEdge, Options: cloudformation.Options{Values: o.Values}}
	var tmpl *infra.Template
	var err error
	switch {
	case o.Template != "":
		tmpl, err = infra.ReadFile(o.Template, read)
	case o.Text != nil:
		tmpl, err = infra.Read(o.Text, read)
	default:
		err = &Error{What: "the options name no template", Remedy: "set Template to a path or Text to a template's text"}
	}
	if err != nil {
		return err
	}
	c, err := e.newConfig(tmpl)
	if err != nil {
		return err
	}
	e.config.Store(c)
	return nil
}

// Note is a part of the template that changes nothing of what a viewer gets
// from this edge, with why.
type Note struct {
	Stack     string
	LogicalID string // of the resource, or the output's name
	Type      string // resource type, or Output
	Why       string
}

// Notes returns what of the template is left out.
func (e *Edge) Notes() []Note {
	var all []Note
	for _, n := range e.config.Load().template.Notes {
		all = append(all, Note(n))
	}
	return all
}

// Bucket returns a bucket as S3 shows it to the world, by name or logical ID,
// nil if there is none.
func (e *Edge) Bucket(name string) http.Handler {
	for _, b := range e.config.Load().buckets {
		if name != "" && (b.Name == name || b.LogicalID == name) {
			return b.server
		}
	}
	return nil
}

// Invalidate removes from the cache of every distribution the objects whose
// paths match one of the invalidation paths, and returns how many. A final *
// stands for any characters. A path without a query does not match an object
// that is cached by its query: name the query or end in *. #TAG removes the objects
// with a cache tag.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
func (e *Edge) Invalidate(patterns ...string) int {
	return e.cache.Invalidate(func(entry *cache.Entry) bool {
		for _, p := range patterns {
			if tag, found := strings.CutPrefix(p, "#"); found && slices.Contains(entry.Tags, strings.ToLower(tag)) ||
				matchInvalidation(p, entry.Path) {
				return true
			}
		}
		return false
	})
}

// ServeHTTP implements http.Handler.
func (e *Edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	c := e.config.Load()
	q := e.newRequest(w, r)
	if q.invalid == nil {
		host := hostname(r.Host)
		if q.dist = c.named(host); q.dist == nil {
			if bucket := c.bucketFor(host, q.target.path); bucket != nil {
				bucket.ServeHTTP(w, r)
				return
			}
			q.dist = c.unnamed(host)
		}
	}
	response := q.finish(q.answer())
	if e.options.OnRequest != nil {
		counting := &countingWriter{ResponseWriter: w}
		w = counting
		defer q.trace(response, start, counting)
	}
	response.write(r.Context(), w, r.Method == http.MethodHead)
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
