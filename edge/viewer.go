package edge

import (
	"cmp"
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/edge/internal/forwarding"
)

// headerValues returns a request header as policies see it: the viewer's own,
// or one that CloudFront adds.
func (q *request) headerValues(name string) []string {
	switch {
	case name == "Host":
		return []string{q.host}
	case forwarding.IsCloudFront(name):
		if v := q.cloudFrontHeader(name); v != "" {
			return []string{v}
		}
		return nil
	default:
		return q.header[name]
	}
}

// cloudFrontHeader returns the value of a CloudFront-* header, by its canonical name in
// Go's spelling, "" for one this edge knows nothing about.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
func (q *request) cloudFrontHeader(name string) string {
	if !q.edge.options.StrictViewer {
		if v := q.http.Header.Get(name); v != "" {
			return strings.TrimPrefix(v, unknown)
		}
	}
	switch name {
	case "Cloudfront-Viewer-Country":
		return strings.TrimPrefix(q.edge.options.ViewerCountry, unknown)
	case "Cloudfront-Viewer-Address":
		_, port, _ := net.SplitHostPort(q.http.RemoteAddr)
		return q.viewer.String() + ":" + cmp.Or(port, "0")
	case "Cloudfront-Forwarded-Proto":
		return q.scheme
	case "Cloudfront-Viewer-Http-Version":
		if q.http.ProtoMajor == 2 {
			return "2.0"
		}
		return strings.TrimPrefix(q.http.Proto, "HTTP/")
	case "Cloudfront-Viewer-Tls":
		return q.tlsHeader()
	}
	return deviceHeader(name, q.http.UserAgent())
}

// unknown is the value of what CloudFront cannot find out about a viewer.
const unknown = "-"

func (q *request) tlsHeader() string {
	if q.http.TLS == nil {
		return ""
	}
	handshake := "fullHandshake"
	if q.http.TLS.DidResume {
		handshake = "sessionResumed"
	}
	return tlsVersion(q.http.TLS) + ":" + cloudFrontCipher(q.http.TLS.CipherSuite) + ":" + handshake
}

func tlsVersion(s *tls.ConnectionState) string {
	return strings.Replace(tls.VersionName(s.Version), "TLS ", "TLSv", 1)
}

// cloudFrontCipher returns a cipher suite's name in OpenSSL's spelling, which is
// what CloudFront's documentation lists.
func cloudFrontCipher(suite uint16) string {
	name := tls.CipherSuiteName(suite)
	if short, found := strings.CutPrefix(name, "TLS_ECDHE_"); found {
		short = strings.NewReplacer("_WITH", "", "AES_", "AES", "_", "-").Replace(short)
		return "ECDHE-" + strings.Replace(short, "CHACHA20-POLY1305-SHA256", "CHACHA20-POLY1305", 1)
	}
	return name
}

// deviceHeader tells devices apart by the words every list of user agents
// starts from; CloudFront's own list is not public.
func deviceHeader(name, userAgent string) string {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(userAgent, word) })
	}
	tv := has("SmartTV", "SMART-TV", "AppleTV", "HbbTV")
	tablet := has("iPad", "Tablet") || has("Android") && !has("Mobile")
	mobile := !tablet && has("Mobile", "iPhone")
	is, known := map[string]bool{
		"Cloudfront-Is-Smarttv-Viewer": tv,
		"Cloudfront-Is-Tablet-Viewer":  tablet && !tv,
		"Cloudfront-Is-Mobile-Viewer":  mobile && !tv,
		"Cloudfront-Is-Desktop-Viewer": !tv && !tablet && !mobile,
		"Cloudfront-Is-Ios-Viewer":     has("iPhone", "iPad"),
		"Cloudfront-Is-Android-Viewer": has("Android"),
	}[name]
	if !known {
		return ""
	}
	return strconv.FormatBool(is)
}

// originHeader returns what the origin receives of the viewer's headers, and
// what CloudFront adds.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
func (q *request) originHeader() http.Header {
	f := q.behavior.forward
	h := http.Header{}
	for name, values := range q.header {
		switch {
		case neverForwarded(name), name == "Accept-Encoding" && f.Compresses():
		case f.Header(name), !isReadMethod(q.http.Method) && strings.HasPrefix(name, "Content-"):
			h[name] = values
		}
	}
	for _, name := range f.CloudFrontHeaders() {
		if v := q.cloudFrontHeader(name); v != "" {
			h[name] = []string{v}
		}
	}
	if c := f.Cookies(q.cookies); c != "" {
		h.Set("Cookie", c)
	}
	if h.Get("User-Agent") == "" {
		h.Set("User-Agent", "Amazon CloudFront")
	}
	if a := q.acceptEncoding(); a != "" {
		h.Set("Accept-Encoding", a)
	} else if f.Compresses() && q.header["Accept-Encoding"] != nil {
		h.Set("Accept-Encoding", "identity")
	}
	h.Set("X-Forwarded-For", strings.Join(append(q.header["X-Forwarded-For"], q.viewer.String()), ", "))
	h["Via"] = q.edge.via
	h.Set("X-Amz-Cf-Id", q.id)
	for name, value := range q.origin().Headers {
		h.Set(name, value)
	}
	return h
}

// neverForwarded reports whether CloudFront removes a request header, or sends
// its own, whatever the policies say.
func neverForwarded(name string) bool {
	switch name {
	case "Cookie", "Range", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-Ip":
		return true
	}
	return hopByHop[name] || forwarding.IsCloudFront(name) || strings.HasPrefix(name, "If-") ||
		strings.HasPrefix(name, "X-Edge-") || strings.HasPrefix(name, "X-Amz-Cf-")
}

// hopByHop headers speak of one connection and go no further.
var hopByHop = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Authenticate": true, "Proxy-Authorization": true,
	"Proxy-Connection": true, "Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true, "Expect": true,
}
