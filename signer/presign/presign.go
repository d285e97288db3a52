// Package presign makes S3 presigned URLs on a distribution's host, rounded so
// that they cache: whoever asks within a window gets the same URL, and so the
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
// looks at the signature only when the cache asks it. The classic numbers are
// L 60 min, W 30 min and C 30 min, which exposes an object for 90 min.
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
package presign

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go/encoding/httpbinding"

	"example.com/privatecdn/deployment"
)

// MaxLifetime is the longest S3 lets a presigned URL live.
const MaxLifetime = 7 * 24 * time.Hour

// Why a URL is not made. Each comes wrapped with what was found.
var (
	ErrBucket       = errors.New("no name of a bucket: 3 to 63 lower-case letters, digits, hyphens and dots")
	ErrRegion       = errors.New("no name of a region: give the bucket's, such as eu-west-1")
	ErrHost         = errors.New("no host to put the URL on: give the distribution's domain name alone, such as d111111abcdef8.cloudfront.net")
	ErrKey          = errors.New("no key of an object that a viewer can ask for: 1 to 1,024 bytes without . and .. segments")
	ErrMethod       = errors.New("only GET and HEAD are presigned")
	ErrLifetime     = errors.New("the lifetime must be whole seconds, at least 1 s and at most 7 days")
	ErrWindow       = errors.New("the window must be whole seconds and shorter than the lifetime, or URLs would be handed out dead")
	ErrCredentials  = errors.New("the AWS credentials end before the URL would: sign with longer ones, or for a shorter time")
	ErrExposure     = errors.New("an object could be served for longer than the behavior's exposure allows: shorten the lifetime or the cache's maximum TTL")
	ErrNotPresigned = errors.New("the behavior does not leave the signature to S3: sign for CloudFront, or make its access presigned")
)

// URL is a presigned URL with its times.
type URL struct {
	URL     string
	Signed  time.Time // the window's start
	Until   time.Time // when S3 stops accepting it: Signed + L
	Exposed time.Time // when caches have let go of what it opened: Signed + L + C
}

// Presigner makes presigned URLs. Any number of goroutines may use it.
type Presigner struct {
	config Config
	signer *v4.Signer
	short  atomic.Int64 // the end of the last session that was asked for in place of a short one
}

// New checks a configuration. Errors are ErrBucket, ErrRegion, ErrHost,
// ErrLifetime, ErrWindow, ErrExposure or ErrCredentials.
func New(c Config) (*Presigner, error) {
	c.complete()
	if err := c.check(); err != nil {
		return nil, err
	}
	return &Presigner{config: c, signer: v4.NewSigner(func(o *v4.SignerOptions) {
		o.DisableURIPathEscaping = true // S3 encodes a key once, other services twice
	})}, nil
}

// URL returns the URL that opens an object with a method, GET or HEAD. Errors
// are ErrMethod, ErrKey, ErrCredentials, with a Deployment ErrNotPresigned and
// ErrExposure, or those of the credentials' provider.
func (p *Presigner) URL(ctx context.Context, method, key string) (URL, error) {
	if method != http.MethodGet && method != http.MethodHead {
		return URL{}, fmt.Errorf("%q: %w", method, ErrMethod)
	}
	if !validKey(key) {
		return URL{}, fmt.Errorf("key %q: %w", key, ErrKey)
	}
	path := httpbinding.EscapePath("/"+key, false)
	cache, err := p.cacheTTL(path)
	if err != nil {
		return URL{}, fmt.Errorf("key %q: %w", key, err)
	}
	signed := p.window()
	until := signed.Add(p.config.Lifetime)
	credentials, err := p.credentials(ctx, until)
	if err != nil {
		return URL{}, err
	}
	query := url.Values{"X-Amz-Expires": {strconv.Itoa(int(p.config.Lifetime / time.Second))}}
	if method == http.MethodGet {
		query.Set("x-id", "GetObject") // S3 needs it not, but so the URL is the SDK's own
	}
	request := &http.Request{Method: method, Header: http.Header{}, URL: &url.URL{
		Scheme: "https", Host: p.config.bucketHost(), Path: "/" + key, RawPath: path, RawQuery: query.Encode(),
	}}
	text, _, err := p.signer.PresignHTTP(ctx, credentials, request, "UNSIGNED-PAYLOAD", "s3", p.config.Region, signed)
	if err != nil {
		return URL{}, fmt.Errorf("presigning: %w", err)
	}
	return URL{p.onHost(text), signed, until, until.Add(cache)}, nil
}

// credentials are the provider's, when they last until a time. A session that
// does not is given up for a new one, if the provider has any; one that is new
// and still too short is not.
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
		return aws.Credentials{}, fmt.Errorf("AWS credentials: %w", err)
	case short(c, until):
		return aws.Credentials{}, fmt.Errorf("%w; they end %s, the URL %s", ErrCredentials, stamp(c.Expires), stamp(until))
	}
	return c, nil
}

func short(c aws.Credentials, until time.Time) bool {
	return c.CanExpire && c.Expires.Before(until)
}

// validKey refuses what S3 does not keep, and the segments that viewers
// resolve before they ask.
func validKey(key string) bool {
	if key == "" || len(key) > 1024 {
		return false
	}
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "." || segment == ".." {
			return false
		}
	}
	return true
}

// cacheTTL is C for a path, after holding it to its behavior.
func (p *Presigner) cacheTTL(path string) (time.Duration, error) {
	d := p.config.Deployment
	if d == nil {
		return p.config.CacheTTL, nil
	}
	b, ok := d.Behavior(path)
	if !ok || b.Access != deployment.Presigned {
		return 0, fmt.Errorf("%w; %s is %s", ErrNotPresigned, b.PathPattern, b.Access)
	}
	cache := time.Duration(b.MaxTTL) * time.Second
	return cache, errors.Join(
		p.config.expose(cache, time.Duration(b.Exposure)*time.Second),
		p.config.expose(cache, p.config.Exposure),
	)
}

// window is the start of the window that it is now, counted from 1970.
func (p *Presigner) window() time.Time {
	now := p.config.Now().Unix()
	if w := int64(p.config.Window / time.Second); w > 0 {
		now -= now % w
	}
	return time.Unix(now, 0).UTC()
}

func (p *Presigner) onHost(text string) string {
	if p.config.Host == "" {
		return text
	}
	return strings.Replace(text, p.config.bucketHost(), p.config.Host, 1)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
