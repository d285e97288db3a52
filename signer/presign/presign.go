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
	"regexp"
	"strconv"
	"strings"
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

// Config says what URLs are made, and within which limits.
type Config struct {
	Bucket      string
	Region      string                  // the bucket's
	Host        string                  // the distribution's, with its port where that is not 443; the bucket's own when empty
	Lifetime    time.Duration           // L, from the window's start
	Window      time.Duration           // W; 0 for a URL of its own every second
	Credentials aws.CredentialsProvider // that may read the bucket

	// CacheTTL is C, the longest the distribution's cache keeps an object, and
	// Exposure the longest that L+C may be; 0 for no limit.
	CacheTTL time.Duration
	Exposure time.Duration

	// Deployment, where it is given, fills in Bucket, Region and Host if they
	// are empty, and holds each key to the behavior that catches it: its
	// access must be presigned, its maximum TTL stands for CacheTTL, and its
	// exposure is a limit beside Exposure.
	Deployment *deployment.Deployment

	// Now is the clock; nil for time.Now.
	Now func() time.Time
}

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
}

// New checks a configuration. Errors are ErrBucket, ErrRegion, ErrHost,
// ErrLifetime, ErrWindow, ErrExposure or ErrCredentials.
func New(c Config) (*Presigner, error) {
	c.complete()
	if err := c.check(); err != nil {
		return nil, err
	}
	return &Presigner{c, v4.NewSigner(func(o *v4.SignerOptions) {
		o.DisableURIPathEscaping = true // S3 encodes a key once, other services twice
	})}, nil
}

func (c *Config) complete() {
	if c.Now == nil {
		c.Now = time.Now
	}
	d := c.Deployment
	if d == nil {
		return
	}
	if c.Bucket == "" {
		c.Bucket, c.Region = d.Bucket.Name, d.Bucket.Region
	}
	if c.Host == "" {
		_, c.Host, _ = strings.Cut(d.Origin(), "://")
	}
}

var (
	validBucket = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	validRegion = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	validHost   = regexp.MustCompile(`^[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*(:[0-9]{1,5})?$`)
)

func (c *Config) check() error {
	switch {
	case !validBucket.MatchString(c.Bucket):
		return fmt.Errorf("bucket %q: %w", c.Bucket, ErrBucket)
	case !validRegion.MatchString(c.Region):
		return fmt.Errorf("region %q: %w", c.Region, ErrRegion)
	case c.Host == "" && strings.Contains(c.Bucket, "."):
		return fmt.Errorf("bucket %q: %w; S3's own certificate does not cover a bucket with dots", c.Bucket, ErrHost)
	case c.Host != "" && !validHost.MatchString(c.Host):
		return fmt.Errorf("host %q: %w", c.Host, ErrHost)
	case c.Deployment != nil && !c.Deployment.HasHost(c.Host):
		return fmt.Errorf("host %q: %w; the deployment has %s", c.Host, ErrHost, strings.Join(c.Deployment.Hosts, ", "))
	case c.Lifetime < time.Second || c.Lifetime > MaxLifetime || c.Lifetime%time.Second != 0:
		return fmt.Errorf("lifetime %s: %w", c.Lifetime, ErrLifetime)
	case c.Window < 0 || c.Window >= c.Lifetime || c.Window%time.Second != 0:
		return fmt.Errorf("window %s, lifetime %s: %w", c.Window, c.Lifetime, ErrWindow)
	case c.Credentials == nil:
		return fmt.Errorf("there are none: %w", ErrCredentials)
	}
	return c.expose(c.CacheTTL, c.Exposure)
}

func (c *Config) expose(cache, limit time.Duration) error {
	if total := c.Lifetime + cache; limit > 0 && total > limit {
		return fmt.Errorf("%w; lifetime %s and cache %s make %s, and %s is the limit", ErrExposure, c.Lifetime, cache, total, limit)
	}
	return nil
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
	credentials, err := p.config.Credentials.Retrieve(ctx)
	if err != nil {
		return URL{}, fmt.Errorf("AWS credentials: %w", err)
	}
	if credentials.CanExpire && credentials.Expires.Before(until) {
		return URL{}, fmt.Errorf("%w; they end %s, the URL %s", ErrCredentials, stamp(credentials.Expires), stamp(until))
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

// bucketHost is the bucket's regional, virtual-hosted name, which is what S3
// is asked by and what is signed.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
func (c *Config) bucketHost() string {
	suffix := "amazonaws.com"
	if strings.HasPrefix(c.Region, "cn-") {
		suffix = "amazonaws.com.cn"
	}
	return c.Bucket + ".s3." + c.Region + "." + suffix
}

func (p *Presigner) onHost(text string) string {
	if p.config.Host == "" {
		return text
	}
	return strings.Replace(text, p.config.bucketHost(), p.config.Host, 1)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
