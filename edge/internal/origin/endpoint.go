package origin

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"example.com/privatecdn/edge/internal/sigv4"
)

// Endpoint is a bucket on a server that speaks S3's protocol. Requests address
// it by path and are signed with Signature Version 4, as CloudFront signs for
// an origin access control. Its methods are safe for concurrent use.
type Endpoint struct {
	EndpointOptions
	base      *url.URL
	transport *http.Transport
	signer    *v4.Signer
}

// EndpointOptions configure an Endpoint.
type EndpointOptions struct {
	URL         string // http://127.0.0.1:9000
	Bucket      string
	Region      string // us-east-1 when empty
	Credentials aws.CredentialsProvider
}

// NewEndpoint returns the transport for a bucket.
func NewEndpoint(o EndpointOptions) (*Endpoint, error) {
	base, err := url.Parse(o.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("S3 endpoint %q is not an http or https URL with a host", o.URL)
	}
	if o.Bucket == "" || o.Credentials == nil {
		return nil, fmt.Errorf("S3 endpoint %s needs a bucket and credentials", o.URL)
	}
	o.Region = cmp.Or(o.Region, "us-east-1")
	return &Endpoint{
		EndpointOptions: o, base: base,
		transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DisableCompression: true, MaxIdleConnsPerHost: idlePerHost,
		},
		signer: v4.NewSigner(func(s *v4.SignerOptions) { s.DisableURIPathEscaping = true }),
	}, nil
}

// RoundTrip requests the object whose key is the request's decoded path,
// whatever the request's host. It removes any signature that the request has.
func (e *Endpoint) RoundTrip(r *http.Request) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.RequestURI, out.Host = "", ""
	for name := range out.Header {
		if name == "Authorization" || strings.HasPrefix(name, "X-Amz-") {
			out.Header.Del(name)
		}
	}
	key := strings.TrimPrefix(r.URL.Path, "/")
	raw := strings.TrimSuffix(e.base.EscapedPath(), "/") + sigv4.Encode("/"+e.Bucket+"/"+key, true)
	out.URL = &url.URL{Scheme: e.base.Scheme, Host: e.base.Host, RawQuery: r.URL.RawQuery}
	out.URL.Path, _ = url.PathUnescape(raw) // what Encode made decodes
	out.URL.RawPath = raw
	if err := e.sign(r.Context(), out); err != nil {
		return nil, err
	}
	response, err := e.transport.RoundTrip(out)
	if err != nil {
		return nil, fmt.Errorf("S3 endpoint %s: %w", e.base.Host, err)
	}
	return response, nil
}

func (e *Endpoint) sign(ctx context.Context, r *http.Request) error {
	credentials, err := e.Credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("credentials for S3 endpoint %s: %w", e.base.Host, err)
	}
	r.Header.Set("X-Amz-Content-Sha256", sigv4.UnsignedPayload)
	return e.signer.SignHTTP(ctx, credentials, r, sigv4.UnsignedPayload, "s3", e.Region, time.Now())
}
