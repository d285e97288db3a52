package s3

import (
	"net/http"
	"strings"

	"example.com/privatecdn/edge/internal/httpcond"
)

// evaluate checks a request's conditions against the headers of an object.
func evaluate(request, object http.Header) (notModified bool, failure *refusal) {
	conditions := http.Header{"If-Match": quoted(request.Get("If-Match")), "If-None-Match": quoted(request.Get("If-None-Match")),
		"If-Modified-Since": request["If-Modified-Since"], "If-Unmodified-Since": request["If-Unmodified-Since"]}
	switch httpcond.Status(conditions, object) {
	case http.StatusPreconditionFailed:
		if request.Get("If-Match") != "" {
			return false, preconditionFailed("If-Match")
		}
		return false, preconditionFailed("If-Unmodified-Since")
	case http.StatusNotModified:
		return true, nil
	}
	return false, nil
}

// quoted returns a condition. S3 also accepts a tag without its quotation marks.
func quoted(tag string) []string {
	if tag != "" && tag != "*" && !strings.Contains(tag, `"`) {
		tag = `"` + tag + `"`
	}
	return []string{tag}
}
