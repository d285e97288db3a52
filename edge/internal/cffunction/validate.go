package cffunction

import (
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
	before, after := e.Request.Headers, []Pair(nil)
	if q := r.Request; q != nil {
		after = q.Headers
		switch {
		case e.Type == ViewerResponse:
			return fmt.Errorf("a viewer-response function must return a response")
		case q.Method != e.Request.Method:
			return fmt.Errorf("the method must not be changed")
		case !strings.HasPrefix(q.URI, "/"):
			return fmt.Errorf("the uri %q must start with a slash", q.URI)
		}
	} else {
		after = r.Response.Headers
		if e.Response != nil {
			before = e.Response.Headers
		} else {
			before = nil
		}
		if s := r.Response.Status; s < 200 || s > 599 {
			return fmt.Errorf("the statusCode %d is not a status of HTTP", s)
		}
		if b := r.Response.Body; b != nil && b.Encoding != "" && b.Encoding != "text" && b.Encoding != "base64" {
			return fmt.Errorf("the body's encoding %q is neither text nor base64", b.Encoding)
		}
	}
	return e.validateHeaders(before, after, r.Request != nil || e.Response != nil)
}

func (e *Event) validateHeaders(before, after []Pair, changed bool) error {
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
	if !changed {
		return nil
	}
	for _, name := range readOnly[e.Type] {
		if !slices.Equal(valuesOf(before, name), valuesOf(after, name)) {
			return fmt.Errorf("the header %q is read-only in a %s function", name, e.Type)
		}
	}
	return nil
}

func valuesOf(pairs []Pair, name string) []string {
	var all []string
	for _, p := range pairs {
		if p.Name == name {
			all = append(all, p.Value)
		}
	}
	return all
}
