package s3

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strconv"
)

// refusal is an error response of S3.
type refusal struct {
	status        int
	code, message string
	details       []string // names and values of further elements of the body
}

func refuse(status int, code, message string, details ...string) *refusal {
	return &refusal{status, code, message, details}
}

// body returns the XML document, as S3 writes it.
func (r *refusal) body(requestID, hostID string) []byte {
	b := bytes.NewBufferString(xml.Header + "<Error>")
	elements := append([]string{"Code", r.code, "Message", r.message}, r.details...)
	for e := range slices.Chunk(append(elements, "RequestId", requestID, "HostId", hostID), 2) {
		b.WriteString("<" + e[0] + ">")
		_ = xml.EscapeText(b, []byte(e[1])) // a bytes.Buffer does not fail
		b.WriteString("</" + e[0] + ">")
	}
	b.WriteString("</Error>")
	return b.Bytes()
}

var (
	errorAccessDenied   = refuse(403, "AccessDenied", "Access Denied")
	errorNotImplemented = refuse(501, "NotImplemented",
		"A header or query you provided implies functionality that is not implemented.")
	errorInvalidURI  = refuse(400, "InvalidURI", "Couldn't parse the specified URI.")
	errorInternal    = refuse(500, "InternalError", "We encountered an internal error. Please try again.")
	errorUnavailable = refuse(503, "ServiceUnavailable", "Please reduce your request rate.")
	errorKMSUnsigned = invalidArgument(
		"Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.",
		"Authorization", "null")
	errorKMSInsecure = invalidArgument(
		"Requests specifying Server Side Encryption with AWS KMS managed keys must be made over a secure connection.",
		"Authorization", "null")
	errorAnonymousOverride = refuse(400, "InvalidRequest",
		"Request specific response headers cannot be used for anonymous GET requests.")
)

func invalidArgument(message, name, value string) *refusal {
	return refuse(400, "InvalidArgument", message, "ArgumentName", name, "ArgumentValue", value)
}

func noSuchBucket(name string) *refusal {
	return refuse(404, "NoSuchBucket", "The specified bucket does not exist", "BucketName", name)
}

func noSuchKey(key string) *refusal {
	return refuse(404, "NoSuchKey", "The specified key does not exist.", "Key", key)
}

func keyTooLong(size int) *refusal {
	return refuse(400, "KeyTooLongError", "Your key is too long",
		"Size", strconv.Itoa(size), "MaxSizeAllowed", strconv.Itoa(longestKey))
}

func methodNotAllowed(method string) *refusal {
	return refuse(405, "MethodNotAllowed", "The specified method is not allowed against this resource.",
		"Method", method, "ResourceType", "OBJECT")
}

func preconditionFailed(header string) *refusal {
	return refuse(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold",
		"Condition", header)
}

func invalidRange(header string, size int64) *refusal {
	return refuse(416, "InvalidRange", "The requested range is not satisfiable",
		"RangeRequested", header, "ActualObjectSize", strconv.FormatInt(size, 10))
}
