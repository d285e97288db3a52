package policy

import (
	"strings"

	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/signer/internal/urlparts"
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
	target := urlparts.Cut(url)
	protocol, rest, ok := strings.Cut(p.Resource, "://")
	if !ok && strings.HasPrefix(p.Resource, "*") {
		protocol, rest = "*", p.Resource
	}
	host, _, _ := strings.Cut(rest, "/")
	path := rest[len(host):]
	switch {
	case target.Scheme == "" || !pathpattern.Glob(protocol, target.Scheme) || !pathpattern.Glob(host, target.Host):
		return false
	case path == "":
		return strings.HasSuffix(host, "*")
	}
	return matchPath(path, target)
}

// matchPath matches the pattern's path and query, under both readings of ? if it
// has two.
func matchPath(pattern string, target urlparts.URL) bool {
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

func sections(path, query string, hasQuery bool, target urlparts.URL) bool {
	switch {
	case !pathpattern.Glob(path, target.Path):
		return false
	case hasQuery:
		return target.HasQuery && pathpattern.Glob(query, target.Query)
	}
	return !target.HasQuery || strings.HasSuffix(path, "*")
}
