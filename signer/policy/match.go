package policy

import (
	"strings"

	"example.com/privatecdn/internal/pathpattern"
)

// Matches reports whether the policy's resource covers url, an absolute URL
// exactly as the viewer sends it, without the parameters of the signature.
//
// In a resource * stands for zero or more characters and ? for one, each
// within its section: protocol, host, path, query. A path's last character *
// also covers any query, a host's any path and query; * alone covers
// everything, and so does no resource at all. A leading * without a protocol
// stands for any protocol.
//
// An escaped \? is the start of the query, and so is an unescaped ? that a pair
// such as license=* follows, or behind a file's name a star alone. Any other is contested: a URL
// covered under either reading matches.
func (p Policy) Matches(url string) bool {
	if p.Resource == "" || p.Resource == "*" || p.Resource == url {
		return true
	}
	return match(p.Resource, url)
}

func match(pattern, url string) bool {
	target, ok := split(url)
	if !ok {
		return false
	}
	protocol, rest, ok := strings.Cut(pattern, "://")
	if !ok {
		if !strings.HasPrefix(pattern, "*") {
			return false
		}
		protocol, rest = "*", pattern
	}
	if !pathpattern.Glob(protocol, target.scheme) {
		return false
	}
	end := strings.IndexByte(rest, '/')
	if end < 0 {
		return strings.HasSuffix(rest, "*") && pathpattern.Glob(rest, target.host)
	}
	if !pathpattern.Glob(rest[:end], target.host) {
		return false
	}
	return matchPath(rest[end:], target)
}

// matchPath matches the pattern's path and query, under both readings of ? if it
// has two.
func matchPath(pattern string, target parts) bool {
	path, query, escaped := strings.Cut(pattern, `\?`)
	if _, rest, _ := strings.Cut(path, "?"); escaped && !strings.Contains(rest, "=") {
		return sections(path, unescape(query), true, target)
	}
	path, query, found := strings.Cut(pattern, "?")
	query = unescape(query)
	if found && sections(path, query, true, target) {
		return true
	}
	return !namesQuery(path, query) && sections(pattern, "", false, target)
}

func unescape(query string) string { return strings.ReplaceAll(query, `\?`, "?") }

// namesQuery reports whether what follows the first ? of a resource, behind
// path, is a query for certain: a pair of name and value, or any query of a file.
func namesQuery(path, rest string) bool {
	return strings.Contains(rest, "=") ||
		rest != "" && strings.Trim(rest, "*") == "" && !strings.HasSuffix(path, "/")
}

func sections(path, query string, hasQuery bool, target parts) bool {
	if !pathpattern.Glob(path, target.path) {
		return false
	}
	if hasQuery {
		return target.hasQuery && pathpattern.Glob(query, target.query)
	}
	return !target.hasQuery || strings.HasSuffix(path, "*")
}

// parts are the sections of an absolute URL, cut from it and not decoded.
type parts struct {
	scheme, host, path, query string
	hasQuery                  bool
}

func split(url string) (p parts, ok bool) {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return parts{}, false
	}
	p.scheme = scheme
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		p.host = rest
		return p, true
	}
	p.host = rest[:end]
	p.path, p.query, p.hasQuery = strings.Cut(rest[end:], "?")
	return p, true
}
