package privatecdn

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/jsii-runtime-go"
)

// Cache is how long an object is kept and what tells two requests for a path
// apart. The zero Cache is 0, an hour and a day, by the path alone.
type Cache struct {
	// MinTTL, DefaultTTL and MaxTTL bound the time between two questions to
	// the origin; whole seconds. A DefaultTTL or MaxTTL of zero is its default,
	// an hour and a day, unless Off is set.
	MinTTL, DefaultTTL, MaxTTL time.Duration
	// Off keeps nothing.
	Off bool
	// Headers, Cookies and QueryStrings are part of the key and go to the
	// origin; "*" alone means all of them (not for headers).
	Headers, Cookies, QueryStrings []string
}

// The cache's times where nothing else is said.
const (
	defaultTTL = time.Hour
	maxTTL     = 24 * time.Hour
)

// withDefaults returns c as it is meant.
func (c Cache) withDefaults() Cache {
	if c.Off {
		return Cache{Off: true}
	}
	if c.MaxTTL == 0 {
		c.MaxTTL = max(maxTTL, c.DefaultTTL, c.MinTTL)
	}
	if c.DefaultTTL == 0 {
		c.DefaultTTL = min(max(defaultTTL, c.MinTTL), c.MaxTTL)
	}
	return c
}

// presignedCache keeps an object no longer than p says, and each signature's
// answer apart.
func presignedCache(p Presign) *Cache {
	return &Cache{
		DefaultTTL:   min(defaultTTL, p.maxCache()),
		MaxTTL:       p.maxCache(),
		QueryStrings: []string{"*"},
	}
}

// newCachePolicy makes the policy that c, complete, describes.
func (d *distribution) newCachePolicy(id, name string, c Cache) awscloudfront.CachePolicy {
	d.account.made.CachePolicies++
	return awscloudfront.NewCachePolicy(d, jsii.String(id), &awscloudfront.CachePolicyProps{
		CachePolicyName:            jsii.String(name),
		MinTtl:                     seconds(c.MinTTL),
		DefaultTtl:                 seconds(c.DefaultTTL),
		MaxTtl:                     seconds(c.MaxTTL),
		HeaderBehavior:             cacheHeaders(c.Headers),
		CookieBehavior:             cacheCookies(c.Cookies),
		QueryStringBehavior:        cacheQueryStrings(c.QueryStrings),
		EnableAcceptEncodingGzip:   jsii.Bool(!c.Off),
		EnableAcceptEncodingBrotli: jsii.Bool(!c.Off),
	})
}

func cacheHeaders(names []string) awscloudfront.CacheHeaderBehavior {
	if len(names) == 0 {
		return nil
	}
	return awscloudfront.CacheHeaderBehavior_AllowList(*jsii.Strings(names...)...)
}

func cacheCookies(names []string) awscloudfront.CacheCookieBehavior {
	switch {
	case len(names) == 0:
		return nil
	case everything(names):
		return awscloudfront.CacheCookieBehavior_All()
	}
	return awscloudfront.CacheCookieBehavior_AllowList(*jsii.Strings(names...)...)
}

func cacheQueryStrings(names []string) awscloudfront.CacheQueryStringBehavior {
	switch {
	case len(names) == 0:
		return nil
	case everything(names):
		return awscloudfront.CacheQueryStringBehavior_All()
	}
	return awscloudfront.CacheQueryStringBehavior_AllowList(*jsii.Strings(names...)...)
}

func everything(names []string) bool { return len(names) == 1 && names[0] == "*" }

func seconds(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}
