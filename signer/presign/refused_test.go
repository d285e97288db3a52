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

	"example.com/privatecdn/internal/s3"
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
	none := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, context.Canceled })
	for _, test := range []struct {
		name        string
		change      func(*presign.Config)
		method, key string
		want        error
	}{
		{"no bucket", func(c *presign.Config) { c.Bucket = "" }, "GET", "x", presign.ErrBucket},
		{"bucket in capitals", func(c *presign.Config) { c.Bucket = "Media" }, "GET", "x", presign.ErrBucket},
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
		{"ending credentials", func(c *presign.Config) { c.Credentials = expiring(noon.Add(time.Hour - 1)) }, "GET", "x", presign.ErrCredentials},
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
				_, err = p.URL(t.Context(), test.method, test.key)
			}
			if !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
			if err != nil && strings.Contains(fmt.Sprintf("%v %+v", err, err), s3.LocalCredentials.SecretAccessKey) {
				t.Error("the error holds the secret key")
			}
		})
	}
}
