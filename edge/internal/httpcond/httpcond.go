// Package httpcond evaluates the conditions and ranges of a request against the
// headers of a response, as RFC 9110 defines them and CloudFront reads them.
package httpcond

import (
	"net/http"
	"strings"
)

// Status returns the status that the conditions of a request make of a 200 with
// this header: 304, 412, or 200 if they all hold (RFC 9110, section 13.2.2).
func Status(request, response http.Header) int {
	tag, match, none := response.Get("Etag"), request.Get("If-Match"), request.Get("If-None-Match")
	modified := func(since string) (is, known bool) {
		return modifiedAfter(response.Get("Last-Modified"), request.Get(since))
	}
	if match != "" && !matchesTag(match, tag, equalStrongly) {
		return http.StatusPreconditionFailed
	}
	if is, known := modified("If-Unmodified-Since"); match == "" && known && is {
		return http.StatusPreconditionFailed
	}
	if none != "" && matchesTag(none, tag, equalWeakly) {
		return http.StatusNotModified
	}
	if is, known := modified("If-Modified-Since"); none == "" && known && !is {
		return http.StatusNotModified
	}
	return http.StatusOK
}

func equalStrongly(a, b string) bool { return a == b && !strings.HasPrefix(a, "W/") }
func equalWeakly(a, b string) bool   { return strings.TrimPrefix(a, "W/") == strings.TrimPrefix(b, "W/") }

func matchesTag(list, tag string, equal func(a, b string) bool) bool {
	if strings.TrimSpace(list) == "*" {
		return true
	}
	for t := range strings.SplitSeq(list, ",") {
		if tag != "" && equal(strings.TrimSpace(t), tag) {
			return true
		}
	}
	return false
}

// modifiedAfter compares two dates of headers. known is false if one is missing
// or not valid: a condition with it does not apply.
func modifiedAfter(modified, since string) (is, known bool) {
	if since == "" { // in most requests, and an error of ParseTime costs
		return
	}
	m, err := http.ParseTime(modified)
	s, errSince := http.ParseTime(since)
	return m.After(s), err == nil && errSince == nil
}

// RangeApplies reports whether If-Range lets the Range header of a request
// apply to a response with this header.
func RangeApplies(ifRange string, response http.Header) bool {
	switch {
	case ifRange == "":
		return true
	case strings.HasPrefix(ifRange, `"`), strings.HasPrefix(ifRange, "W/"):
		return equalStrongly(ifRange, response.Get("Etag"))
	default:
		return ifRange == response.Get("Last-Modified")
	}
}
