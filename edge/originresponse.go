package edge

import (
	"fmt"
	"net/http"
	"strings"

	"example.com/privatecdn/edge/internal/cache"
	"example.com/privatecdn/edge/internal/httpcond"
	"example.com/privatecdn/edge/internal/origin"
)

// streamOrRange streams what the origin is sending, unless the viewer wants a
// range of it: then that is requested from the origin instead.
func (q *request) streamOrRange(resp *http.Response) *response {
	_, ok := httpcond.ParseRange(q.header["Range"])
	if ok && resp.StatusCode == http.StatusOK && q.http.Method == http.MethodGet {
		closeBody(resp)
		return q.bypassCache()
	}
	return q.streamResponse(resp)
}

func (q *request) streamResponse(resp *http.Response) *response {
	r := q.newResponse(resp.StatusCode, fromMiss, q.originResponseHeader(resp.Header))
	r.content, r.body, r.length = true, cache.Stream(resp.Body), -1 // whatever ContentLength says
	setLength(r.header, resp.ContentLength)
	q.finishContent(r)
	return r
}

// originResponseHeader returns an origin's response headers as CloudFront hands them on.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorS3Origin.html
func (q *request) originResponseHeader(origin http.Header) http.Header {
	h := http.Header{}
	fromS3 := q.behavior.Origin.Bucket != nil && q.behavior.Origin.Custom == nil
	for name, values := range origin {
		if name == "Set-Cookie" && !q.behavior.forward.ForwardsCookies() {
			continue
		}
		isS3ID := name == "X-Amz-Request-Id" || name == "X-Amz-Id-2" // of S3's own answer, which CloudFront removes
		if !hopByHop[name] && name != "Vary" && !(fromS3 && isS3ID) {
			h[name] = values
		}
	}
	if vary := q.viewerVary(origin["Vary"]); vary != "" {
		h.Set("Vary", vary)
	}
	if h.Get("Date") == "" {
		h.Set("Date", q.now.UTC().Format(http.TimeFormat))
	}
	return h
}

// viewerVary keeps of Vary what CloudFront passes on: Accept-Encoding, Cookie
// and headers that reach the origin. It never splits the cache by it.
func (q *request) viewerVary(values []string) string {
	var kept []string
	for name := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name = http.CanonicalHeaderKey(strings.TrimSpace(name))
		if name == "*" || name == "Accept-Encoding" || name == "Cookie" || name != "" && q.behavior.forward.Header(name) {
			kept = append(kept, name)
		}
	}
	return strings.Join(kept, ", ")
}

// originFailure is CloudFront's answer for an origin that gave none: 504 when
// it took too long, 502 otherwise.
func (q *request) originFailure(err error) *response {
	status := http.StatusBadGateway
	if origin.IsTimeout(err) {
		status = http.StatusGatewayTimeout
	}
	return q.errorPage(status, ReasonOriginFailed,
		fmt.Sprintf("origin %s (%s): %v", q.origin().ID, q.origin().DomainName, err),
		"check that the origin responds")
}
