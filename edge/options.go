package edge

import (
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"example.com/privatecdn/internal/infra"
)

// Options says what an Edge serves and how. One of Template and Infrastructure
// is needed, everything else has a default.
type Options struct {
	// Template is a synthesized CloudFormation template, or the directory of a
	// cloud assembly. It is read again when it changes.
	Template string
	// Values gives what the template leaves open: a parameter by its name, an
	// import by its export name.
	Values map[string]string
	// Infrastructure is what a template describes, already read.
	Infrastructure *infra.Infrastructure

	// Bucket is a directory that is the content of every bucket which Buckets
	// does not name. A file that changes in it is invalidated in the cache.
	Bucket string
	// Buckets is content by bucket name or logical ID; "" is any other bucket.
	Buckets map[string]fs.FS
	// Endpoints are buckets on servers that speak S3, by bucket name or logical
	// ID. Who may read is decided here, by the template's bucket policy.
	Endpoints map[string]Endpoint
	// HTTPSPort is the port at which this edge answers HTTPS. A viewer who asks
	// a host and port is redirected to it; 0 leaves the host as it was sent, as
	// CloudFront does.
	HTTPSPort int
	// Origins answers for origins by their domain name, in place of the bucket
	// or HTTP origin the template describes.
	Origins map[string]http.RoundTripper
	// KeyValueStores seeds key value stores, by name or logical ID, from JSON
	// files in the format of a store's import source.
	KeyValueStores map[string]string

	// Clock tells the time, time.Now by default.
	Clock func() time.Time
	// Log gets a line for each refusal and each reload. None by default.
	Log *slog.Logger
	// OnRefusal is called with every refusal, before it is sent.
	OnRefusal func(Refusal)
	// OnReload is called after each change of the template, with the error
	// that keeps it from being served.
	OnReload func(error)
	// HideReasons leaves the X-Privatecdn-* headers out of refusals, which
	// CloudFront does not send.
	HideReasons bool

	// CacheSize bounds the cache in bytes, 64 MiB by default. An object larger
	// than an eighth of it is streamed and never held.
	CacheSize int64
	// Signatures is how many verified signatures each behavior remembers, 16,384
	// by default; a negative number verifies each anew. What is remembered is
	// that bytes are signed by a key, never that a time, an address or a
	// resource was right.
	Signatures int
	// ForwardedFor takes the viewer's address from the first entry of
	// X-Forwarded-For, for an edge behind a proxy.
	ForwardedFor bool
	// ViewerCountry is where viewers are unless a request says otherwise with
	// CloudFront-Viewer-Country; "US" by default.
	ViewerCountry string
	// StrictViewer ignores CloudFront-* headers a viewer sends, as CloudFront
	// does. Otherwise they stand in for what CloudFront finds out itself, so
	// that a test can be anywhere, on any device.
	StrictViewer bool
	// PreflightToOrigin sends CORS preflight requests to the origin. Otherwise
	// a response headers policy with a CORS part answers them itself. Which of
	// the two CloudFront does is not verified.
	PreflightToOrigin bool
}

// Endpoint is a bucket on a server that speaks S3, and the access key to read
// it with.
type Endpoint struct {
	URL             string // http://127.0.0.1:9000
	Bucket          string // its name there
	Region          string // us-east-1 when empty
	AccessKeyID     string
	SecretAccessKey string
}

// The defaults of Options.
const (
	DefaultCacheSize     = 64 << 20
	DefaultSignatures    = 16 << 10
	DefaultViewerCountry = "US"
)

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.CacheSize == 0 {
		o.CacheSize = DefaultCacheSize
	}
	if o.Signatures == 0 {
		o.Signatures = DefaultSignatures
	}
	if o.ViewerCountry == "" {
		o.ViewerCountry = DefaultViewerCountry
	}
	return o
}
