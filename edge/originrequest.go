package edge

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.com/privatecdn/edge/internal/httpcond"
	"example.com/privatecdn/internal/infra"
)

// bypassCache asks the origin for this viewer alone and streams what it answers, so
// that an object of any size costs no memory.
func (q *request) bypassCache() *response {
	req := q.originRequest(q.http.Context())
	if isReadMethod(q.http.Method) {
		_, rangeOK := httpcond.ParseRange(q.header["Range"])
		for name, values := range q.header {
			if strings.HasPrefix(name, "If-") || name == "Range" && rangeOK {
				req.Header[name] = values
			}
		}
	}
	resp, err := q.behavior.origin.RoundTrip(req)
	if err != nil {
		return q.originFailure(err)
	}
	q.compress(resp)
	return q.streamResponse(resp)
}

// originRequest is the request as the origin gets it: the raw path behind the
// origin's own, and what the policies let through.
func (q *request) originRequest(ctx context.Context) *http.Request {
	o := q.behavior.Origin
	u := &url.URL{Scheme: q.originScheme(o), Host: originHost(o, q.scheme), RawQuery: q.behavior.forward.Query(q.query)}
	setRawPath(u, o.Path+q.path)
	req := &http.Request{
		Method: q.http.Method, URL: u, Host: o.DomainName, Header: q.originHeader(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if q.behavior.forward.Header("Host") {
		req.Host = q.host
		req.Header.Del("Host")
	}
	if !isReadMethod(q.http.Method) && q.http.ContentLength != 0 {
		req.Body, req.ContentLength = q.http.Body, q.http.ContentLength
	}
	q.sent = req.Header
	return req.WithContext(ctx)
}

// setRawPath makes u's escaped form raw, byte for byte where it is a valid
// spelling at all.
func setRawPath(u *url.URL, raw string) {
	path, err := url.PathUnescape(raw)
	if err != nil {
		u.Path = raw
		return
	}
	u.Path, u.RawPath = path, raw
}

func (q *request) originScheme(o *infra.Origin) string {
	if o.Custom == nil {
		return q.scheme // S3 is asked over the viewer's protocol
	}
	switch o.Custom.Protocol {
	case "http-only":
		return "http"
	case "https-only":
		return "https"
	default:
		return q.scheme
	}
}

// originHost is the origin's domain name with its port where that is not the
// scheme's own.
func originHost(o *infra.Origin, viewerScheme string) string {
	if o.Custom == nil {
		return o.DomainName
	}
	port, standard := o.Custom.HTTPSPort, 443
	if o.Custom.Protocol == "http-only" || o.Custom.Protocol != "https-only" && viewerScheme == "http" {
		port, standard = o.Custom.HTTPPort, 80
	}
	if port == 0 || port == standard {
		return o.DomainName
	}
	return net.JoinHostPort(o.DomainName, strconv.Itoa(port))
}
