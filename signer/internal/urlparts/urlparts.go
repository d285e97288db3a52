// Package urlparts cuts absolute URLs into their sections, byte for byte.
package urlparts

import "strings"

// URL is an absolute URL, cut and not decoded.
type URL struct {
	Scheme, Host, Path, Query string
	HasQuery                  bool
}

// Cut returns a URL's sections. The scheme of one without :// is empty.
func Cut(u string) (cut URL) {
	scheme, rest, ok := strings.Cut(u, "://")
	if !ok {
		scheme, rest = "", u
	}
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	cut.Scheme, cut.Host = scheme, host
	cut.Path, cut.Query, cut.HasQuery = strings.Cut(rest[len(host):], "?")
	return cut
}

func (u URL) String() string { return u.Scheme + "://" + u.Host + u.Relative() }

// Relative returns the URL without scheme and host.
func (u URL) Relative() string {
	if u.HasQuery {
		return u.Path + "?" + u.Query
	}
	return u.Path
}
