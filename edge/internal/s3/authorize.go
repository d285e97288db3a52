package s3

import (
	"cmp"
	"crypto/tls"
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
// owner, by ownership. S3 asks no permission for a preflight. It decrypts an
// object with KMS only over TLS and for a signature that identifies who uses the
// key, which an origin access identity's does not.
func (s *Server) authorize(q *request) *refusal {
	resource := s.bucket.ARN + "/" + q.key
	if q.key == "" {
		resource = s.bucket.ARN
	}
	kms := q.action == getObject && (s.bucket.Encryption == "aws:kms" || s.bucket.Encryption == "aws:kms:dsse")
	switch {
	case q.action == "":
		return nil
	case !s.allowed(q, q.action, resource):
		return errorAccessDenied
	case kms && (q.principal.Anonymous() || q.principal.CanonicalUser != ""):
		return errorKMSUnsigned
	case kms && !q.secure():
		return errorKMSInsecure
	}
	return nil
}

func (s *Server) allowed(q *request, action, resource string) bool {
	keys := sync.OnceValue(func() map[string]string { return s.conditionKeys(q) })
	decision := s.policy.Evaluate(bucketpolicy.Request{
		Principal: q.principal,
		Action:    action,
		Resource:  resource,
		Lookup: func(key string) ([]string, bool) {
			header, _ := strings.CutPrefix(key, "s3:x-amz-") // no header's name has the colon of other keys
			value := cmp.Or(keys()[key], q.http.Header.Get("X-Amz-"+header))
			return []string{value}, value != ""
		},
	})
	switch {
	case decision == bucketpolicy.ExplicitDeny:
		return false
	case q.principal == ownerPrincipal:
		return true
	case s.restrict && q.principal.Service == "":
		return false
	}
	return decision == bucketpolicy.Allow
}

// conditionKeys returns a request's condition keys. A key without a value is
// absent from the request.
func (s *Server) conditionKeys(q *request) map[string]string {
	who, header := q.principal, q.http.Header
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
	if !who.Anonymous() {
		keys["s3:authtype"] = "REST-HEADER"
		if q.signature.Presigned {
			keys["s3:authtype"] = "REST-QUERY-STRING"
		}
		keys["s3:signatureage"] = strconv.FormatInt(max(0, q.now.Sub(q.signature.Time).Milliseconds()), 10)
		keys["s3:signatureversion"] = sigv4.Algorithm
		keys["s3:x-amz-content-sha256"] = q.signature.PayloadHash
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
	switch {
	case q.http.TLS != nil:
		return strings.TrimPrefix(tls.VersionName(q.http.TLS.Version), "TLS ")
	case q.secure():
		return "1.2"
	}
	return ""
}

// missing returns the error for a missing key: only those who may list the
// bucket learn that it does not exist.
func (s *Server) missing(q *request) *refusal {
	if s.allowed(q, "s3:ListBucket", s.bucket.ARN) {
		return noSuchKey(q.key)
	}
	return errorAccessDenied
}
