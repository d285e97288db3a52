package edge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/internal/infra"
)

// pass asks the origin for this viewer alone and streams what it answers, so
// that an object of any size costs no memory.
func (x *exchange) pass() *response {
	req := x.originRequest(x.req.Context())
	if isReadMethod(x.req.Method) {
		for name, values := range x.header {
			if strings.HasPrefix(name, "If-") || name == "Range" && validRange(values) {
				req.Header[name] = values
			}
		}
	}
	resp, err := x.behavior.origin.RoundTrip(req)
	if err != nil {
		return x.originFailure(err)
	}
	x.compress(resp)
	return x.streamed(resp)
}

// stream answers with what the origin is sending, unless the viewer wants a
// range of it: then the origin is asked for that instead.
func (x *exchange) stream(resp *http.Response) *response {
	if resp.StatusCode == http.StatusOK && x.req.Method == http.MethodGet && validRange(x.header["Range"]) {
		closeBody(resp)
		return x.pass()
	}
	return x.streamed(resp)
}

func (x *exchange) streamed(resp *http.Response) *response {
	r := &response{status: resp.StatusCode, header: x.viewerHeaders(resp.Header), from: fromMiss, content: true,
		stream: resp.Body, length: resp.ContentLength}
	setLength(r.header, r.length)
	return x.finishContent(r)
}

// originRequest is the request as the origin gets it: the raw path behind the
// origin's own, and what the policies let through.
func (x *exchange) originRequest(ctx context.Context) *http.Request {
	o := x.behavior.Origin
	u := &url.URL{Scheme: x.originScheme(o), Host: originHost(o, x.scheme), RawQuery: filterQuery(x.query, x.behavior.forward.query.includes)}
	setRawPath(u, o.Path+x.path)
	req := &http.Request{
		Method: x.req.Method, URL: u, Host: o.DomainName, Header: x.originHeader(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if x.behavior.forward.headers.includes("Host") {
		req.Host = x.host
		req.Header.Del("Host")
	}
	if !isReadMethod(x.req.Method) && x.req.ContentLength != 0 {
		req.Body, req.ContentLength = x.req.Body, x.req.ContentLength
	}
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

func (x *exchange) originScheme(o *infra.Origin) string {
	if o.Custom == nil {
		return x.scheme // S3 is asked over the viewer's protocol
	}
	switch o.Custom.Protocol {
	case "http-only":
		return "http"
	case "https-only":
		return "https"
	default:
		return x.scheme
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

// viewerHeaders are an origin's response headers as CloudFront hands them on.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#ResponseCustomRemovedHeaders
func (x *exchange) viewerHeaders(origin http.Header) http.Header {
	h := make(http.Header, len(origin)+8)
	for name, values := range origin {
		if !hopByHop[name] && name != "Set-Cookie" && name != "Vary" {
			h[name] = values
		}
	}
	if cookies := origin["Set-Cookie"]; cookies != nil && x.forwardsCookies() {
		h["Set-Cookie"] = cookies
	}
	if vary := x.viewerVary(origin["Vary"]); vary != "" {
		h.Set("Vary", vary)
	}
	if h.Get("Date") == "" {
		h.Set("Date", x.now.UTC().Format(http.TimeFormat))
	}
	return h
}

func (x *exchange) forwardsCookies() bool {
	return slices.ContainsFunc(x.behavior.forward.cookies, func(s selection) bool { return s.kind != "none" && s.kind != "" })
}

// viewerVary keeps of Vary what CloudFront passes on: Accept-Encoding, Cookie
// and headers that reach the origin. It never splits the cache by it.
func (x *exchange) viewerVary(values []string) string {
	var kept []string
	for name := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name = http.CanonicalHeaderKey(strings.TrimSpace(name))
		if name == "*" || name == "Accept-Encoding" || name == "Cookie" || name != "" && x.behavior.forward.headers.includes(name) {
			kept = append(kept, name)
		}
	}
	return strings.Join(kept, ", ")
}

// originFailure is CloudFront's answer for an origin that gave none: 504 when
// it took too long, 502 otherwise.
func (x *exchange) originFailure(err error) *response {
	var timeout interface{ Timeout() bool }
	status, text := http.StatusBadGateway, textOrigin
	if errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		status, text = http.StatusGatewayTimeout, textTimeout
	}
	return x.errorPage(status, ReasonOriginFailed, text,
		fmt.Sprintf("origin %s (%s): %v", x.behavior.Origin.ID, x.behavior.Origin.DomainName, err), "see that the origin answers")
}
