package presign_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"example.com/privatecdn/signer/presign"
)

// expiring are temporary credentials.
func expiring(at time.Time) aws.CredentialsProvider {
	return credentials.StaticCredentialsProvider{Value: aws.Credentials{
		AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: "token", CanExpire: true, Expires: at,
	}}
}

// TestRefused holds what every mistake gets.
func TestRefused(t *testing.T) {
	t.Parallel()
	none := aws.CredentialsProviderFunc(
		func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, context.Canceled },
	)
	for _, test := range []struct {
		name        string
		change      func(*presign.Config)
		method, key string
		want        error
	}{
		{"no bucket", func(c *presign.Config) { c.Bucket = "" }, "GET", "x", presign.ErrBucket},
		{"bucket in capitals", func(c *presign.Config) { c.Bucket = "Media" }, "GET", "x", presign.ErrBucket},
		{"seven days", func(c *presign.Config) { c.Lifetime = 168 * time.Hour }, "GET", "x", nil},
		{"longest key", func(*presign.Config) {}, "GET", strings.Repeat("x", 1024), nil},
		{"directory bucket", func(c *presign.Config) { c.Bucket = "b--euw1-az1--x-s3" }, "GET", "x", presign.ErrBucket},
		{"two dots", func(c *presign.Config) { c.Bucket = "a..b" }, "GET", "x", presign.ErrBucket},
		{"an address", func(c *presign.Config) { c.Bucket = "192.168.5.4" }, "GET", "x", presign.ErrBucket},
		{"access point alias", func(c *presign.Config) { c.Bucket = "media-x7-s3alias" }, "GET", "x", nil},
		{"aws-global", func(c *presign.Config) { c.Region = "aws-global" }, "GET", "x", presign.ErrRegion},
		{"a region of no partition", func(c *presign.Config) { c.Region = "moon-west-1" }, "GET", "x", presign.ErrRegion},
		{"S3's host", func(c *presign.Config) { c.Host = "media.s3.eu-west-1.amazonaws.com" }, "GET", "x", presign.ErrHost},
		{"host in capitals", func(c *presign.Config) { c.Host = "D111111ABCDEF8.CloudFront.net:443" }, "GET", "x", nil},
		{"no region", func(c *presign.Config) { c.Region = "" }, "GET", "x", presign.ErrRegion},
		{"a zone", func(c *presign.Config) { c.Region = "eu-west-1a" }, "GET", "x", presign.ErrRegion},
		{"a URL as host", func(c *presign.Config) { c.Host = "https://" + cdn }, "GET", "x", presign.ErrHost},
		{"a path as host", func(c *presign.Config) { c.Host = cdn + "/" }, "GET", "x", presign.ErrHost},
		{"dots and no host", func(c *presign.Config) { c.Bucket, c.Host = "my.media", "" }, "GET", "x", presign.ErrHost},
		{"no lifetime", func(c *presign.Config) { c.Lifetime = 0 }, "GET", "x", presign.ErrLifetime},
		{"eight days", func(c *presign.Config) { c.Lifetime = 192 * time.Hour }, "GET", "x", presign.ErrLifetime},
		{"half a second", func(c *presign.Config) { c.Lifetime = 1500 * time.Millisecond }, "GET", "x", presign.ErrLifetime},
		{"window as long", func(c *presign.Config) { c.Window = time.Hour }, "GET", "x", presign.ErrWindow},
		{"negative window", func(c *presign.Config) { c.Window = -1 }, "GET", "x", presign.ErrWindow},
		{"exposure", func(c *presign.Config) { c.Exposure = 90*time.Minute - 1 }, "GET", "x", presign.ErrExposure},
		{"no credentials", func(c *presign.Config) { c.Credentials = nil }, "GET", "x", presign.ErrCredentials},
		{
			"ending credentials", func(c *presign.Config) { c.Credentials = expiring(noon.Add(time.Hour - 1)) }, "GET", "x",
			presign.ErrCredentials,
		},
		{"long credentials", func(c *presign.Config) { c.Credentials = expiring(noon.Add(time.Hour)) }, "GET", "x", nil},
		{"failing credentials", func(c *presign.Config) { c.Credentials = none }, "GET", "x", context.Canceled},
		{"PUT", func(*presign.Config) {}, "PUT", "x", presign.ErrMethod},
		{"no key", func(*presign.Config) {}, "GET", "", presign.ErrKey},
		{"dot segments", func(*presign.Config) {}, "GET", "a/../b", presign.ErrKey},
		{"long key", func(*presign.Config) {}, "GET", strings.Repeat("x", 1025), presign.ErrKey},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := classic(noon)
			test.change(&c)
			p, err := presign.New(c)
			if err == nil {
				_, err = p.Presign(t.Context(), presign.Request{Method: test.method, Key: test.key})
			}
			if !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
			if err != nil && strings.Contains(fmt.Sprintf("%v %+v", err, err), "wJalrXUtnFEMI") {
				t.Error("the error holds the secret key")
			}
		})
	}
}

// TestRenewsCredentials holds that a session which ends before the URL would is
// given up for a new one, and that the provider is not pressed for more.
func TestRenewsCredentials(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		sessions []time.Duration // how long each session that is given out lasts
		want     error
		asked    int
	}{
		{"long enough", []time.Duration{time.Hour}, nil, 1},
		{"too short, then long enough", []time.Duration{30 * time.Minute, 2 * time.Hour}, nil, 2},
		{
			"always too short", []time.Duration{30 * time.Minute, 31 * time.Minute, 32 * time.Minute}, presign.ErrCredentials,
			2,
		},
	} {
		asked := 0
		c := classic(noon)
		c.Credentials = &kept{session: func() aws.CredentialsProvider {
			asked++
			return expiring(noon.Add(test.sessions[min(asked, len(test.sessions))-1]))
		}}
		p, err := presign.New(c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Presign(t.Context(), presign.Request{Method: "GET", Key: "x"}); !errors.Is(err, test.want) ||
			asked != test.asked {
			t.Errorf("%s: %v after %d sessions", test.name, err, asked)
		}
		before := asked
		if _, err := p.Presign(t.Context(), presign.Request{Method: "GET", Key: "x"}); !errors.Is(err, test.want) ||
			asked != before {
			t.Errorf("%s, again: %v, %d sessions more", test.name, err, asked-before)
		}
	}
}

// kept keeps a session until it is told to give it up, as aws.CredentialsCache
// does, whatever the time is.
type kept struct {
	session func() aws.CredentialsProvider
	now     aws.CredentialsProvider
}

func (k *kept) Invalidate() { k.now = nil }

func (k *kept) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if k.now == nil {
		k.now = k.session()
	}
	return k.now.Retrieve(ctx)
}

// The shortest and the longest lifetime are accepted, and any window below it.
func TestBounds(t *testing.T) {
	t.Parallel()
	for _, d := range []struct{ lifetime, window time.Duration }{
		{time.Second, 0}, {presign.MaxLifetime, 0}, {2 * time.Second, time.Second},
		{presign.MaxLifetime, presign.MaxLifetime - time.Second},
	} {
		c := classic(noon)
		c.Lifetime, c.Window, c.Exposure = d.lifetime, d.window, d.lifetime+c.CacheTTL
		if _, err := presign.New(c); err != nil {
			t.Errorf("%v, %v: %v", d.lifetime, d.window, err)
		}
		c.Exposure -= time.Second
		if _, err := presign.New(c); !errors.Is(err, presign.ErrExposure) {
			t.Errorf("%v, %v, a second less: %v", d.lifetime, d.window, err)
		}
	}
}
