package edge

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"

	"example.com/privatecdn/edge/internal/httpcond"
)

// applyConditions turns a 200 into a 304 or 412 if the viewer's conditions say
// so.
func (q *request) applyConditions(r *response) {
	status := httpcond.Status(q.header, r.header)
	if status == http.StatusOK {
		return
	}
	r.status, r.length = status, 0
	r.header.Del("Content-Length")
	if status == http.StatusPreconditionFailed {
		r.from = fromError
		r.refusal = &Refusal{Reason: ReasonBadRequest,
			Why: "a condition of the request does not hold (If-Match, If-Unmodified-Since)"}
		return
	}
	for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Language", "Content-Range"} {
		r.header.Del(name)
	}
}

// applyRange cuts a whole object to what the viewer asked for.
func (q *request) applyRange(r *response) {
	ranges, ok := httpcond.ParseRange(q.header["Range"])
	if !ok || r.status != http.StatusOK || q.http.Method != http.MethodGet || r.length < 0 ||
		!httpcond.RangeApplies(q.header.Get("If-Range"), r.header) {
		return
	}
	var parts []httpcond.Part
	for _, want := range ranges {
		if p, ok := want.Within(r.length); ok {
			parts = append(parts, p)
		}
	}
	switch len(parts) {
	case 0:
		q.unsatisfiable(r)
	case 1:
		r.status = http.StatusPartialContent
		r.header.Set("Content-Range", parts[0].ContentRange())
		r.offset, r.length = parts[0].Offset, parts[0].Length
		r.header.Set("Content-Length", strconv.FormatInt(r.length, 10))
	default:
		var whole bytes.Buffer
		if r.body.WriteTo(q.http.Context(), &whole, 0, r.length, func() {}) != nil {
			return // the write will break off in the same way
		}
		body, contentType := httpcond.Multipart(whole.Bytes(), r.header.Get("Content-Type"), parts)
		r.status = http.StatusPartialContent
		r.header.Set("Content-Type", contentType)
		r.setBody(body)
	}
}

const invalidRange = `<?xml version="1.0" encoding="UTF-8"?>` +
	`<Error><Code>InvalidRange</Code><Message>The requested range is not satisfiable</Message></Error>`

func (q *request) unsatisfiable(r *response) {
	size := r.length
	r.status, r.from = http.StatusRequestedRangeNotSatisfiable, fromError
	r.header.Set("Content-Type", "application/xml")
	r.header.Set("Content-Range", fmt.Sprintf("bytes */%d", size))
	r.header.Del("Etag")
	r.header.Del("Last-Modified")
	r.setBody([]byte(invalidRange))
	r.refusal = &Refusal{Reason: ReasonBadRequest,
		Why: fmt.Sprintf("no byte of the range is in the object of %d bytes", size)}
}
