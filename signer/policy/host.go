package policy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
)

// encodeHost returns a URL's host and port the way a viewer sends them.
func encodeHost(authority, scheme string, pattern bool) (string, error) {
	if strings.Contains(authority, "@") {
		return "", refuse(ErrUserinfo, "")
	}
	host, port, hasPort := strings.Cut(authority, ":")
	switch {
	case host == "":
		return "", refuse(ErrURL, "")
	case strings.HasPrefix(host, "["):
		return "", refuse(ErrHost, "CloudFront has no IPv6 hosts")
	case strings.Contains(host, "*") && !pattern:
		return "", refuse(ErrWildcard, "")
	}
	host, err := punycode(asciiLower(host))
	if err != nil {
		return "", err
	}
	for i := range len(host) {
		c := host[i]
		if !isHostByte(c) && c != '_' && !(pattern && (c == '*' || c == '?')) {
			return "", refuse(ErrHost, fmt.Sprintf("%q", c))
		}
	}
	if err := checkHost(host); err != nil {
		return "", err
	}
	if !hasPort || port == "" {
		return host, nil
	}
	if pattern && port == "*" {
		return host + ":*", nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil:
		return "", refuse(ErrHost, "its port is not a number up to 65535")
	case scheme == "https" && n == 443 || scheme == "http" && n == 80:
		return host, nil
	}
	return host + ":" + strconv.FormatUint(n, 10), nil
}

// asciiLower returns s with its ASCII letters in lower case. Others are left to
// IDNA, which turns some into more than one.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
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
	case last[0] < '0' || last[0] > '9':
		return nil
	}
	_, err := strconv.ParseUint(last, 0, 64)
	if _, notAddress := netip.ParseAddr(host); (err == nil || last == "0x") && notAddress != nil {
		return refuse(ErrHost, fault.Quote(host)+" is an address in a form that viewers rewrite")
	}
	return nil
}

// punycode returns a host's ASCII form. The standard library's IDNA tables
// are not exported, but net/http goes through them on its way to a
// dialer: ours reads the name it is given and dials nothing.
func punycode(host string) (string, error) {
	if isASCII(host) {
		return host, nil
	}
	ascii := host
	dialed := errors.New("name read")
	transport := &http.Transport{DialContext: func(_ context.Context, _, address string) (net.Conn, error) {
		ascii = strings.TrimSuffix(address, ":80")
		return nil, dialed
	}}
	_, err := transport.RoundTrip(&http.Request{URL: &url.URL{Scheme: "http", Host: host}, Header: http.Header{}})
	if !errors.Is(err, dialed) || !isASCII(ascii) {
		return "", refuse(ErrHost, fault.Quote(host)+" has no Punycode form")
	}
	return ascii, nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
