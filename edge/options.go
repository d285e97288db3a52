package edge

import (
	"cmp"
	"crypto"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/privatecdn/edge/internal/s3"
)

// Options says what an Edge serves and how. One of Template and Text is needed,
// everything else has a default.
type Options struct {
	// Template is the path of a synthesized CloudFormation template or of a
	// cloud assembly's directory. It is read again when it changes.
	Template string
	// Text is a template in JSON or YAML, in place of Template.
	Text []byte
	// Values gives what the template leaves open: a parameter by its name, an
	// import by its export name.
	Values map[string]string

	// StubLambdaEdge leaves Lambda@Edge functions out, each with a [Note].
	// Without it a template that has one is refused.
	StubLambdaEdge bool

	// Bucket is a directory that is the content of every bucket which Buckets
	// does not name. A file that changes in it is invalidated in the cache.
	Bucket string
	// Buckets is content by bucket name or logical ID; "" is any other bucket.
	Buckets map[string]fs.FS
	// Endpoints are buckets on servers that speak S3, by bucket name or logical
	// ID; "" is any other origin. Who may read is decided here, by the template's bucket policy.
	Endpoints map[string]Endpoint
	// Origins responds for origins by their ID or domain name, in place of the bucket
	// or HTTP origin the template describes.
	Origins map[string]http.RoundTripper
	// KeyValueStores seeds key value stores, by name or logical ID, from JSON
	// files in the format of a store's import source.
	KeyValueStores map[string]string
	// TrustedKeys are trusted by every trusted key group of the template, beside
	// its own: *rsa.PublicKey or *ecdsa.PublicKey.
	TrustedKeys []crypto.PublicKey

	// NoWatch leaves Template and Bucket unwatched: what changes is served when
	// Reload is called, and when objects in the cache expire.
	NoWatch bool
	// HTTPSPort is the port at which this edge serves HTTPS. A viewer who sends
	// a host with a port is redirected to it; 0 leaves the host as it was sent,
	// as CloudFront does.
	HTTPSPort int
	// CacheSize bounds the cache in bytes, 64 MiB by default. An object larger
	// than an eighth of it is streamed and never stored.
	CacheSize int64
	// VerifyAnew verifies the signature of each request anew. Otherwise each
	// behavior remembers the last 16,384 verified signatures: that bytes are
	// signed by a key, never that a time, an address or a resource was right.
	VerifyAnew bool
	// ForwardedFor takes the viewer's address from the first entry of
	// X-Forwarded-For, for an edge behind a proxy.
	ForwardedFor bool
	// ViewerCountry is where viewers are unless a request says otherwise with
	// CloudFront-Viewer-Country; "US" by default, "-" if it is unknown.
	ViewerCountry string
	// StrictViewer ignores CloudFront-* headers a viewer sends, as CloudFront
	// does. Otherwise they replace what CloudFront finds out itself, so that a
	// test can be anywhere, on any device.
	StrictViewer bool

	// Clock returns the time, time.Now by default.
	Clock func() time.Time
	// Log receives a line for each refusal and each reload. None by default.
	Log *slog.Logger
	// OnRefusal is called with every refusal, before it is sent.
	OnRefusal func(Refusal)
	// OnRequest is called with every viewer request, after the response.
	OnRequest func(Trace)
	// OnReload is called after each change of the template, with the error
	// that keeps it from being served.
	OnReload func(error)
	// HideReasons leaves the X-Privatecdn-* headers, which CloudFront does not
	// send, out of refusals.
	HideReasons bool
}

// Endpoint is a bucket on a server that speaks S3, and the credentials to read
// it with.
type Endpoint struct {
	URL         string // http://127.0.0.1:9000
	Bucket      string // its name there
	Region      string // us-east-1 when empty
	Credentials aws.CredentialsProvider
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	o.CacheSize = cmp.Or(o.CacheSize, 64<<20)
	o.ViewerCountry = cmp.Or(o.ViewerCountry, "US")
	return o
}

// Credentials are an access key of a bucket's owner.
type Credentials struct {
	AccessKeyID, SecretAccessKey string
}

// LocalCredentials are the access key that every example in AWS's documentation
// uses. A local bucket accepts it, so that presigned URLs can be tried without
// an account; it opens nothing anywhere else.
var LocalCredentials = Credentials{s3.LocalCredentials.AccessKeyID, s3.LocalCredentials.SecretAccessKey}
