package policy

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
)

// encodeHost returns a URL's host and port the way a viewer sends them.
func encodeHost(authority, scheme string, pattern bool) (string, error) {
	if strings.Contains(authority, "@") {
		return "", refuse(ErrUserinfo, "")
	}
	host, port, _ := strings.Cut(authority, ":")
	switch {
	case host == "":
		return "", refuse(ErrURL, "")
	case strings.HasPrefix(host, "["):
		return "", refuse(ErrHost, "CloudFront has no IPv6 hosts")
	case strings.Contains(host, "*") && !pattern:
		return "", refuse(ErrWildcard, "")
	}
	host, err := punycode(host)
	if err != nil {
		return "", err
	}
	allowed := hostLetters + "_"
	if pattern {
		allowed = hostLetters + "_*?"
	}
	if rest := strings.Trim(host, allowed); rest != "" {
		return "", refuse(ErrHost, fmt.Sprintf("%q", rest[0]))
	}
	if err := checkHost(host); err != nil {
		return "", err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	switch {
	case port == "", scheme == "https://" && n == 443, scheme == "http://" && n == 80:
		return host, nil
	case pattern && port == "*":
		return host + ":*", nil
	case err != nil:
		return "", refuse(ErrHost, "its port is not a number up to 65535")
	}
	return host + ":" + strconv.FormatUint(n, 10), nil
}

// checkHost refuses the hosts that no distribution answers at, and numbers
// that viewers turn into addresses.
func checkHost(host string) error {
	if !strings.HasSuffix(host, ".cloudfront.net") && awsname.IsEndpoint(host) {
		return refuse(ErrEndpoint, fault.Quote(host))
	}
	name := strings.TrimSuffix(host, ".")
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case last == "":
		return refuse(ErrHost, fault.Quote(host))
	case last[0] > '9':
		return nil
	}
	_, err := strconv.ParseUint(last, 0, 64)
	if _, notAddress := netip.ParseAddr(host); (err == nil || last == "0x") && notAddress != nil {
		return refuse(ErrHost, fault.Quote(host)+" is an address in a form that viewers rewrite")
	}
	return nil
}

// punycode returns a host's ASCII form in lower case. The standard library's
// IDNA tables are not exported, but net/http goes through them on its way to a
// dialer: ours reads the name it is given and dials nothing.
func punycode(host string) (string, error) {
	if isASCII(host) {
		return strings.ToLower(host), nil
	}
	ascii := host
	transport := &http.Transport{DialContext: func(_ context.Context, _, address string) (net.Conn, error) {
		ascii = strings.TrimSuffix(address, ":80")
		return nil, net.ErrClosed
	}}
	_, _ = transport.RoundTrip(&http.Request{URL: &url.URL{Scheme: "http", Host: host}, Header: http.Header{}})
	if !isASCII(ascii) {
		return "", refuse(ErrHost, fault.Quote(host)+" has no Punycode form")
	}
	return ascii, nil
}

func isASCII(s string) bool { return utf8.RuneCountInString(s) == len(s) }
