package presign

import (
	"cmp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/internal/urlparts"
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
		c.Bucket = cmp.Or(c.Bucket, d.Bucket.Name)
		if c.Host == "" {
			_, c.Host, _ = strings.Cut(d.BaseURL(), "://")
		}
		known, ok := d.BucketNamed(c.Bucket)
		if ok {
			c.Region = cmp.Or(c.Region, known.Region)
		}
		switch {
		case c.Region == "" && !ok:
			return refuse(ErrBucket,
				"give that bucket or, where a behavior has another one as its origin, that one's region too",
				"the deployment's bucket is %s, not %s", fault.Quote(d.Bucket.Name), fault.Quote(c.Bucket))
		case ok && known.Region != "" && c.Region != known.Region:
			return refuse(ErrRegion, "leave the region out",
				"the deployment's bucket is in %s, not in %s", known.Region, fault.Quote(c.Region))
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
	host := urlparts.Cut(u).Host
	if err != nil || u != "https://"+host+"/" || strings.HasSuffix(c.Host, "/") {
		return refuse(ErrHost, "give the distribution's domain name alone, such as d111111abcdef8.cloudfront.net",
			"%s is not a valid host for the URL", fault.Quote(c.Host))
	}
	c.Host = host
	return nil
}

func (c *Config) check() error {
	_, inPartition := awsname.PartitionOf(c.Region)
	switch {
	case !awsname.IsBucket(c.Bucket):
		return refuse(ErrBucket, "give 3 to 63 lower-case letters, digits, hyphens and dots",
			"%s is not a valid name of a general purpose bucket", fault.Quote(c.Bucket))
	case !inPartition:
		return refuse(ErrRegion, "give the bucket's, such as eu-west-1", "%s is not a valid region", fault.Quote(c.Region))
	case c.Host == "" && strings.Contains(c.Bucket, "."):
		return refuse(ErrHost, "give the distribution's host",
			"S3's own certificate does not cover the bucket %s, whose name contains a dot", c.Bucket)
	case c.Deployment != nil && !c.Deployment.HasHost(c.Host):
		return refuse(ErrHost, "its hosts are "+strings.Join(c.Deployment.Hosts, ", "),
			"%s is not a host of the deployment", fault.Quote(c.Host))
	case c.Lifetime < time.Second || c.Lifetime > MaxLifetime || c.Lifetime%time.Second != 0:
		return refuse(ErrLifetime, "give whole seconds, at least 1 s and at most 7 days",
			"%s is not a valid lifetime", fault.Duration(c.Lifetime))
	case c.Window < 0 || c.Window >= c.Lifetime || c.Window%time.Second != 0:
		return refuse(ErrWindow, "give whole seconds, fewer than the lifetime's, or URLs would be expired when issued",
			"%s is not a valid window for a lifetime of %s", fault.Duration(c.Window), fault.Duration(c.Lifetime))
	case c.Credentials == nil:
		return refuse(ErrCredentials, "set Credentials", "there are no AWS credentials")
	}
	return c.expose(c.CacheTTL, c.Exposure)
}

func (c *Config) expose(cache, limit time.Duration) error {
	if total := c.Lifetime + cache; limit != 0 && total > limit {
		return refuse(ErrExposure, "shorten the lifetime or the cache's maximum TTL",
			"an object could be served for %s, a lifetime of %s and %s in the cache, and %s is the limit",
			fault.Duration(total), fault.Duration(c.Lifetime), fault.Duration(cache), fault.Duration(limit))
	}
	return nil
}
