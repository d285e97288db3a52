package s3

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strconv"
)

// Error is an error response of S3.
type Error struct {
	Status  int
	Code    string
	Message string
	Details []Detail // further elements of the body, in order
}

// Detail is an additional element of an error's body.
type Detail struct{ Name, Value string }

// Error implements error.
func (e *Error) Error() string { return "s3: " + e.Code + ": " + e.Message }

// Body returns the error's XML document, as S3 writes it.
func (e *Error) Body(requestID, hostID string) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header + "<Error>")
	element(&b, "Code", e.Code)
	element(&b, "Message", e.Message)
	for _, d := range e.Details {
		element(&b, d.Name, d.Value)
	}
	element(&b, "RequestId", requestID)
	element(&b, "HostId", hostID)
	b.WriteString("</Error>")
	return b.Bytes()
}

func element(b *bytes.Buffer, name, value string) {
	b.WriteString("<" + name + ">")
	_ = xml.EscapeText(b, []byte(value)) // a bytes.Buffer does not fail
	b.WriteString("</" + name + ">")
}

var (
	errorAccessDenied   = &Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: "Access Denied"}
	errorNotImplemented = &Error{Status: http.StatusNotImplemented, Code: "NotImplemented",
		Message: "A header or query you provided implies functionality that is not implemented."}
	errorInvalidURI = &Error{Status: http.StatusBadRequest, Code: "InvalidURI",
		Message: "Couldn't parse the specified URI."}
	errorInternal = &Error{Status: http.StatusInternalServerError, Code: "InternalError",
		Message: "We encountered an internal error. Please try again."}
	errorUnavailable = &Error{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable",
		Message: "Please reduce your request rate."}
	errorKMSUnsigned = invalidArgument(
		"Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.",
		"Authorization", "null")
	errorKMSInsecure = invalidArgument(
		"Requests specifying Server Side Encryption with AWS KMS managed keys must be made over a secure connection.",
		"Authorization", "null")
	errorAnonymousOverride = &Error{Status: http.StatusBadRequest, Code: "InvalidRequest",
		Message: "Request specific response headers cannot be used for anonymous GET requests."}
)

func invalidArgument(message, name, value string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "InvalidArgument", Message: message,
		Details: []Detail{{"ArgumentName", name}, {"ArgumentValue", value}}}
}

func noSuchBucket(name string) *Error {
	return &Error{Status: http.StatusNotFound, Code: "NoSuchBucket", Message: "The specified bucket does not exist",
		Details: []Detail{{"BucketName", name}}}
}

func noSuchKey(key string) *Error {
	return &Error{Status: http.StatusNotFound, Code: "NoSuchKey", Message: "The specified key does not exist.",
		Details: []Detail{{"Key", key}}}
}

func keyTooLong(size int) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "KeyTooLongError", Message: "Your key is too long",
		Details: []Detail{{"Size", strconv.Itoa(size)}, {"MaxSizeAllowed", strconv.Itoa(longestKey)}}}
}

func methodNotAllowed(method string) *Error {
	return &Error{Status: http.StatusMethodNotAllowed, Code: "MethodNotAllowed",
		Message: "The specified method is not allowed against this resource.",
		Details: []Detail{{"Method", method}, {"ResourceType", "OBJECT"}}}
}

func preconditionFailed(header string) *Error {
	return &Error{Status: http.StatusPreconditionFailed, Code: "PreconditionFailed",
		Message: "At least one of the pre-conditions you specified did not hold",
		Details: []Detail{{"Condition", header}}}
}
