package edge

import (
	"context"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/edge/internal/httpcond"
	"example.com/privatecdn/internal/infra"
)

// bypassCache asks the origin for this viewer alone and streams what it answers, so
// that an object of any size costs no memory.
func (q *request) bypassCache() *response {
	resp, err := q.askOrigin(q.http.Context(), q.conditions())
	if err != nil {
		return q.originFailure(err)
	}
	return q.streamResponse(resp)
}

// conditions returns the viewer's conditions and range as they reach the origin.
func (q *request) conditions() http.Header {
	h := http.Header{}
	_, rangeOK := httpcond.ParseRange(q.header["Range"])
	for name, values := range q.header {
		if isReadMethod(q.http.Method) && (strings.HasPrefix(name, "If-") || name == "Range" && rangeOK) {
			h[name] = values
		}
	}
	if q.behavior.forward.ForwardsCookies() { // then these are not supported
		delete(h, "If-None-Match")
		delete(h, "If-Modified-Since")
	}
	return h
}

// origin returns the request's origin: the behavior's, or the one that was
// chosen in its place.
func (q *request) origin() *contentOrigin {
	if q.chosen != nil {
		return q.chosen
	}
	return q.behavior.origin
}

// askOrigin sends the request to its origin and, for an origin group, to the
// second one where the first fails. Only requests that read fail over.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
func (q *request) askOrigin(ctx context.Context, conditions http.Header) (*http.Response, error) {
	o := q.origin()
	resp, err := o.RoundTrip(q.originRequest(ctx, conditions))
	if o.next != nil && (isReadMethod(q.http.Method) || q.http.Method == http.MethodOptions) && ctx.Err() == nil &&
		(err != nil || slices.Contains(o.Failover.Codes, resp.StatusCode)) {
		closeBody(resp)
		q.chosen = o.next
		resp, err = o.next.RoundTrip(q.originRequest(ctx, conditions))
	}
	if err == nil {
		q.compress(resp)
	}
	return resp, err
}

// originRequest is the request as the origin gets it: the raw path behind the
// origin's own, what the policies let through, and conditions.
func (q *request) originRequest(ctx context.Context, conditions http.Header) *http.Request {
	o := q.origin().Origin
	u := &url.URL{RawQuery: q.behavior.forward.Query(q.query)}
	u.Scheme, u.Host = address(o, q.scheme)
	setRawPath(u, o.Path+q.path)
	req := &http.Request{
		Method: q.http.Method, URL: u, Host: o.DomainName, Header: q.originHeader(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if host := q.origin().host; host != "" {
		req.Host = host
	} else if q.behavior.forward.Header("Host") {
		req.Host = q.host
	}
	if !isReadMethod(q.http.Method) {
		req.Body, req.ContentLength = q.http.Body, q.http.ContentLength
	}
	maps.Copy(req.Header, conditions)
	q.sent = req.Header
	return req.WithContext(ctx)
}

// setRawPath makes u's escaped form raw, byte for byte where it is a valid
// spelling at all.
func setRawPath(u *url.URL, raw string) {
	u.Path = raw
	if path, err := url.PathUnescape(raw); err == nil {
		u.Path, u.RawPath = path, raw
	}
}

// address returns the scheme and host that an origin is reached at: its domain
// name, with the port where that is not the scheme's own. S3 is reached over
// the viewer's protocol.
func address(o *infra.Origin, viewerScheme string) (scheme, host string) {
	if o.Custom == nil {
		return viewerScheme, o.DomainName
	}
	scheme, only := strings.CutSuffix(o.Custom.Protocol, "-only")
	if !only {
		scheme = viewerScheme
	}
	port, standard := o.Custom.HTTPSPort, 443
	if scheme == "http" {
		port, standard = o.Custom.HTTPPort, 80
	}
	if port == 0 || port == standard {
		return scheme, o.DomainName
	}
	return scheme, net.JoinHostPort(o.DomainName, strconv.Itoa(port))
}
