package s3

import (
	"bytes"
	"encoding/xml"
	"slices"
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

// Error implements error.
func (r *refusal) Error() string { return r.message }

// body returns the XML document, as S3 writes it.
func (r *refusal) body(ids responseIDs) []byte {
	b := bytes.NewBufferString(xml.Header + "<Error>")
	elements := slices.Concat([]string{"Code", r.code, "Message", r.message}, r.details,
		[]string{"RequestId", ids.request, "HostId", ids.host})
	for e := range slices.Chunk(elements, 2) {
		b.WriteString("<" + e[0] + ">")
		_ = xml.EscapeText(b, []byte(e[1])) // a bytes.Buffer does not fail
		b.WriteString("</" + e[0] + ">")
	}
	b.WriteString("</Error>")
	return b.Bytes()
}

var (
	errorAccessDenied   = accessDenied("Access Denied")
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

func accessDenied(message string, details ...string) *refusal {
	return refuse(403, "AccessDenied", message, details...)
}

func invalidArgument(message, name, value string) *refusal {
	return refuse(400, "InvalidArgument", message, "ArgumentName", name, "ArgumentValue", value)
}

func noSuchKey(key string) *refusal {
	return refuse(404, "NoSuchKey", "The specified key does not exist.", "Key", key)
}

func methodNotAllowed(method string) *refusal {
	return refuse(405, "MethodNotAllowed", "The specified method is not allowed against this resource.",
		"Method", method, "ResourceType", "OBJECT")
}
