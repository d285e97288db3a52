package edge

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

// stages are what a request goes through before it is fetched, in CloudFront's
// order. The first that returns a response ends it.
//
// That the viewer protocol policy comes before the allowed methods and these
// before the signature is not verified.
var stages = []func(*request) *response{
	(*request).validTarget,
	(*request).size,
	(*request).distribution,
	(*request).matchBehavior,
	(*request).viewerProtocol,
	(*request).allowedMethod,
	(*request).unexpectedBody,
	(*request).country,
	(*request).signature,
	(*request).viewerRequestFunction,
	(*request).preflight,
}

func (q *request) answer() *response {
	for _, stage := range stages {
		if r := stage(q); r != nil {
			return r
		}
	}
	return q.fetch()
}

func (q *request) validTarget() *response {
	if q.invalid == nil {
		return nil
	}
	return q.errorPage(http.StatusBadRequest, ReasonBadRequest, q.invalid.Error(),
		"send Host as name or name:port, and a path that begins with /")
}

// statusHeadersTooLarge is CloudFront's status for a request whose headers are
// too large, which is not a standard one.
const statusHeadersTooLarge = 494

// size also closes the connection of a viewer whose URL is too long.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorS3Origin.html
func (q *request) size() *response {
	if size := q.target.length(); size > awsname.MaxURL {
		r := q.errorPage(http.StatusRequestURITooLong, ReasonTooLarge,
			fmt.Sprintf("the URL has %d bytes, more than %d", size, awsname.MaxURL),
			"sign with a short wildcard policy or use signed cookies")
		if q.http.ProtoMajor == 1 {
			r.header.Set("Connection", "close")
		}
		return r
	}
	if size := q.bytes(); size > awsname.MaxHeaders {
		return q.errorPage(statusHeadersTooLarge, ReasonTooLarge,
			fmt.Sprintf("the request has %d bytes of URL and headers, more than %d", size, awsname.MaxHeaders),
			"send fewer or smaller cookies")
	}
	return nil
}

// bytes returns the size of the URL and the headers.
func (q *request) bytes() int { return q.target.length() + headerBytes(q.http.Header) }

func headerBytes(h http.Header) (size int) {
	for name, values := range h {
		for _, v := range values {
			size += len(name) + len(v) + len(": \r\n")
		}
	}
	return size
}

func (q *request) distribution() *response {
	if q.dist == nil {
		return q.forbid(ReasonUnknownHost, "no distribution has the host "+fault.Quote(q.host),
			"use the domain name or an alias of a distribution in the template")
	}
	if !q.dist.Enabled {
		return q.forbid(ReasonDisabled, "the distribution is disabled", "set Enabled in the distribution's configuration")
	}
	return nil
}

// matchBehavior also puts the default root object in place of "/" and of its own
// directory, before the match: otherwise / would open through another behavior
// what the object's own path does not.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html
func (q *request) matchBehavior() *response {
	root := q.dist.rootObject
	if root != "" && (q.path == "/" || q.path == root[:strings.LastIndex(root, "/")+1]) {
		q.setPath(root)
	}
	q.behavior = q.dist.match(q.matchPath)
	return nil
}

func (q *request) viewerProtocol() *response {
	if q.scheme == "https" {
		return nil
	}
	switch q.behavior.ViewerProtocol {
	case "redirect-to-https":
		if !isReadMethod(q.http.Method) && !q.http.ProtoAtLeast(1, 1) {
			return q.forbid(ReasonHTTPSOnly, "a redirect of "+q.http.Method+" needs HTTP/1.1", "request it over https://")
		}
		status := http.StatusTemporaryRedirect
		if isReadMethod(q.http.Method) {
			status = http.StatusMovedPermanently
		}
		to, port := q.host, q.edge.options.HTTPSPort
		if name, _, err := net.SplitHostPort(to); err == nil && port != 0 { // the standard port leads to the standard port
			to = net.JoinHostPort(name, strconv.Itoa(port))
		}
		return q.redirect(status, "https://"+to+strings.TrimPrefix(q.target.url(), "http://"+q.host))
	case "https-only":
		return q.forbid(ReasonHTTPSOnly, "the behavior "+q.behavior.PathPattern+" answers over HTTPS only",
			"request it over https://")
	}
	return nil
}

func (q *request) allowedMethod() *response {
	if slices.Contains(q.behavior.AllowedMethods, q.http.Method) {
		return nil
	}
	return q.forbid(ReasonMethodNotAllowed,
		fmt.Sprintf("the behavior %s does not allow %s", q.behavior.PathPattern, fault.Quote(q.http.Method)),
		"it allows "+strings.Join(q.behavior.AllowedMethods, ", "))
}

func (q *request) unexpectedBody() *response {
	if q.http.Method != http.MethodGet || q.http.ContentLength == 0 {
		return nil
	}
	return q.forbid(ReasonBodyNotAllowed, "a GET request came with a body", "send no body with GET")
}

func (q *request) country() *response {
	geo := q.dist.Geo
	if geo.Type == "none" {
		return nil
	}
	country := q.cloudFrontHeader("Cloudfront-Viewer-Country")
	// A viewer whose location is unknown is served.
	if country == "" || slices.Contains(geo.Locations, country) == (geo.Type == "whitelist") {
		return nil
	}
	return q.forbid(ReasonCountryBlocked,
		fmt.Sprintf("the %s of countries (%s) keeps viewers in %s out", geo.Type, strings.Join(geo.Locations, ", "), country),
		"send CloudFront-Viewer-Country to be elsewhere")
}

// signature checks a signed URL or signed cookies. Only whether the bytes are
// the key's may be remembered; time, address and resource are checked anew.
func (q *request) signature() *response {
	if q.behavior.verifier == nil {
		return nil
	}
	d := q.behavior.verifier.Check(q.signed())
	q.keyID = d.KeyID
	if d.Allowed {
		return nil
	}
	r := q.page(d.Status, "text/xml", string(d.Body()))
	why, hint := d.Explain()
	r.refusal = &Refusal{Reason: d.Reason, Why: why, Hint: hint}
	return r
}

// signed returns what a signature is checked against.
func (q *request) signed() verify.Request {
	var cookies map[string]string
	for _, c := range slices.Backward(q.viewerCookies) { // the first of each name counts
		if strings.HasPrefix(c.Name, policy.CookiePrefix) {
			if cookies == nil {
				cookies = map[string]string{}
			}
			cookies[c.Name] = c.Value
		}
	}
	return verify.Request{URL: q.target.url(), Cookies: cookies, Time: q.now, IP: q.viewer}
}
