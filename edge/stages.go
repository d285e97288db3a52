package edge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/signer/verify"
)

// Limits of a viewer's request, in bytes.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
const (
	maxURL     = 8192
	maxRequest = 20480
)

// stages are what a request goes through, in CloudFront's order. The first
// that returns a response ends it.
//
// That the viewer protocol policy comes before the allowed methods and these
// before the signature is not verified.
var stages = []func(*exchange) *response{
	(*exchange).size,
	(*exchange).distribution,
	(*exchange).matchBehavior,
	(*exchange).viewerProtocol,
	(*exchange).allowedMethod,
	(*exchange).unexpectedBody,
	(*exchange).country,
	(*exchange).signature,
	(*exchange).viewerRequestFunction,
	(*exchange).preflight,
	(*exchange).fetch,
}

func (x *exchange) answer() *response {
	for _, stage := range stages {
		if r := stage(x); r != nil {
			return r
		}
	}
	panic("edge: fetch gave no response")
}

func (x *exchange) size() *response {
	url := len(x.scheme) + len("://") + len(x.host) + len(x.rawPath)
	if x.rawQuery != "" {
		url += 1 + len(x.rawQuery)
	}
	if url > maxURL {
		return x.errorPage(http.StatusRequestEntityTooLarge, ReasonTooLarge, textBad,
			fmt.Sprintf("the URL has %d bytes, more than %d", url, maxURL), "sign with a short wildcard policy or use signed cookies")
	}
	size := url
	for name, values := range x.req.Header {
		for _, v := range values {
			size += len(name) + len(v) + len(": \r\n")
		}
	}
	if size > maxRequest {
		return x.errorPage(http.StatusRequestEntityTooLarge, ReasonTooLarge, textBad,
			fmt.Sprintf("the request has %d bytes of URL and headers, more than %d", size, maxRequest), "send fewer or smaller cookies")
	}
	return nil
}

func (x *exchange) distribution() *response {
	if x.site == nil {
		return x.errorPage(http.StatusForbidden, ReasonUnknownHost, textBad,
			fmt.Sprintf("no distribution answers for the host %q", x.host), "use the domain name or an alias of a distribution in the template")
	}
	if !x.site.dist.Enabled {
		return x.errorPage(http.StatusForbidden, ReasonDisabled, textBad,
			"the distribution is disabled", "set Enabled in the distribution's configuration")
	}
	return nil
}

// matchBehavior also puts the default root object in place of "/", before the
// match: otherwise / would open through another behavior what the object's own
// path does not.
func (x *exchange) matchBehavior() *response {
	if root := x.site.dist.DefaultRootObject; root != "" && x.path == "/" {
		x.path = "/" + strings.TrimPrefix(root, "/")
		x.pattern = pathpattern.Normalize(x.path)
	}
	x.behavior = x.site.match(x.pattern)
	return nil
}

func (x *exchange) viewerProtocol() *response {
	if x.scheme == "https" {
		return nil
	}
	switch x.behavior.ViewerProtocol {
	case "redirect-to-https":
		status := http.StatusTemporaryRedirect
		if isReadMethod(x.req.Method) {
			status = http.StatusMovedPermanently
		}
		return redirect(status, "https://"+x.edge.httpsHost(x.host)+strings.TrimPrefix(x.url(), "http://"+x.host))
	case "https-only":
		return x.errorPage(http.StatusForbidden, ReasonHTTPSOnly, textBad,
			"the behavior "+x.behavior.PathPattern+" answers over HTTPS only", "request it over https://")
	}
	return nil
}

func (x *exchange) allowedMethod() *response {
	if slices.Contains(x.behavior.AllowedMethods, x.req.Method) {
		return nil
	}
	return x.errorPage(http.StatusForbidden, ReasonMethodNotAllowed, textMethod,
		fmt.Sprintf("the behavior %s does not allow %s", x.behavior.PathPattern, x.req.Method),
		"it allows "+strings.Join(x.behavior.AllowedMethods, ", "))
}

func (x *exchange) unexpectedBody() *response {
	if x.req.Method != http.MethodGet || x.req.ContentLength == 0 {
		return nil
	}
	return x.errorPage(http.StatusForbidden, ReasonBodyNotAllowed, textBad, "a GET request came with a body", "send no body with GET")
}

func (x *exchange) country() *response {
	geo := x.site.dist.Geo
	if geo.Type != "whitelist" && geo.Type != "blacklist" {
		return nil
	}
	country := x.viewerHeader("Cloudfront-Viewer-Country")
	if slices.Contains(geo.Locations, country) == (geo.Type == "whitelist") {
		return nil
	}
	return x.errorPage(http.StatusForbidden, ReasonCountryBlocked, textCountry,
		fmt.Sprintf("the %s of countries (%s) keeps viewers in %s out", geo.Type, strings.Join(geo.Locations, ", "), country),
		"send CloudFront-Viewer-Country to be elsewhere")
}

// signature checks a signed URL or signed cookies. Only whether the bytes are
// the key's may be remembered; time, address and resource are looked at anew.
func (x *exchange) signature() *response {
	b := x.behavior
	x.cookies = parseCookies(x.header)
	if b.verifier == nil {
		return nil
	}
	d := b.verifier.Check(verify.Request{URL: x.url(), Cookies: verify.ParseCookies(x.header["Cookie"]), Time: x.now, IP: x.viewer})
	if d.Allowed {
		return nil
	}
	r := page(d.Status, "text/xml", string(d.Body()))
	why, hint := d.Explain()
	r.refusal = &Refusal{Reason: d.Reason, Why: why, Hint: hint}
	return r
}

func isSignedCookie(name string) bool {
	switch name {
	case "CloudFront-Policy", "CloudFront-Expires", "CloudFront-Signature", "CloudFront-Key-Pair-Id", "CloudFront-Hash-Algorithm":
		return true
	}
	return false
}
