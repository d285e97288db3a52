package s3

import (
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

// longestPresigned is the longest lifetime of a presigned URL in seconds, and
// mostSkew the largest difference between a signer's clock and S3's.
const (
	longestPresigned = 604800
	mostSkew         = 15 * time.Minute
)

// authentication is the sender of a request and the form of its authentication.
type authentication struct {
	principal   Principal
	owner       bool
	authType    string // REST-HEADER or REST-QUERY-STRING; empty for an anonymous request
	signedAt    time.Time
	payloadHash string
}

// signed reports whether the request is authenticated at all.
func (a authentication) signed() bool { return a.authType != "" }

// authenticate returns the sender: CloudFront, by the context; the owner, by
// one of two forms of signature; or an anonymous one.
func (s *Server) authenticate(q *request) (authentication, *refusal) {
	principal := principalOf(q.http.Context())
	authorization := q.http.Header.Get("Authorization")
	if !principal.Anonymous() {
		authorization = sigv4.Algorithm + " " + authorization
	}
	presigned := q.query.Has("X-Amz-Algorithm")
	version2 := q.query.Has("Signature")
	if authorization != "" && (presigned || version2) {
		return authentication{}, errorTwoMechanisms(authorization)
	}
	switch {
	case !principal.Anonymous():
		return authentication{principal: principal, authType: "REST-HEADER", signedAt: q.now,
			payloadHash: sigv4.UnsignedPayload}, nil
	case presigned:
		return s.authenticateQuery(q)
	case version2 || strings.HasPrefix(authorization, "AWS "):
		return authentication{}, errorVersion2
	case authorization != "":
		return s.authenticateHeader(q)
	default:
		return authentication{}, nil
	}
}

// authenticateQuery checks a presigned request. It checks the lifetime first,
// as S3 does, so that an expired URL is reported as expired whatever else is
// wrong with it.
func (s *Server) authenticateQuery(q *request) (authentication, *refusal) {
	signature, wrong := sigv4.ParseQuery(q.query)
	if wrong != nil {
		return authentication{}, malformedQuery(wrong)
	}
	if failure := s.wrongScope(signature); failure != nil {
		return authentication{}, failure
	}
	lifetime, failure := presignedLifetime(q.query.Get("X-Amz-Expires"))
	if failure != nil {
		return authentication{}, failure
	}
	end := signature.Time.Add(lifetime)
	if signature.Time.After(q.now.Add(mostSkew)) {
		return authentication{}, errorNotYetValid(signature.Time, end, q.now)
	}
	if q.now.After(end) {
		return authentication{}, errorExpired(lifetime, end, q.now)
	}
	return s.authenticateSignature(q, signature, q.query.Get("X-Amz-Security-Token"), "REST-QUERY-STRING")
}

func (s *Server) authenticateHeader(q *request) (authentication, *refusal) {
	signature, wrong := sigv4.ParseHeader(q.http.Header)
	if wrong != nil {
		return authentication{}, malformedHeader(wrong, q.http.Header.Get("Authorization"))
	}
	if failure := s.wrongScope(signature); failure != nil {
		return authentication{}, failure
	}
	if signature.PayloadHash == "" {
		return authentication{}, errorNoPayloadHash
	}
	if skew := q.now.Sub(signature.Time).Abs(); skew > mostSkew {
		return authentication{}, errorSkewed(signature.Time, q.now)
	}
	return s.authenticateSignature(q, signature, q.http.Header.Get("X-Amz-Security-Token"), "REST-HEADER")
}

func (s *Server) authenticateSignature(q *request, signature *sigv4.Signature, token, authType string) (
	authentication, *refusal) {
	if signature.AccessKeyID != s.owner.AccessKeyID {
		return authentication{}, errorUnknownKey(signature.AccessKeyID)
	}
	if token != s.owner.SessionToken {
		return authentication{}, errorInvalidToken
	}
	// S3 signs the decoded path, encoded once, whatever the path as sent escapes.
	canonical := signature.CanonicalRequest(q.http, sigv4.Encode(q.path, true))
	text := signature.StringToSign(canonical)
	if !signature.Matches(s.owner.SecretAccessKey, text) {
		return authentication{}, errorMismatch(signature, text, canonical)
	}
	if names := unsignedHeaders(q.http.Header, signature.SignedHeaders); len(names) > 0 {
		return authentication{}, errorHeadersNotSigned(names)
	}
	return authentication{
		principal: Principal{ARN: "arn:aws:iam::" + cloudformation.DefaultAccount + ":user/owner",
			Account: cloudformation.DefaultAccount},
		owner:       true,
		authType:    authType,
		signedAt:    signature.Time,
		payloadHash: signature.PayloadHash,
	}, nil
}

// unsignedHeaders returns the headers with a meaning to S3 that the signature
// does not cover. CloudFront adds X-Amz-Cf-Id to every request.
func unsignedHeaders(h http.Header, signed []string) []string {
	var names []string
	for name := range h {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-amz-") && name != "x-amz-cf-id" && name != "x-amz-content-sha256" &&
			!slices.Contains(signed, name) {
			names = append(names, name)
		}
	}
	return names
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
