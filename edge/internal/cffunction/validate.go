package cffunction

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// disallowed lists headers that no function may add, readOnly those that none
// may change.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
var (
	disallowed = []string{"connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization",
		"proxy-connection", "trailer", "upgrade", "x-accel-buffering", "x-accel-charset", "x-accel-limit-rate",
		"x-accel-redirect", "x-cache", "x-forwarded-proto", "x-real-ip"}
	disallowedPrefixes = []string{"x-amz-cf-", "x-edge-"}
	readOnly           = map[string][]string{
		ViewerRequest:  {"content-length", "host", "transfer-encoding", "via"},
		ViewerResponse: {"warning", "via"},
	}
)

// validate returns an error for a result that CloudFront refuses.
func (e *Event) validate(r Result) error {
	q, response := r.Request, r.Response
	switch {
	case q != nil && e.Type == ViewerResponse:
		return errors.New("a viewer-response function must return a response")
	case q != nil && q.Method != e.Request.Method:
		return errors.New("the method must not be changed")
	case q != nil && !strings.HasPrefix(q.URI, "/"):
		return fmt.Errorf("the uri %q must start with a slash", q.URI)
	case q != nil:
		return validateHeaders(e.Request.Headers, q.Headers, e.Type)
	case response.Status < 200 || response.Status > 599:
		return fmt.Errorf("the statusCode %d is not a status of HTTP", response.Status)
	}
	if b := response.Body; b != nil && !slices.Contains([]string{"", "text", "base64"}, b.Encoding) {
		return fmt.Errorf("the body's encoding %q is neither text nor base64", b.Encoding)
	}
	if e.Response == nil { // the function makes the whole response
		return validateHeaders(nil, response.Headers, "")
	}
	return validateHeaders(e.Response.Headers, response.Headers, e.Type)
}

// validateHeaders checks what a function of a type makes of headers.
func validateHeaders(before, after []Pair, eventType string) error {
	for _, h := range after {
		if h.Name != strings.ToLower(h.Name) {
			return fmt.Errorf("the header name %q must be in lower case", h.Name)
		}
		banned := slices.Contains(disallowed, h.Name) ||
			slices.ContainsFunc(disallowedPrefixes, func(p string) bool { return strings.HasPrefix(h.Name, p) })
		if banned && !slices.Contains(before, h) {
			return fmt.Errorf("the header %q must not be set by a function", h.Name)
		}
	}
	for _, name := range readOnly[eventType] {
		other := func(h Pair) bool { return h.Name != name }
		if !slices.Equal(slices.DeleteFunc(slices.Clone(before), other), slices.DeleteFunc(slices.Clone(after), other)) {
			return fmt.Errorf("the header %q is read-only in a %s function", name, eventType)
		}
	}
	return nil
}
