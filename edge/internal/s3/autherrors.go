package s3

import (
	"fmt"

	"example.com/privatecdn/edge/internal/sigv4"
)

var (
	errorVersion2 = refuse(400, "InvalidRequest",
		"The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
	errorNoPayloadHash = refuse(400, "InvalidRequest",
		"Missing required header for this request: x-amz-content-sha256")
	errorInvalidToken = refuse(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
)

func queryParameters(message string) *refusal {
	return refuse(400, "AuthorizationQueryParametersError", message)
}

// malformedQuery returns S3's error for the part of a presigned request that is
// wrong, nil for none.
func malformedQuery(signature *sigv4.Signature, wrong sigv4.Part) *refusal {
	switch wrong {
	case sigv4.PartMissing:
		return queryParameters("Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, " +
			"X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
	case sigv4.PartAlgorithm:
		return queryParameters(`X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"`)
	case sigv4.PartCredential:
		return queryParameters(`Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; ` +
			`expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`)
	case sigv4.PartDate:
		return queryParameters(`X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`)
	case sigv4.PartScopeDate:
		return queryParameters(fmt.Sprintf("Error parsing the X-Amz-Credential parameter; incorrect date %q. "+
			"This date is not the same as X-Amz-Date.", signature.Date))
	case sigv4.PartHeaders:
		return queryParameters("Signed headers must contain host")
	}
	return nil
}

// malformedHeader is malformedQuery for an Authorization header.
func malformedHeader(wrong sigv4.Part, authorization string) *refusal {
	switch wrong {
	case "":
		return nil
	case sigv4.PartAlgorithm:
		return invalidArgument("Unsupported Authorization Type", "Authorization", authorization)
	case sigv4.PartDate:
		return accessDenied("AWS authentication requires a valid Date or x-amz-date header")
	}
	return headerMalformed("the " + string(wrong) + " is mal-formed")
}

func headerMalformed(why string) *refusal {
	return refuse(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; "+why+".")
}

// wrongScope refuses a signature made for another region or service.
func (s *Server) wrongScope(signature *sigv4.Signature) *refusal {
	region := s.bucket.Region
	var why string
	switch {
	case signature.Service != "s3":
		why = fmt.Sprintf("incorrect service %q. This endpoint belongs to \"s3\"", signature.Service)
	case region != "" && region != signature.Region:
		why = fmt.Sprintf("the region '%s' is wrong; expecting '%s'", signature.Region, region)
	default:
		return nil
	}
	failure := headerMalformed(why)
	if signature.Presigned {
		failure = queryParameters("Error parsing the X-Amz-Credential parameter; " + why)
	}
	if region != "" {
		failure.details = []string{"Region", region}
	}
	return failure
}
