package s3

import (
	"cmp"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/privatecdn/edge/internal/sigv4"
	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/cloudformation"
)

// cloudFrontAddress is one of the addresses from which CloudFront sends
// requests to origins. S3 sees it, not the viewer's, on a request from a
// distribution.
const cloudFrontAddress = "130.176.0.1"

// authorize decides by the bucket policy, the public access block and, for the
// owner, by ownership.
func (s *Server) authorize(q *request) *refusal {
	if q.operation == preflight {
		return nil // S3 asks no permission for it
	}
	if !s.allowed(q, q.action, s.resource(q)) {
		return errorAccessDenied
	}
	if q.operation != getObject || s.bucket.Encryption != "aws:kms" && s.bucket.Encryption != "aws:kms:dsse" {
		return nil
	}
	return q.readableWithKMS()
}

// readableWithKMS reports whether S3 decrypts an object for a request. With
// KMS, it does so only over TLS and for a signature that identifies who uses
// the key, which an origin access identity's does not.
func (q *request) readableWithKMS() *refusal {
	if q.auth.principal.Anonymous() || q.auth.principal.CanonicalUser != "" {
		return errorKMSUnsigned
	}
	if !q.secure() {
		return errorKMSInsecure
	}
	return nil
}

func (s *Server) resource(q *request) string {
	if q.key == "" {
		return s.bucket.ARN
	}
	return s.bucket.ARN + "/" + q.key
}

func (s *Server) allowed(q *request, action, resource string) bool {
	keys := sync.OnceValue(func() map[string]string { return s.conditionKeys(q) })
	decision := s.policy.Evaluate(bucketpolicy.Request{
		Principal: q.auth.principal,
		Action:    action,
		Resource:  resource,
		Lookup: func(key string) ([]string, bool) {
			header, _ := strings.CutPrefix(key, "s3:x-amz-") // no header's name has the colon of other keys
			value := cmp.Or(keys()[key], q.http.Header.Get("X-Amz-"+header))
			return []string{value}, value != ""
		},
	})
	if decision == bucketpolicy.ExplicitDeny {
		return false
	}
	if q.auth.owner {
		return true
	}
	if s.restrict && q.auth.principal.Service == "" {
		return false
	}
	return decision == bucketpolicy.Allow
}

// conditionKeys returns a request's condition keys. A key without a value is
// absent from the request.
func (s *Server) conditionKeys(q *request) map[string]string {
	who, header := q.auth.principal, q.http.Header
	keys := map[string]string{
		"aws:currenttime":           q.now.UTC().Format(time.RFC3339),
		"aws:epochtime":             strconv.FormatInt(q.now.Unix(), 10),
		"aws:principalaccount":      who.Account,
		"aws:principalarn":          who.ARN,
		"aws:principalisawsservice": strconv.FormatBool(who.Service != ""),
		"aws:principalservicename":  who.Service,
		"aws:principaltype":         principalType(who),
		"aws:referer":               header.Get("Referer"),
		"aws:requestedregion":       s.bucket.Region,
		"aws:securetransport":       strconv.FormatBool(q.secure()),
		"aws:sourceaccount":         who.SourceAccount,
		"aws:sourcearn":             who.SourceARN,
		"aws:sourceip":              q.sourceIP(),
		"aws:sourceowner":           who.SourceAccount,
		"aws:useragent":             header.Get("User-Agent"),
		"aws:viaawsservice":         "false",
		"s3:delimiter":              q.query.Get("delimiter"),
		"s3:max-keys":               q.query.Get("max-keys"),
		"s3:prefix":                 q.query.Get("prefix"),
		"s3:resourceaccount":        cloudformation.DefaultAccount,
		"s3:tlsversion":             q.tlsVersion(),
		"s3:versionid":              q.query.Get("versionId"),
	}
	if q.auth.signed() {
		keys["s3:authtype"] = q.auth.authType
		keys["s3:signatureage"] = strconv.FormatInt(max(0, q.now.Sub(q.auth.signedAt).Milliseconds()), 10)
		keys["s3:signatureversion"] = sigv4.Algorithm
		keys["s3:x-amz-content-sha256"] = q.auth.payloadHash
	}
	return keys
}

func principalType(who Principal) string {
	switch {
	case who.Anonymous():
		return "Anonymous"
	case who.Service != "":
		return ""
	default:
		return "User"
	}
}

// sourceIP returns the address of the sender. A request without a connection is
// CloudFront's.
func (q *request) sourceIP() string {
	if q.http.RemoteAddr == "" {
		return cloudFrontAddress
	}
	if address, _, err := net.SplitHostPort(q.http.RemoteAddr); err == nil {
		return address
	}
	return q.http.RemoteAddr
}

// tlsVersion returns 1.2 for a request without a connection: the least that
// CloudFront uses with S3.
func (q *request) tlsVersion() string {
	state := q.http.TLS
	if state == nil {
		if q.secure() {
			return "1.2"
		}
		return ""
	}
	return map[uint16]string{0x0301: "1.0", 0x0302: "1.1", 0x0303: "1.2", 0x0304: "1.3"}[state.Version]
}

// missing returns the error for a missing key: only those who may list the
// bucket learn that it does not exist.
func (s *Server) missing(q *request) *refusal {
	if s.allowed(q, "s3:ListBucket", s.bucket.ARN) {
		return noSuchKey(q.key)
	}
	return errorAccessDenied
}
