package s3

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"example.com/privatecdn/edge/internal/sigv4"
	"example.com/privatecdn/internal/infra"
)

// Endpoint is a bucket on a server that speaks S3's protocol.
type Endpoint struct {
	URL         string // http://127.0.0.1:9000
	Bucket      string
	Region      string // us-east-1 when empty
	Credentials aws.CredentialsProvider
}

// remote sends requests to an endpoint. They address the bucket by path and are
// signed with Signature Version 4.
type remote struct {
	Endpoint
	base      *url.URL
	transport *http.Transport
	signer    *v4.Signer
}

// NewRemote returns a bucket whose objects are on another server. Access is
// decided here, as for New.
func NewRemote(bucket *infra.Bucket, now func() time.Time, at Endpoint) (*Server, error) {
	base, err := url.Parse(at.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("S3 endpoint %q is not an http or https URL with a host", at.URL)
	}
	if at.Bucket == "" || at.Credentials == nil {
		return nil, fmt.Errorf("S3 endpoint %s needs a bucket and credentials", at.URL)
	}
	s, err := New(bucket, now)
	if err != nil {
		return nil, err
	}
	s.remote = &remote{Endpoint: at, base: base,
		transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableCompression: true, MaxIdleConnsPerHost: 64},
		signer:    v4.NewSigner(func(s *v4.SignerOptions) { s.DisableURIPathEscaping = true }),
	}
	return s, nil
}

// forward sends an allowed request to the remote server.
func (s *Server) forward(q *request) (*http.Response, error) {
	if _, failure := overrides(q); failure != nil {
		return nil, failure
	}
	out, err := s.remote.request(q)
	if err != nil {
		return nil, err
	}
	response, err := s.remote.transport.RoundTrip(out)
	if err != nil {
		return nil, fmt.Errorf("S3 endpoint %s: %w", s.remote.base.Host, err)
	}
	if response.StatusCode == http.StatusNotFound && q.action == getObject {
		response.Body.Close()
		return nil, s.missing(q)
	}
	return response, nil
}

// request returns the request for the object or bucket with a signature of its
// own in place of any other.
func (r *remote) request(q *request) (*http.Request, error) {
	ctx := q.http.Context()
	out := q.http.Clone(ctx)
	out.RequestURI, out.Host, out.Body, out.ContentLength = "", "", nil, 0
	maps.DeleteFunc(out.Header, authenticates)
	query := maps.Clone(q.query)
	maps.DeleteFunc(query, authenticates)
	path := strings.TrimSuffix(r.base.EscapedPath(), "/") + sigv4.EncodePath("/"+r.Bucket+"/"+q.key)
	out.URL = &url.URL{Scheme: r.base.Scheme, Host: r.base.Host, RawPath: path, RawQuery: query.Encode()}
	out.URL.Path, _ = url.PathUnescape(path) // what Encode made decodes
	credentials, err := r.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("credentials for S3 endpoint %s: %w", r.base.Host, err)
	}
	out.Header.Set("X-Amz-Content-Sha256", sigv4.UnsignedPayload)
	return out, r.signer.SignHTTP(ctx, credentials, out, sigv4.UnsignedPayload, "s3",
		cmp.Or(r.Region, "us-east-1"), time.Now())
}

func authenticates(name string, _ []string) bool {
	return name == "Authorization" || strings.HasPrefix(name, "X-Amz-")
}
