package verify

import (
	"fmt"
	"net/url"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/policy"
)

const sendAll = "send all parameters, or all cookies, of one signature"

func (d Decision) explainPolicy() (what, todo string) {
	expires := d.parts.expires
	switch {
	case d.parts.policy != "":
		text, err := policy.Decode(d.parts.policy)
		if err != nil {
			return explainEncoding("policy", d.parts.policy)
		}
		_, err = policy.Parse(text)
		return err.Error(), fault.Hint(err)
	case expires == "":
		return "there is a key ID but neither a policy nor an end (Expires)", sendAll
	case len(expires) == 13 && strings.Trim(expires, "0123456789") == "":
		return "Expires=" + expires + " is in milliseconds", "sign with seconds since 1970"
	}
	return "Expires=" + expires + " is not a time in whole seconds since 1970, up to 2038", "sign again with such a time"
}

// explainEncoding is about a value that is not base64 in CloudFront's alphabet.
func explainEncoding(name, value string) (what, todo string) {
	escaped := ""
	if decoded := decode(url.PathUnescape)(value); decoded != value {
		value, escaped = decoded, " and percent-encoded"
	}
	_, err := policy.Decode(value)
	switch {
	case value == "":
		return "there is no " + name, sendAll
	case isHexText(value):
		return "the " + name + " is in hexadecimal", inBase64
	case escaped != "" && err == nil:
		return "the " + name + " is percent-encoded", "send it as it was made: every character of it may stand as it is; " +
			"players that add parameters (CMCD, _HLS_msn) turn ~ into %7E: sign playlists with a P-256 key, or use cookies"
	case strings.ContainsAny(value, "\r\n"):
		return "the " + name + " contains line breaks", "write the base64 on one line, such as openssl base64 -A does"
	case strings.ContainsAny(value, "+/"), strings.Contains(value, "=") && !strings.ContainsAny(value, "-_"):
		return "the " + name + " is in plain base64" + escaped, "replace + with -, = with _ and / with ~"
	case !strings.Contains(value, "~") && strings.Contains(strings.TrimRight(value, "_="), "_"),
		strings.Contains(value, "="): // and - or _
		return "the " + name + " is in base64url" + escaped, "write ~ where it has _, and _ where it has = or lacks padding"
	}
	return "the " + name + " is not base64 in CloudFront's alphabet", "check that it was not cut off or wrapped"
}

func (d Decision) explainIP() (what, todo string) {
	viewer := d.request.IP.Unmap()
	what = fmt.Sprintf("signed for viewers from %s, requested from %s", d.Policy.IP, viewer)
	switch {
	case !viewer.IsValid():
		return fmt.Sprintf("signed for viewers from %s, and the viewer's address is not known", d.Policy.IP),
			"give the address to check"
	case viewer.Is6():
		return what, "a policy can name IPv4 addresses only: turn IPv6 off for the distribution, or sign without an address"
	}
	return what, "sign for the address the viewer has now, or for its network; a proxy or a change of network changes it"
}

// demandsQuery reports whether a resource covers a URL's path, but only with a
// query.
func demandsQuery(resource, base string) bool {
	path, _, found := strings.Cut(resource, "?")
	return found && policy.Policy{Resource: strings.TrimSuffix(path, `\`)}.Matches(base)
}

func (d Decision) explainResource() (what, todo string) {
	resource := d.Policy.Resource
	what = "signed for " + fault.Printable(resource) + ", requested " + fault.Printable(d.base)
	base, _, hasQuery := strings.Cut(d.base, "?")
	switch {
	case hasQuery && d.Policy.Matches(base):
		return "the resource does not reach into the query: " + what,
			"end it with *, which covers any query after the path"
	case !hasQuery && demandsQuery(resource, base):
		return "the resource covers the path only with a query: " + what,
			"end the path with *, which covers any query and none"
	case !strings.Contains(resource, "://") && !strings.HasPrefix(resource, "*"):
		return "the resource has no scheme and host, so that it covers no URL: " + what,
			"sign whole URLs, or begin the pattern with *"
	case strings.HasPrefix(d.base, resource):
		return "the resource covers one URL alone: " + what, "end it with * to cover what begins with it"
	case policy.Policy{Resource: strings.ToLower(resource)}.Matches(strings.ToLower(d.base)):
		return "the resource has letters in another case: " + what, asSigned
	}
	for _, v := range d.urls() {
		if d.Policy.Matches(v.text) {
			return v.spelled(d.base) + ": " + what, v.todo
		}
	}
	return what, "sign for a resource that covers the request" + d.unicodeForms() + "; " +
		"* does not reach from the host into the path, or from .jpg into a query"
}
