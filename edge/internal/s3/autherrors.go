package s3

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/edge/internal/sigv4"
)

const s3Time = "2006-01-02T15:04:05Z"

var (
	errorVersion2 = refuse(400, "InvalidRequest",
		"The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
	errorNoPayloadHash = refuse(400, "InvalidRequest",
		"Missing required header for this request: x-amz-content-sha256")
	errorInvalidToken = refuse(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
)

func errorTwoMechanisms(authorization string) *refusal {
	return invalidArgument("Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "+
		"Signature query string parameter or the Authorization header should be specified",
		"Authorization", strings.TrimSpace(authorization))
}

func errorExpired(lifetime time.Duration, end, now time.Time) *refusal {
	return refuse(403, "AccessDenied", "Request has expired",
		"X-Amz-Expires", strconv.FormatInt(int64(lifetime.Seconds()), 10),
		"Expires", end.UTC().Format(s3Time), "ServerTime", now.UTC().Format(s3Time))
}

// errorNotYetValid states the date in milliseconds, as S3 does.
func errorNotYetValid(signed, end, now time.Time) *refusal {
	return refuse(403, "AccessDenied", "Request is not yet valid",
		"X-Amz-Date", strconv.FormatInt(signed.UnixMilli(), 10),
		"Expires", end.UTC().Format(s3Time), "ServerTime", now.UTC().Format(s3Time))
}

func errorSkewed(signed, now time.Time) *refusal {
	return refuse(403, "RequestTimeTooSkewed",
		"The difference between the request time and the current time is too large.",
		"RequestTime", signed.Format(sigv4.DateFormat), "ServerTime", now.UTC().Format(s3Time),
		"MaxAllowedSkewMilliseconds", strconv.FormatInt(mostSkew.Milliseconds(), 10))
}

func errorUnknownKey(id string) *refusal {
	return refuse(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
		"AWSAccessKeyId", id)
}

func errorMismatch(s *sigv4.Signature, text, canonical string) *refusal {
	return refuse(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature "+
		"you provided. Check your key and signing method.",
		"AWSAccessKeyId", s.AccessKeyID, "StringToSign", text, "SignatureProvided", s.Value,
		"StringToSignBytes", fmt.Sprintf("% x", text),
		"CanonicalRequest", canonical, "CanonicalRequestBytes", fmt.Sprintf("% x", canonical))
}

func errorHeadersNotSigned(names []string) *refusal {
	return refuse(403, "AccessDenied", "There were headers present in the request which were not signed",
		"HeadersNotSigned", strings.Join(names, ", "))
}

func queryParameters(message string) *refusal {
	return refuse(400, "AuthorizationQueryParametersError", message)
}

// malformedQuery returns S3's message for a malformed presigned request.
func malformedQuery(wrong *sigv4.Malformed) *refusal {
	switch wrong.Part {
	case sigv4.PartAlgorithm:
		return queryParameters(`X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"`)
	case sigv4.PartCredential:
		return queryParameters(`Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; ` +
			`expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`)
	case sigv4.PartDate:
		return queryParameters(`X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`)
	case sigv4.PartScopeDate:
		return queryParameters(fmt.Sprintf("Error parsing the X-Amz-Credential parameter; incorrect date %q. "+
			"This date is not the same as X-Amz-Date.", wrong.Value))
	case sigv4.PartHeaders:
		return queryParameters("Signed headers must contain host")
	default:
		return queryParameters("Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, " +
			"X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
	}
}

// malformedHeader returns S3's message for a malformed Authorization header.
func malformedHeader(wrong *sigv4.Malformed, authorization string) *refusal {
	switch wrong.Part {
	case sigv4.PartAlgorithm:
		return invalidArgument("Unsupported Authorization Type", "Authorization", authorization)
	case sigv4.PartDate:
		return refuse(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
	}
	return headerMalformed(fmt.Sprintf("the %s is mal-formed", wrong.Name))
}

func headerMalformed(why string) *refusal {
	return refuse(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; "+why+".")
}

// wrongScope refuses a signature made for another region or service.
func (s *Server) wrongScope(signature *sigv4.Signature) *refusal {
	var why string
	switch region, service := signature.Scope.Region, signature.Scope.Service; {
	case service != "s3":
		why = fmt.Sprintf("incorrect service %q. This endpoint belongs to \"s3\"", service)
	case s.bucket.Region != "" && region != s.bucket.Region:
		why = fmt.Sprintf("the region '%s' is wrong; expecting '%s'", region, s.bucket.Region)
	default:
		return nil
	}
	failure := headerMalformed(why)
	if signature.Presigned {
		failure = queryParameters("Error parsing the X-Amz-Credential parameter; " + why)
	}
	if s.bucket.Region != "" {
		failure.details = []string{"Region", s.bucket.Region}
	}
	return failure
}
