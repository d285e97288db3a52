package s3

import (
	"cmp"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/edge/internal/sigv4"
)

// longestKey is the length of the longest key in bytes.
const longestKey = 1024

// The actions of requests that have a response other than an error.
const (
	getObject  = "s3:GetObject"
	listBucket = "s3:ListBucket"
)

// request is a request as S3 understands it.
type request struct {
	http      *http.Request
	path      string // decoded
	bucket    string // the bucket addressed
	key       string
	query     url.Values
	action    string // that must be allowed; "" for a preflight
	now       time.Time
	principal Principal
	signature sigv4.Signature // of a principal that is not anonymous
}

// read parses a request and authenticates its sender.
func (s *Server) read(r *http.Request) (*request, *refusal) {
	q := &request{http: r, now: s.now()}
	q.query, _ = url.ParseQuery(r.URL.RawQuery)
	var err error
	// S3 reads a plus sign in a path as a space, also behind CloudFront.
	if q.path, err = url.QueryUnescape(r.URL.EscapedPath()); err != nil {
		return nil, errorInvalidURI
	}
	q.address(s.bucket.Name)
	if q.bucket != s.bucket.Name {
		return nil, refuse(404, "NoSuchBucket", "The specified bucket does not exist", "BucketName", q.bucket)
	}
	if size := len(q.key); size > longestKey {
		return nil, refuse(400, "KeyTooLongError", "Your key is too long",
			"Size", strconv.Itoa(size), "MaxSizeAllowed", strconv.Itoa(longestKey))
	}
	if failure := q.classify(); failure != nil {
		return nil, failure
	}
	return q, s.authenticate(q)
}

// address splits the request's address into bucket and key. The host names the
// bucket, unless it is one of S3's own or a local address: then the path's
// first segment does. S3 takes another host for the name of a bucket.
func (q *request) address(bucket string) {
	host := cmp.Or(q.http.Host, q.http.URL.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(host)
	q.bucket, q.key = host, strings.TrimPrefix(q.path, "/")
	switch {
	case strings.HasPrefix(host, bucket+"."):
		q.bucket = bucket
	case host != bucket && isEndpoint(host):
		q.bucket, q.key, _ = strings.Cut(q.key, "/")
	}
}

func isEndpoint(host string) bool {
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	return host == "localhost" || strings.HasPrefix(host, "s3.") || strings.HasPrefix(host, "s3-")
}

// classify determines the action that must be allowed for the request.
func (q *request) classify() *refusal {
	kind := "Object"
	if q.key == "" {
		kind = "Bucket"
	}
	switch method := q.http.Method; {
	case method == http.MethodGet || method == http.MethodHead:
		q.action = q.readAction(kind)
	case method == http.MethodOptions:
	case method == http.MethodPut && q.key == "":
		q.action = "s3:CreateBucket"
	case method == http.MethodPut || method == http.MethodPost:
		q.action = "s3:PutObject"
	case method == http.MethodDelete:
		q.action = "s3:Delete" + kind
	default:
		return methodNotAllowed(method)
	}
	return nil
}

func (q *request) readAction(kind string) string {
	for name := range q.query {
		if action := subresourceAction(name, kind); action != "" {
			return action
		}
	}
	switch {
	case q.key == "":
		return listBucket
	case q.query.Has("versionId"):
		return "s3:GetObjectVersion"
	}
	return getObject
}

// subresourceAction returns the action that allows reading another part of an
// object or bucket, or "". This package has no such parts, but denying access
// differs from reporting that one does not exist.
func subresourceAction(name, kind string) string {
	switch name {
	case "acl", "attributes", "legal-hold", "retention", "tagging", "torrent":
		return "s3:Get" + kind + strings.ReplaceAll(name, "-", "")
	case "cors", "location", "logging", "notification", "policy", "policyStatus", "publicAccessBlock",
		"versioning", "versions", "website":
		return "s3:GetBucket" + name
	case "lifecycle":
		return "s3:GetLifecycleConfiguration"
	}
	return ""
}

// secure reports whether the request uses TLS, by its URL for an outgoing
// request and by its connection for an incoming one.
func (q *request) secure() bool {
	return q.http.TLS != nil || q.http.URL.Scheme == "https"
}
