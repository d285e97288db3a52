package edge

import (
	"context"
	"net/http"
	"strings"
)

// customError returns a custom error response in place of an error, whoever it
// comes from but a CloudFront function: a refused signature too is answered so.
// A disabled distribution has none.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
func (q *request) customError(r *response) *response {
	if r.status < 400 || q.dist == nil || !q.dist.Enabled || r.from == fromFunction {
		return r
	}
	c := q.dist.errors[r.status]
	path := "/" + strings.TrimPrefix(c.ResponsePath, "/")
	if path == "/" {
		path = q.dist.rootObject
	}
	if c.ResponsePath == "" || path == "" {
		return r // the page / without a root object would be a listing
	}
	refusal := r.refusal
	r.discard()
	page := q.errorObject(path)
	page.refusal, page.from = refusal, fromError
	if page.status < 300 {
		page.status = c.ResponseCode
	}
	return page
}

// errorObject fetches an error page through the behavior its path matches, as
// the distribution itself: it needs no signature, and neither the viewer's
// conditions nor ranges apply.
func (q *request) errorObject(path string) *response {
	req := q.http.WithContext(context.WithoutCancel(q.http.Context()))
	req.Method, req.Body, req.ContentLength = http.MethodGet, nil, 0
	req.Header = http.Header{"Accept-Encoding": q.http.Header["Accept-Encoding"]}
	y := *q
	y.http, y.header, y.cookies, y.query = req, req.Header, nil, ""
	y.setPath(path)
	y.behavior = y.dist.match(y.matchPath)
	r := y.fetch()
	q.behavior = y.behavior // whose response headers policy applies to the page
	return r
}
