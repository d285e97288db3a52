package edge

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"example.com/privatecdn/edge/internal/forwarding"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/verify"
)

// target is the address a viewer sent, byte for byte, which is what a signature
// covers. Its parts cannot contain each other's separators: the host is a name
// or name:port, the path begins with a slash and has no question mark. Only
// parseTarget makes one that is not zero.
type target struct{ scheme, host, path, query string }

// parseTarget returns the address of a request, or an error if its Host or its
// request target is not valid, which not every protocol's server checks.
func parseTarget(r *http.Request) (target, error) {
	t := target{scheme: "http", host: r.Host}
	if r.TLS != nil {
		t.scheme = "https"
	}
	if !validHost(r.Host) {
		return target{}, errors.New("the Host " + fault.Quote(r.Host) + " is not a name or name:port")
	}
	raw := r.RequestURI
	if raw == "" { // made by httptest or another handler
		raw = r.URL.RequestURI()
	}
	if scheme, rest, found := strings.Cut(raw, "://"); found &&
		(strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")) {
		raw = rest[strings.IndexAny(rest+"/", "/?"):]
		if !strings.HasPrefix(raw, "/") {
			raw = "/" + raw
		}
	}
	t.path, t.query, _ = strings.Cut(raw, "?")
	if !strings.HasPrefix(t.path, "/") {
		return target{}, errors.New("the request target " + fault.Quote(raw) + " does not begin with a slash")
	}
	return t, nil
}

// url returns the address as the viewer sees it, with which a policy's resource
// is compared.
func (t *target) url() string {
	return t.withQuery(t.query)
}

func (t *target) withQuery(query string) string {
	if query == "" {
		return t.scheme + "://" + t.host + t.path
	}
	return t.scheme + "://" + t.host + t.path + "?" + query
}

// length returns the length of url.
func (t *target) length() int {
	n := len(t.scheme) + len("://") + len(t.host) + len(t.path)
	if t.query != "" {
		n += 1 + len(t.query)
	}
	return n
}

// validHost reports whether host is a DNS name, an IPv4 address or an IPv6
// address in brackets, with or without a port.
func validHost(host string) bool {
	name := host
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		port := host[i+1:]
		if port == "" || len(port) > 5 || strings.Trim(port, "0123456789") != "" {
			return false
		}
		name = host[:i]
	}
	if inner, found := strings.CutPrefix(name, "["); found {
		inner, found = strings.CutSuffix(inner, "]")
		addr, err := netip.ParseAddr(inner)
		return found && err == nil && addr.Is6() && addr.Zone() == ""
	}
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, notInLabel) {
			return false
		}
	}
	return true
}

func notInLabel(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_')
}

// publicURL returns the request URL without its signature parameters.
func (q *request) publicURL() string {
	if q.invalid != nil {
		return fault.Printable(q.http.Host)
	}
	return q.printable(q.target.withQuery(verify.Strip(q.target.query)))
}

// printable returns text that may be logged or shown: without what this request
// proves itself with, in whatever form text repeats it, and with control
// characters escaped.
func (q *request) printable(text string) string {
	for _, s := range q.secrets() {
		if len(s) >= 8 {
			text = strings.ReplaceAll(text, s, "…")
		}
	}
	return fault.Printable(fault.Text(text))
}

// secrets returns the signatures and session tokens of the request, as they
// were sent and decoded: CloudFront's in query and cookies, S3's in query and
// headers.
func (q *request) secrets() []string {
	var all []string
	for part := range strings.SplitSeq(q.target.query, "&") {
		name, value, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); err == nil && opens(plain) {
			decoded, _ := url.QueryUnescape(value)
			all = append(all, value, decoded)
		}
	}
	for _, c := range forwarding.ParseCookies(q.http.Header["Cookie"]) {
		if opens(c.Name) {
			all = append(all, c.Value)
		}
	}
	for _, v := range q.http.Header["Authorization"] {
		_, signature, _ := strings.Cut(v, "Signature=")
		all = append(all, v, signature)
	}
	return append(all, q.http.Header["X-Amz-Security-Token"]...)
}

// opens reports whether the value of a query parameter or cookie, by its name,
// is a signature or a session token.
func opens(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, "signature") || name == "x-amz-security-token"
}
