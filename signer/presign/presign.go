// Package presign makes S3 presigned URLs on a distribution's host, rounded so
// that they cache: whoever requests one within a window gets the same URL, and so the
// same object from CloudFront's cache.
//
// S3 checks such a URL, not CloudFront: its behavior has no trusted key group,
// forwards the query string, keeps it in the cache key, and forwards neither
// the viewer's Host nor a signature of its own. Packages constructs/privatecdn
// and deployment call that access "presigned".
//
// With a lifetime L and a window W every URL lives between L−W and L after it
// is handed out. With a cache that keeps objects for C, nothing is served
// later than L+C after the window's start, which is called the exposure: S3
// checks the signature only when the cache requests the object. The classic numbers are
// L 60 min, W 30 min and C 30 min, which exposes an object for 90 min.
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
package presign

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go/encoding/httpbinding"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/awsfault"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/internal/disposition"
)

// MaxLifetime is the longest S3 lets a presigned URL live.
const MaxLifetime = awsname.MaxPresigned

// The kinds of refusal, for errors.Is. What is returned is an *Error.
var (
	ErrBucket       = errors.New("not a valid bucket")
	ErrRegion       = errors.New("not a valid region")
	ErrHost         = errors.New("not a valid host for the URL")
	ErrKey          = errors.New("not a valid object key")
	ErrMethod       = errors.New("only GET and HEAD are presigned")
	ErrLifetime     = errors.New("not a valid lifetime")
	ErrWindow       = errors.New("not a valid window")
	ErrCredentials  = errors.New("AWS credentials expire before the URL does")
	ErrExposure     = errors.New("an object could be served for longer than its exposure allows")
	ErrNotPresigned = errors.New("CloudFront, not S3, checks the path's signature")
	ErrDropped      = errors.New("a parameter would not reach S3")
	ErrDownload     = disposition.ErrName // not a valid name for a download
	ErrResponse     = errors.New("not a response header that S3 lets a request set")
)

// Error is a URL that was not made.
type Error = fault.Error

// refuse returns an Error of a kind: what to do, and what is wrong as a format.
func refuse(kind error, remedy, format string, args ...any) error {
	return &Error{Kind: kind, What: fmt.Sprintf(format, args...), Remedy: remedy}
}

// Request is what a URL opens.
type Request struct {
	Method    string // GET, also when empty, or HEAD
	Key       string // of the object, not encoded
	VersionID string // of the object; the current version when empty

	// Download is the name a browser saves the object under; empty for none.
	Download string

	// Response is the headers that S3 returns in place of the object's own:
	// Cache-Control, Content-Disposition, Content-Encoding, Content-Language,
	// Content-Type and Expires.
	Response http.Header
}

// Presigned is a URL with its times.
type Presigned struct {
	URL     string
	Signed  time.Time // the window's start
	Until   time.Time // when S3 stops accepting it: Signed + L
	Exposed time.Time // the latest time a cached copy can still be served: Signed + L + C
}

// Presigner makes presigned URLs. It is safe for concurrent use.
type Presigner struct {
	config Config
	signer *v4.Signer
	short  atomic.Int64 // the end of the last session that replaced one that was too short
}

// New checks a configuration. Errors are ErrBucket, ErrRegion, ErrHost,
// ErrLifetime, ErrWindow, ErrExposure or ErrCredentials.
func New(c Config) (*Presigner, error) {
	if err := cmp.Or(c.complete(), c.check()); err != nil {
		return nil, err
	}
	return &Presigner{config: c, signer: v4.NewSigner(func(o *v4.SignerOptions) {
		o.DisableURIPathEscaping = true // S3 encodes a key once, other services twice
	})}, nil
}

// Presign returns the URL that opens an object. Errors are ErrMethod, ErrKey,
// ErrDownload, ErrResponse, ErrCredentials, with a Deployment ErrNotPresigned,
// ErrExposure and ErrDropped, or those of the credentials' provider.
func (p *Presigner) Presign(ctx context.Context, r Request) (Presigned, error) {
	method := cmp.Or(r.Method, http.MethodGet)
	if method != http.MethodGet && method != http.MethodHead {
		return Presigned{}, refuse(ErrMethod, "use GET or HEAD", "%s is not presigned", fault.Quote(method))
	}
	query, err := r.query()
	if err != nil {
		return Presigned{}, err
	}
	path := httpbinding.EscapePath("/"+r.Key, false)
	cache, err := p.cacheTTL(path, query)
	if err != nil {
		return Presigned{}, err
	}
	signed := p.window()
	until := signed.Add(p.config.Lifetime)
	credentials, err := p.credentials(ctx, until)
	if err != nil {
		return Presigned{}, err
	}
	query.Set("X-Amz-Expires", strconv.Itoa(int(p.config.Lifetime/time.Second)))
	if method == http.MethodGet {
		query.Set("x-id", "GetObject") // S3 does not need it, but so the URL is the SDK's own
	}
	host := awsname.BucketHost(p.config.Bucket, p.config.Region)
	request := &http.Request{Method: method, Header: http.Header{}, URL: &url.URL{
		Scheme: "https", Host: host, Path: "/" + r.Key, RawPath: path, RawQuery: query.Encode(),
	}}
	text, _, err := p.signer.PresignHTTP(ctx, credentials, request, "UNSIGNED-PAYLOAD", "s3", p.config.Region, signed)
	if err != nil {
		return Presigned{}, fmt.Errorf("presigning: %w", err)
	}
	if p.config.Host != "" {
		text = strings.Replace(text, host, p.config.Host, 1)
	}
	return Presigned{text, signed, until, until.Add(cache)}, nil
}

// overrides are the headers that a request may set in S3's response.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
var overrides = []string{
	"cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires",
}

// query returns the parameters that S3 reads beside its signature.
func (r *Request) query() (url.Values, error) {
	segments := strings.Split(r.Key, "/") // viewers resolve . and .. before they request a URL
	if r.Key == "" || len(r.Key) > awsname.MaxObjectKey ||
		slices.Contains(segments, ".") || slices.Contains(segments, "..") {
		return nil, refuse(ErrKey, `give 1 to 1024 bytes without "." or ".." segments`,
			"%s is not a valid object key", fault.Quote(r.Key))
	}
	query := url.Values{}
	for name, values := range r.Response {
		name = strings.ToLower(name)
		if !slices.Contains(overrides, name) || len(values) != 1 || strings.ContainsFunc(values[0], unicode.IsControl) {
			return nil, refuse(ErrResponse, "set each of "+strings.Join(overrides, ", ")+" once at most",
				"%s is not a response header that S3 lets a request set", fault.Quote(name))
		}
		query.Set("response-"+name, values[0])
	}
	if r.Download != "" {
		header, err := disposition.Attachment(r.Download)
		if err != nil {
			return nil, err
		}
		if query.Has(disposition.Parameter) {
			return nil, refuse(ErrDownload, "leave one of them out",
				"a name for the download is given and a Content-Disposition, too")
		}
		query.Set(disposition.Parameter, header)
	}
	if r.VersionID != "" {
		query.Set("versionId", r.VersionID)
	}
	return query, nil
}

// credentials returns the provider's credentials, if they last until a time. A
// session that does not is replaced by a new one once, if the provider has any.
func (p *Presigner) credentials(ctx context.Context, until time.Time) (aws.Credentials, error) {
	c, err := p.config.Credentials.Retrieve(ctx)
	keeper, keeps := p.config.Credentials.(interface{ Invalidate() })
	if err == nil && keeps && short(c, until) && p.short.Load() != c.Expires.UnixNano() {
		keeper.Invalidate()
		c, err = p.config.Credentials.Retrieve(ctx)
		p.short.Store(c.Expires.UnixNano())
	}
	switch {
	case err != nil:
		return aws.Credentials{}, awsfault.Explain(fmt.Errorf("get credentials: %w", err), "presigning", "")
	case short(c, until):
		return aws.Credentials{}, refuse(ErrCredentials, "use credentials that last longer, or a shorter lifetime",
			"the AWS credentials expire at %s, before the URL does at %s", stamp(c.Expires), stamp(until))
	}
	return c, nil
}

func short(c aws.Credentials, until time.Time) bool {
	return c.CanExpire && c.Expires.Before(until)
}

// cacheTTL returns C for a path, after checking what its behavior lets through.
func (p *Presigner) cacheTTL(path string, query url.Values) (time.Duration, error) {
	d := p.config.Deployment
	if d == nil {
		return p.config.CacheTTL, nil
	}
	b, ok := d.Behavior(path)
	if !ok || b.Access != deployment.Presigned {
		return 0, refuse(ErrNotPresigned, "sign for CloudFront, or make its access presigned",
			"the behavior %s of %s is %s", b.PathPattern, path, b.Access)
	}
	if b.Bucket != nil && b.Bucket.Name != p.config.Bucket {
		return 0, refuse(ErrBucket, "give that bucket",
			"the behavior %s reads the bucket %s", b.PathPattern, fault.Quote(b.Bucket.Name))
	}
	for name := range query {
		if !b.QueryParameters.Has(name) {
			return 0, refuse(ErrDropped, "let the behavior's cache policy pass it on, and deploy",
				"the behavior %s does not pass %s on to S3", b.PathPattern, name)
		}
	}
	cache := time.Duration(b.MaxTTL) * time.Second
	return cache, errors.Join(
		p.config.expose(cache, time.Duration(b.Exposure)*time.Second),
		p.config.expose(cache, p.config.Exposure),
	)
}

// window returns the start of the current window, counted from 1970.
func (p *Presigner) window() time.Time {
	now := p.config.Clock().Unix()
	if w := int64(p.config.Window / time.Second); w > 0 {
		now -= now % w
	}
	return time.Unix(now, 0).UTC()
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
