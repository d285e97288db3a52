package s3

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// longestKey is the length of the longest key in bytes.
const longestKey = 1024

// operation is what a request does.
type operation int

const (
	getObject  operation = iota // GET and HEAD of a key
	listBucket                  // GET of the bucket
	headBucket                  // HEAD of the bucket
	preflight                   // OPTIONS
	write                       // everything that would change the bucket
	other                       // a subresource that this package does not have
)

// request is a request as S3 understands it.
type request struct {
	http      *http.Request
	path      string // decoded
	bucket    string // the bucket addressed
	key       string
	query     url.Values
	operation operation
	action    string
	now       time.Time
	auth      authentication
}

// read parses a request and authenticates its sender.
func (s *Server) read(r *http.Request) (*request, *refusal) {
	q := &request{http: r, now: s.now()}
	q.query, _ = url.ParseQuery(r.URL.RawQuery)
	path, err := decodePath(rawPath(r))
	if err != nil {
		return nil, errorInvalidURI
	}
	q.path = path
	q.address(s.bucket.Name, host(r))
	if q.bucket != s.bucket.Name {
		return nil, noSuchBucket(q.bucket)
	}
	if len(q.key) > longestKey {
		return nil, keyTooLong(len(q.key))
	}
	if failure := q.classify(); failure != nil {
		return nil, failure
	}
	var failure *refusal
	q.auth, failure = s.authenticate(q)
	return q, failure
}

// address splits the request's address into bucket and key. The host names the
// bucket, unless it is one of S3's own or a local address: then the path's
// first segment does.
func (q *request) address(bucket, host string) {
	q.key = strings.TrimPrefix(q.path, "/")
	switch {
	case host == bucket || strings.HasPrefix(host, bucket+"."):
		q.bucket = bucket
	case isEndpoint(host):
		q.bucket, q.key, _ = strings.Cut(q.key, "/")
	default:
		// S3 takes a host it does not know for the name of a bucket.
		q.bucket = host
	}
}

func isEndpoint(host string) bool {
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	return host == "localhost" || strings.HasPrefix(host, "s3.") || strings.HasPrefix(host, "s3-")
}

// host returns the request's host without a port, in lower case.
func host(r *http.Request) string {
	h := r.Host
	if h == "" {
		h = r.URL.Host
	}
	if name, _, err := net.SplitHostPort(h); err == nil {
		h = name
	}
	return strings.ToLower(h)
}

// rawPath returns the path as it was sent, neither cleaned nor decoded.
func rawPath(r *http.Request) string {
	if opaque := r.URL.Opaque; strings.HasPrefix(opaque, "//") {
		_, path, _ := strings.Cut(opaque[2:], "/")
		return "/" + path
	}
	return r.URL.EscapedPath()
}

// decodePath decodes escapes once. S3 reads a plus sign in a path as a space,
// also behind CloudFront.
func decodePath(raw string) (string, error) { return url.QueryUnescape(raw) }

// classify returns the operation and the action that must be allowed for it.
func (q *request) classify() *refusal {
	kind := "Object"
	if q.key == "" {
		kind = "Bucket"
	}
	switch q.http.Method {
	case http.MethodGet, http.MethodHead:
		q.classifyRead(kind)
	case http.MethodOptions:
		q.operation = preflight
	case http.MethodPut, http.MethodPost:
		q.operation, q.action = write, "s3:PutObject"
		if q.http.Method == http.MethodPut && q.key == "" {
			q.action = "s3:CreateBucket"
		}
	case http.MethodDelete:
		q.operation, q.action = write, "s3:Delete"+kind
	default:
		return methodNotAllowed(q.http.Method)
	}
	return nil
}

func (q *request) classifyRead(kind string) {
	for name := range q.query {
		if action := subresourceAction(name, kind); action != "" {
			q.operation, q.action = other, action
			return
		}
	}
	switch {
	case q.key != "" && q.query.Has("versionId"):
		q.operation, q.action = other, "s3:GetObjectVersion"
	case q.key != "":
		q.operation, q.action = getObject, "s3:GetObject"
	case q.http.Method == http.MethodHead:
		q.operation, q.action = headBucket, "s3:ListBucket"
	default:
		q.operation, q.action = listBucket, "s3:ListBucket"
	}
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
