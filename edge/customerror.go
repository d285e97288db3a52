package edge

import (
	"context"
	"net/http"
	"strings"

	"example.com/privatecdn/internal/pathpattern"
)

// customError puts a custom error response in place of an error, whoever it
// comes from: a refused signature too is answered with it.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
func (x *exchange) customError(r *response) *response {
	if r.status < 400 || x.site == nil {
		return r
	}
	c, set := x.site.errors[r.status]
	if !set || c.ResponsePath == "" {
		return r
	}
	page := x.errorObject(c.ResponsePath)
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
func (x *exchange) errorObject(path string) *response {
	ctx := context.WithoutCancel(x.req.Context())
	req := (&http.Request{Method: http.MethodGet, URL: x.req.URL, Header: http.Header{}, Host: x.host, TLS: x.req.TLS,
		RemoteAddr: x.req.RemoteAddr, Proto: x.req.Proto, ProtoMajor: x.req.ProtoMajor, ProtoMinor: x.req.ProtoMinor}).WithContext(ctx)
	if a := x.req.Header["Accept-Encoding"]; a != nil {
		req.Header["Accept-Encoding"] = a
	}
	y := *x
	y.req, y.header, y.cookies, y.query = req, req.Header, nil, ""
	y.path = "/" + strings.TrimPrefix(path, "/")
	y.pattern = pathpattern.Normalize(y.path)
	y.behavior = y.site.match(y.pattern)
	r := y.fetch()
	x.behavior = y.behavior // whose response headers policy counts for the page
	return r
}
