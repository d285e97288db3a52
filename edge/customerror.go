package edge

import (
	"context"
	"net/http"
	"strings"
)

// customError puts a custom error response in place of an error, whoever it
// comes from: a refused signature too is answered with it.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
func (q *request) customError(r *response) *response {
	if r.status < 400 || q.dist == nil {
		return r
	}
	c, set := q.dist.errors[r.status]
	if !set || c.ResponsePath == "" {
		return r
	}
	page := q.errorObject(c.ResponsePath)
	page.refusal = r.refusal
	r.discard()
	page.from = fromError
	if page.status < 300 && c.ResponseCode != 0 {
		page.status = c.ResponseCode
	} else if page.status < 300 {
		page.status = r.status
	}
	return page
}

// errorObject fetches an error page through the behavior its path matches, as
// the distribution itself: no signature is asked for, and neither the viewer's
// conditions nor ranges count.
func (q *request) errorObject(path string) *response {
	req := q.http.WithContext(context.WithoutCancel(q.http.Context()))
	req.Method, req.Header, req.Body, req.ContentLength = http.MethodGet, http.Header{}, nil, 0
	if a := q.http.Header["Accept-Encoding"]; a != nil {
		req.Header["Accept-Encoding"] = a
	}
	y := *q
	y.http, y.header, y.cookies, y.query = req, req.Header, nil, ""
	y.setPath("/" + strings.TrimPrefix(path, "/"))
	y.behavior = y.dist.match(y.matchPath)
	r := y.fetch()
	q.behavior = y.behavior // whose response headers policy counts for the page
	return r
}
