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
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync"
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

// ErrPublicPolicy is the error for a bucket policy that grants public access
// to a bucket whose public access block refuses such policies.
var ErrPublicPolicy = errors.New("S3 refuses a public policy on this bucket (BlockPublicPolicy)")

// Server is one bucket. Its methods are safe for concurrent use.
type Server struct {
	bucket   *infra.Bucket
	content  []Content
	remote   *remote // in place of content
	policy   *bucketpolicy.Policy
	restrict bool        // RestrictPublicBuckets on a public policy
	owner    Credentials // of the bucket
	exact    bool        // the directories must list what content opens
	now      func() time.Time
	etags    sync.Map // of etagEntry, by key
}

// Content is files whose names follow a prefix in the objects' keys.
type Content struct {
	Prefix string
	Files  fs.FS
}

// New returns a bucket whose objects are the files of content: of files with one
// key, the first. For a directory, Files is os.OpenRoot(dir).FS(), which no path
// or symbolic link leaves. The error names a statement of the bucket policy that
// this package does not evaluate or that S3 would refuse, or is ErrPublicPolicy:
// see [bucketpolicy.Compile].
func New(bucket *infra.Bucket, now func() time.Time, content ...Content) (*Server, error) {
	policy, err := bucketpolicy.Compile(bucket.Policy)
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", bucket.Name, err)
	}
	statement, public := policy.Public()
	if public && bucket.PublicAccessBlock.BlockPublicPolicy {
		return nil, fmt.Errorf("bucket %s: %s makes its policy public: %w", bucket.Name, statement, ErrPublicPolicy)
	}
	return &Server{
		bucket: bucket, content: content, policy: policy, exact: foldsNames,
		restrict: public && bucket.PublicAccessBlock.RestrictPublicBuckets,
		owner:    DefaultCredentials(), now: now,
	}, nil
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
	response, err := s.serve(r)
	if err == nil {
		return s.complete(r, response, newIDs()), nil
	}
	failure, refused := errors.AsType[*refusal](err)
	switch {
	case refused:
		return s.refuse(r, failure), nil
	case s.remote != nil:
		return nil, err
	default:
		return s.refuse(r, errorInternal), nil
	}
}

// serve returns the response to a request, without the headers that all
// responses have. Its error is a refusal or that of the content.
func (s *Server) serve(r *http.Request) (*http.Response, error) {
	q, failure := s.read(r)
	if failure == nil {
		failure = s.authorize(q)
	}
	if failure != nil {
		return nil, failure
	}
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case q.action == "":
		return s.preflight(q)
	case !reads:
		return nil, methodNotAllowed(r.Method)
	case q.action == listBucket && r.Method == http.MethodHead:
		return &http.Response{StatusCode: 200, Header: http.Header{"X-Amz-Bucket-Region": {s.bucket.Region}}}, nil
	case q.action != listBucket && q.action != getObject:
		return nil, errorNotImplemented
	case s.remote != nil:
		return s.forward(q)
	case q.action == listBucket:
		return s.list(q)
	default:
		return s.object(q)
	}
}
