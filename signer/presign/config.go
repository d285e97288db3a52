package presign

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/fault"
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

func (c *Config) complete() {
	if c.Now == nil {
		c.Now = time.Now
	}
	d := c.Deployment
	if d == nil {
		return
	}
	if c.Bucket == "" {
		c.Bucket = d.Bucket.Name
	}
	if c.Region == "" && c.Bucket == d.Bucket.Name {
		c.Region = d.Bucket.Region
	}
	if c.Host == "" {
		_, c.Host, _ = strings.Cut(d.BaseURL(), "://")
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
		return fmt.Errorf("bucket %s: %w", fault.Quote(c.Bucket), ErrBucket)
	case !validRegion.MatchString(c.Region):
		return fmt.Errorf("region %s: %w", fault.Quote(c.Region), ErrRegion)
	case c.Host == "" && strings.Contains(c.Bucket, "."):
		return fmt.Errorf("bucket %q: %w; S3's own certificate does not cover a bucket with dots", c.Bucket, ErrHost)
	case c.Host != "" && !validHost.MatchString(c.Host):
		return fmt.Errorf("host %s: %w", fault.Quote(c.Host), ErrHost)
	case c.Deployment != nil && !c.Deployment.HasHost(c.Host):
		return fmt.Errorf("host %s: %w; the deployment has %s", fault.Quote(c.Host), ErrHost, strings.Join(c.Deployment.Hosts, ", "))
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
