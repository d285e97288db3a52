package s3

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/edge/internal/sigv4"
	"example.com/privatecdn/internal/cloudformation"
)

// Credentials are an access key of the bucket's owner.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // empty for a key that is not temporary
}

// LocalCredentials are the access key in all examples of AWS's documentation. A
// local bucket accepts it, so that presigned URLs can be tried without an
// account; it is valid nowhere else.
var LocalCredentials = Credentials{
	AccessKeyID:     "AKIAIOSFODNN7EXAMPLE",
	SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}

// DefaultCredentials returns the access key in the environment
// (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), with which
// AWS's tools sign on this machine, or LocalCredentials.
func DefaultCredentials() Credentials {
	own := Credentials{os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")}
	if own.AccessKeyID == "" || own.SecretAccessKey == "" {
		return LocalCredentials
	}
	return own
}

// ownerPrincipal is whom a signature with the owner's access key identifies.
var ownerPrincipal = Principal{
	ARN: "arn:aws:iam::" + cloudformation.DefaultAccount + ":user/owner", Account: cloudformation.DefaultAccount,
}

type principalKey struct{}

// WithPrincipal returns a context that identifies who sends a request, instead
// of a signature: CloudFront signs its requests to S3, which a server in the
// same process does not need to check.
func WithPrincipal(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// authenticate identifies the sender: CloudFront, by the context; the owner, by
// one of two forms of signature; or nobody.
func (s *Server) authenticate(q *request) *refusal {
	q.principal, _ = q.http.Context().Value(principalKey{}).(Principal)
	authorization := q.http.Header.Get("Authorization")
	if !q.principal.Anonymous() {
		authorization = sigv4.Algorithm + " " + authorization
	}
	presigned, version2 := q.query.Has("X-Amz-Algorithm"), q.query.Has("Signature")
	switch {
	case authorization != "" && (presigned || version2):
		return invalidArgument("Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "+
			"Signature query string parameter or the Authorization header should be specified",
			"Authorization", strings.TrimSpace(authorization))
	case version2 || strings.HasPrefix(authorization, "AWS "):
		return errorVersion2
	case presigned:
		return s.authenticateQuery(q)
	case !q.principal.Anonymous():
		q.signature = sigv4.Signature{Time: q.now, PayloadHash: sigv4.UnsignedPayload}
	case authorization != "":
		return s.authenticateHeader(q, authorization)
	}
	return nil
}

const (
	longestPresigned = 604800           // seconds
	mostSkew         = 15 * time.Minute // between a signer's clock and S3's
	s3Time           = "2006-01-02T15:04:05Z"
)

// authenticateQuery checks a presigned request. It checks the lifetime first,
// as S3 does, so that an expired URL is reported as expired whatever else is
// wrong with it.
func (s *Server) authenticateQuery(q *request) *refusal {
	signature, wrong := sigv4.ParseQuery(q.query)
	if failure := cmp.Or(malformedQuery(signature, wrong), s.wrongScope(signature)); failure != nil {
		return failure
	}
	expires := q.query.Get("X-Amz-Expires")
	lifetime, failure := presignedLifetime(expires)
	if failure != nil {
		return failure
	}
	end := signature.Time.Add(lifetime)
	times := []string{"Expires", end.UTC().Format(s3Time), "ServerTime", q.now.UTC().Format(s3Time)}
	switch {
	case signature.Time.After(q.now.Add(mostSkew)):
		milliseconds := strconv.FormatInt(signature.Time.UnixMilli(), 10) // as S3 writes it here
		return accessDenied("Request is not yet valid", append([]string{"X-Amz-Date", milliseconds}, times...)...)
	case q.now.After(end):
		return accessDenied("Request has expired", append([]string{"X-Amz-Expires", expires}, times...)...)
	}
	return s.authenticateOwner(q, signature, q.query.Get("X-Amz-Security-Token"))
}

func presignedLifetime(value string) (time.Duration, *refusal) {
	seconds, err := strconv.ParseInt(value, 10, 64)
	switch {
	case err != nil:
		return 0, queryParameters("X-Amz-Expires should be a number")
	case seconds < 0:
		return 0, queryParameters("X-Amz-Expires must be non-negative")
	case seconds > longestPresigned:
		return 0, queryParameters("X-Amz-Expires must be less than a week (in seconds); " +
			"that is, the given X-Amz-Expires must be less than 604800 seconds")
	}
	return time.Duration(seconds) * time.Second, nil
}

func (s *Server) authenticateHeader(q *request, authorization string) *refusal {
	signature, wrong := sigv4.ParseHeader(q.http.Header)
	if failure := cmp.Or(malformedHeader(wrong, authorization), s.wrongScope(signature)); failure != nil {
		return failure
	}
	if signature.PayloadHash == "" {
		return errorNoPayloadHash
	}
	if q.now.Sub(signature.Time).Abs() > mostSkew {
		return refuse(403, "RequestTimeTooSkewed",
			"The difference between the request time and the current time is too large.",
			"RequestTime", signature.Time.Format(sigv4.DateFormat), "ServerTime", q.now.UTC().Format(s3Time),
			"MaxAllowedSkewMilliseconds", strconv.FormatInt(mostSkew.Milliseconds(), 10))
	}
	return s.authenticateOwner(q, signature, q.http.Header.Get("X-Amz-Security-Token"))
}

// authenticateOwner checks that the owner's access key made a signature.
func (s *Server) authenticateOwner(q *request, signature *sigv4.Signature, token string) *refusal {
	if signature.AccessKeyID != s.owner.AccessKeyID {
		return refuse(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
			"AWSAccessKeyId", signature.AccessKeyID)
	}
	if token != s.owner.SessionToken {
		return errorInvalidToken
	}
	// S3 signs the decoded path, encoded once, whatever the path as sent escapes.
	canonical := signature.CanonicalRequest(q.http, sigv4.EncodePath(q.path))
	text := signature.StringToSign(canonical)
	if !signature.Matches(s.owner.SecretAccessKey, text) {
		return refuse(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature "+
			"you provided. Check your key and signing method.",
			"AWSAccessKeyId", signature.AccessKeyID, "StringToSign", text, "SignatureProvided", signature.Value,
			"StringToSignBytes", fmt.Sprintf("% x", text),
			"CanonicalRequest", canonical, "CanonicalRequestBytes", fmt.Sprintf("% x", canonical))
	}
	if names := unsignedHeaders(q.http.Header, signature.SignedHeaders); len(names) > 0 {
		return accessDenied("There were headers present in the request which were not signed",
			"HeadersNotSigned", strings.Join(names, ", "))
	}
	q.principal, q.signature = ownerPrincipal, *signature
	return nil
}

// unsignedHeaders returns the headers with a meaning to S3 that the signature
// does not cover. CloudFront adds X-Amz-Cf-Id to every request.
func unsignedHeaders(h http.Header, signed []string) []string {
	signed = append(signed, "x-amz-cf-id", "x-amz-content-sha256")
	var names []string
	for name := range h {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") && !slices.Contains(signed, name) {
			names = append(names, name)
		}
	}
	return names
}
