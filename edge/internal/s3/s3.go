// Package s3 is an S3 bucket as CloudFront and the world see it: the objects
// are the files of a directory or any fs.FS, and who may read them is decided
// by the bucket's own policy and public access block, really evaluated.
//
// A bucket is read-only. Its objects carry no metadata, tags, versions or
// ACLs; they are whole files, named by keys that are taken literally.
//
// An object of up to 8 MiB has the MD5 of its content as ETag, as S3 gives an
// object uploaded in one piece; a larger one has an ETag of the form a
// multipart upload gets, "…-N", made of its name, size and time, so that
// no large file is read to answer for its headers.
package s3

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/infra"
)

// Principal is who sends a request; the zero value is anonymous.
type Principal = bucketpolicy.Caller

// OAI returns the principal of a CloudFront origin access identity.
func OAI(id, canonicalUser string) Principal {
	return Principal{
		CanonicalUser: canonicalUser,
		ARN:           "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity " + id,
	}
}

// OAC returns the principal of a CloudFront origin access control that signs
// for a distribution. The distribution's ARN also names the account.
func OAC(distributionARN string) Principal {
	p := Principal{Service: "cloudfront.amazonaws.com", SourceARN: distributionARN}
	if parts := strings.Split(distributionARN, ":"); len(parts) == 6 {
		p.SourceAccount = parts[4]
	}
	return p
}

type principalKey struct{}

// principalOf returns the principal in a context, or an anonymous one.
func principalOf(ctx context.Context) Principal {
	p, _ := ctx.Value(principalKey{}).(Principal)
	return p
}

// WithPrincipal returns a context that identifies who sends a request, instead
// of a signature: CloudFront signs its requests to S3, which a server in the
// same process does not need to check.
func WithPrincipal(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// ErrPublicPolicy is the error for a bucket policy that grants public access
// to a bucket whose public access block refuses such policies.
var ErrPublicPolicy = errors.New("S3 refuses a public policy on this bucket (BlockPublicPolicy)")

// Server is one bucket. Its methods are safe for concurrent use.
type Server struct {
	bucket      *infra.Bucket
	content     []layer
	remote      http.RoundTripper // in place of content
	policy      *bucketpolicy.Policy
	restrict    bool // RestrictPublicBuckets on a public policy
	credentials map[string]Credentials
	now         func() time.Time
	etags       etagCache
}

// Option changes a default of a Server.
type Option func(*Server)

// WithClock sets the server's clock.
func WithClock(now func() time.Time) Option { return func(s *Server) { s.now = now } }

// layer is content whose names follow a prefix in the objects' keys.
type layer struct {
	prefix string
	files  fs.FS
}

func newLayer(prefix string, content fs.FS) layer {
	if foldsNames {
		content = Exact(content)
	}
	return layer{prefix, content}
}

// Below adds content whose names follow a prefix in the objects' keys. Of files
// with one key that of New counts, then the one added first.
func Below(prefix string, content fs.FS) Option {
	return func(s *Server) { s.content = append(s.content, newLayer(prefix, content)) }
}

// WithCredentials sets the access keys of the bucket's owner. The default is
// DefaultCredentials.
func WithCredentials(owner ...Credentials) Option {
	return func(s *Server) {
		s.credentials = make(map[string]Credentials, len(owner))
		for _, c := range owner {
			s.credentials[c.AccessKeyID] = c
		}
	}
}

// New returns a bucket whose objects are the files of content. For a directory,
// content is os.OpenRoot(dir).FS(), which no path or symbolic link leaves. The
// error names a statement of the bucket policy that this package does not
// evaluate or that S3 would refuse (*bucketpolicy.UnsupportedError,
// *bucketpolicy.InvalidError, ErrPublicPolicy).
func New(bucket *infra.Bucket, content fs.FS, opts ...Option) (*Server, error) {
	s, err := newServer(bucket, opts)
	if err != nil {
		return nil, err
	}
	s.content = slices.Insert(s.content, 0, newLayer("", content))
	return s, nil
}

// NewRemote returns a bucket whose objects are on another server that speaks
// S3's protocol. Access is decided here, as for New; remote receives the
// allowed requests without their signature, and signs them itself.
func NewRemote(bucket *infra.Bucket, remote http.RoundTripper, opts ...Option) (*Server, error) {
	s, err := newServer(bucket, opts)
	if err != nil {
		return nil, err
	}
	s.remote = remote
	return s, nil
}

func newServer(bucket *infra.Bucket, opts []Option) (*Server, error) {
	policy, err := bucketpolicy.Compile(bucket.Policy)
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", bucket.Name, err)
	}
	statement, public := policy.Public()
	if public && bucket.PublicAccessBlock.BlockPublicPolicy {
		return nil, fmt.Errorf("bucket %s: %s makes its policy public: %w", bucket.Name, statement, ErrPublicPolicy)
	}
	s := &Server{
		bucket: bucket, policy: policy,
		restrict: public && bucket.PublicAccessBlock.RestrictPublicBuckets,
		now:      time.Now,
	}
	WithCredentials(DefaultCredentials()...)(s)
	for _, o := range opts {
		o(s)
	}
	return s, nil
}

// RoundTrip responds to a request without a network, as an http.RoundTripper.
// The response's body is streamed from the object; the caller closes it. The
// error is nil except for a remote bucket, where it is the transport's.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return s.respond(r)
}

// respond returns the response to a request. err is set only if the remote
// server fails to respond; any other error becomes a response.
func (s *Server) respond(r *http.Request) (*http.Response, error) {
	q, failure := s.read(r)
	if failure == nil {
		failure = s.authorize(q)
	}
	if failure != nil {
		return s.refuse(r, failure), nil
	}
	response, failure, err := s.serve(q)
	switch {
	case err != nil:
		return nil, err
	case failure != nil:
		return s.refuse(r, failure), nil
	default:
		return s.complete(r, response), nil
	}
}

// serve responds to an allowed request.
func (s *Server) serve(q *request) (response *http.Response, failure *Error, err error) {
	switch q.operation {
	case preflight:
		response, failure = s.preflight(q)
	case write:
		failure = methodNotAllowed(q.http.Method)
	case other:
		failure = errorNotImplemented
	case headBucket:
		response = &http.Response{StatusCode: http.StatusOK, Header: http.Header{"X-Amz-Bucket-Region": {s.bucket.Region}}}
	default:
		if s.remote != nil {
			return s.forward(q)
		}
		if q.operation == listBucket {
			response, failure = s.list(q)
		} else {
			response, failure = s.object(q)
		}
	}
	return response, failure, nil
}
