package s3

import (
	"net/http"
	"strings"
)

// conditions returns those of a request. S3 also accepts an entity tag without
// its quotation marks.
func conditions(request http.Header) http.Header {
	h := http.Header{
		"If-Modified-Since":   request["If-Modified-Since"],
		"If-Unmodified-Since": request["If-Unmodified-Since"],
	}
	for _, name := range []string{"If-Match", "If-None-Match"} {
		tag := request.Get(name)
		if tag != "" && tag != "*" && !strings.Contains(tag, `"`) {
			tag = `"` + tag + `"`
		}
		h.Set(name, tag)
	}
	return h
}
