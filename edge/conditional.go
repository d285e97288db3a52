package edge

import (
	"net/http"
	"strings"
	"time"
)

// applyConditions turns a 200 into a 304 or 412 where the viewer's conditions
// say so (RFC 9110, section 13.2.2).
func (q *request) applyConditions(r *response) {
	tag, modified := r.header.Get("Etag"), r.header.Get("Last-Modified")
	h := q.header
	switch match, none := h.Get("If-Match"), h.Get("If-None-Match"); {
	case match != "" && !matchesTag(match, tag, strongTags):
		r.precondition()
	case match == "" && !unmodifiedSince(h.Get("If-Unmodified-Since"), modified):
		r.precondition()
	case none != "" && matchesTag(none, tag, weakTags),
		none == "" && h.Get("If-Modified-Since") != "" && unmodifiedSince(h.Get("If-Modified-Since"), modified):
		r.status = http.StatusNotModified
		r.empty()
		for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Language", "Content-Range"} {
			r.header.Del(name)
		}
	}
}

func (r *response) precondition() {
	r.status, r.from = http.StatusPreconditionFailed, fromError
	r.empty()
	r.refusal = &Refusal{Reason: ReasonBadRequest, Why: "a condition of the request does not hold (If-Match, If-Unmodified-Since)"}
}

func strongTags(a, b string) bool { return a == b && !strings.HasPrefix(a, "W/") }
func weakTags(a, b string) bool   { return strings.TrimPrefix(a, "W/") == strings.TrimPrefix(b, "W/") }

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

// unmodifiedSince reports whether an object was last modified by a time; it
// holds where either cannot be told.
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

// rangeHolds reports whether If-Range allows to answer with a range.
func rangeHolds(ifRange string, h http.Header) bool {
	if ifRange == "" {
		return true
	}
	if strings.HasPrefix(ifRange, `"`) || strings.HasPrefix(ifRange, "W/") {
		return strongTags(ifRange, h.Get("Etag"))
	}
	return ifRange == h.Get("Last-Modified")
}
