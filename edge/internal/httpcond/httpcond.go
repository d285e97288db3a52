// Package httpcond evaluates the conditions and ranges of a request against the
// headers of a response, as RFC 9110 defines them and CloudFront reads them.
package httpcond

import (
	"net/http"
	"strings"
	"time"
)

// Status returns the status that the conditions of a request make of a 200 with
// this header: 304, 412, or 200 if they all hold (RFC 9110, section 13.2.2).
func Status(request, response http.Header) int {
	tag, modified := response.Get("Etag"), response.Get("Last-Modified")
	match, none := request.Get("If-Match"), request.Get("If-None-Match")
	since := request.Get("If-Modified-Since")
	switch {
	case match != "" && !matchesTag(match, tag, equalStrongly),
		match == "" && !unmodifiedSince(request.Get("If-Unmodified-Since"), modified):
		return http.StatusPreconditionFailed
	case none != "" && matchesTag(none, tag, equalWeakly),
		none == "" && since != "" && unmodifiedSince(since, modified):
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

// unmodifiedSince reports whether an object was last modified at or before a
// time; true if either is unknown.
func unmodifiedSince(since, modified string) bool {
	if since == "" {
		return true
	}
	s, err := http.ParseTime(since)
	if err != nil {
		return true
	}
	m, err := http.ParseTime(modified)
	return err != nil || !m.Truncate(time.Second).After(s)
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
