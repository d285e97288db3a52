package s3

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// evaluate checks a request's conditions. As S3 documents it, If-Match takes
// precedence over If-Unmodified-Since, and If-None-Match over
// If-Modified-Since.
func evaluate(h http.Header, etag string, modified time.Time) (notModified bool, failure *Error) {
	if match := h.Get("If-Match"); match != "" {
		if !listed(match, etag) {
			return false, preconditionFailed("If-Match")
		}
	} else if since, ok := headerTime(h, "If-Unmodified-Since"); ok && modified.After(since) {
		return false, preconditionFailed("If-Unmodified-Since")
	}
	if none := h.Get("If-None-Match"); none != "" {
		return listed(none, etag), nil
	}
	since, ok := headerTime(h, "If-Modified-Since")
	return ok && !modified.After(since), nil
}

// ifRange reports whether to apply a range: always, unless If-Range names
// another version of the object.
func ifRange(h http.Header, etag string, modified time.Time) bool {
	value := h.Get("If-Range")
	if value == "" {
		return true
	}
	if at, ok := headerTime(h, "If-Range"); ok {
		return modified.Equal(at)
	}
	return value == etag
}

// listed reports whether a list of entity tags contains etag. S3 also accepts a
// tag without its quotation marks.
func listed(list, etag string) bool {
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || tag == etag || `"`+tag+`"` == etag {
			return true
		}
	}
	return false
}

func headerTime(h http.Header, name string) (time.Time, bool) {
	t, err := http.ParseTime(h.Get(name))
	return t, err == nil
}

// section is a part of an object.
type section struct{ start, length int64 }

func (s section) contentRange(size int64) string {
	return fmt.Sprintf("bytes %d-%d/%d", s.start, s.start+s.length-1, size)
}

// parseRange parses a Range header. asked is false for one that S3 ignores:
// several ranges, another unit, an invalid range.
func parseRange(header string, size int64) (s section, asked bool) {
	spec, found := strings.CutPrefix(header, "bytes=")
	first, last, dashed := strings.Cut(strings.TrimSpace(spec), "-")
	if !found || !dashed {
		return s, false
	}
	if first == "" {
		n, ok := position(last)
		n = min(n, size)
		return section{size - n, n}, ok
	}
	start, ok := position(first)
	if !ok {
		return s, false
	}
	end := size - 1
	if last != "" {
		e, ok := position(last)
		if !ok || e < start {
			return s, false
		}
		end = min(e, end)
	}
	return section{start, end - start + 1}, true
}

func position(s string) (int64, bool) {
	n, err := strconv.ParseUint(s, 10, 63)
	return int64(n), err == nil
}
