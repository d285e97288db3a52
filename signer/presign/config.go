package presign

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/policy"
)

// Config says which URLs to make, and within which limits.
type Config struct {
	Bucket      string
	Region      string                  // the bucket's
	Host        string                  // the distribution's, with a port other than 443; empty for the bucket's own
	Lifetime    time.Duration           // L, from the window's start
	Window      time.Duration           // W; 0 for a URL of its own every second
	Credentials aws.CredentialsProvider // that may read the bucket

	// CacheTTL is C, the longest the distribution's cache keeps an object, and
	// Exposure the longest that L+C may be; 0 for no limit.
	CacheTTL time.Duration
	Exposure time.Duration

	// Deployment, where it is given, fills in Bucket, Region and Host if they
	// are empty, and each key is checked against the behavior that catches it:
	// its access must be presigned, its maximum TTL stands for CacheTTL, and
	// its exposure is a limit beside Exposure. A bucket that is not in it needs a
	// Region.
	Deployment *deployment.Deployment

	// Clock returns the time; nil for time.Now.
	Clock func() time.Time
}

func (c *Config) complete() error {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	d := c.Deployment
	if d != nil {
		if c.Bucket == "" {
			c.Bucket = d.Bucket.Name
		}
		known, ok := d.BucketNamed(c.Bucket)
		if c.Region == "" && !ok {
			return &Error{
				Kind:   ErrBucket,
				What:   "the deployment's bucket is " + fault.Quote(d.Bucket.Name) + ", not " + fault.Quote(c.Bucket),
				Remedy: "give that bucket or, where a behavior has another one as its origin, that one's region too",
			}
		}
		if ok && known.Region != "" {
			c.Region = cmp.Or(c.Region, known.Region)
			if c.Region != known.Region {
				return &Error{
					Kind: ErrRegion, What: "the deployment's bucket is in " + known.Region + ", not in " + fault.Quote(c.Region),
					Remedy: "leave the region out",
				}
			}
		}
		if c.Host == "" {
			_, c.Host, _ = strings.Cut(d.BaseURL(), "://")
		}
	}
	return c.normalizeHost()
}

// normalizeHost writes the host as viewers send it.
func (c *Config) normalizeHost() error {
	if c.Host == "" {
		return nil
	}
	u, err := policy.EncodeURL("https://" + c.Host)
	host := strings.TrimSuffix(strings.TrimPrefix(u, "https://"), "/")
	if err != nil || strings.ContainsAny(host, "/?") || strings.HasSuffix(c.Host, "/") {
		return &Error{
			Kind: ErrHost, What: fault.Quote(c.Host) + " is not a valid host for the URL",
			Remedy: "give the distribution's domain name alone, such as d111111abcdef8.cloudfront.net",
		}
	}
	c.Host = host
	return nil
}

func (c *Config) check() error {
	_, inPartition := awsname.PartitionOf(c.Region)
	switch {
	case !awsname.IsBucket(c.Bucket):
		return &Error{
			Kind: ErrBucket, What: fault.Quote(c.Bucket) + " is not a valid name of a general purpose bucket",
			Remedy: "give 3 to 63 lower-case letters, digits, hyphens and dots",
		}
	case !inPartition:
		return &Error{
			Kind: ErrRegion, What: fault.Quote(c.Region) + " is not a valid region",
			Remedy: "give the bucket's, such as eu-west-1",
		}
	case c.Host == "" && strings.Contains(c.Bucket, "."):
		return &Error{
			Kind: ErrHost, What: "S3's own certificate does not cover the bucket " + c.Bucket + ", whose name contains a dot",
			Remedy: "give the distribution's host",
		}
	case c.Deployment != nil && !c.Deployment.HasHost(c.Host):
		return &Error{
			Kind: ErrHost, What: fault.Quote(c.Host) + " is not a host of the deployment",
			Remedy: "its hosts are " + strings.Join(c.Deployment.Hosts, ", "),
		}
	case c.Lifetime < time.Second || c.Lifetime > MaxLifetime || c.Lifetime%time.Second != 0:
		return &Error{
			Kind: ErrLifetime, What: fault.Duration(c.Lifetime) + " is not a valid lifetime",
			Remedy: "give whole seconds, at least 1 s and at most 7 days",
		}
	case c.Window < 0 || c.Window >= c.Lifetime || c.Window%time.Second != 0:
		return &Error{
			Kind: ErrWindow, What: fmt.Sprintf("%s is not a valid window for a lifetime of %s",
				fault.Duration(c.Window), fault.Duration(c.Lifetime)),
			Remedy: "give whole seconds, fewer than the lifetime's, or URLs would be expired when issued",
		}
	case c.Credentials == nil:
		return &Error{Kind: ErrCredentials, What: "there are no AWS credentials", Remedy: "set Credentials"}
	}
	return c.expose(c.CacheTTL, c.Exposure)
}

func (c *Config) expose(cache, limit time.Duration) error {
	total := c.Lifetime + cache
	if limit == 0 || total <= limit {
		return nil
	}
	return &Error{
		Kind: ErrExposure,
		What: fmt.Sprintf("an object could be served for %s, a lifetime of %s and %s in the cache, and %s is the limit",
			fault.Duration(total), fault.Duration(c.Lifetime), fault.Duration(cache), fault.Duration(limit)),
		Remedy: "shorten the lifetime or the cache's maximum TTL",
	}
}
