package playlist

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/privatecdn/signer/policy"
)

// location is an absolute URL in its parts, raw. host is empty where it is not
// http or https: such a location is none of ours.
type location struct {
	scheme, host, path, query string
}

func (l location) origin() string { return l.scheme + "://" + l.host }

// dir is the path up to its last slash.
func (l location) dir() string { return l.path[:strings.LastIndexByte(l.path, '/')+1] }

func (l location) String() string {
	if l.query == "" {
		return l.origin() + l.path
	}
	return l.origin() + l.path + "?" + l.query
}

// resolve is RFC 3986, section 5.2, on raw bytes, as browsers do it: an
// escaped dot is a dot segment too. What parsers read in different ways is
// ErrURI: see ambiguous.
func (l location) resolve(ref string) (location, error) {
	if ambiguous(ref) {
		return location{}, ErrURI
	}
	ref, _, _ = strings.Cut(ref, "#")
	rest, query, hasQuery := strings.Cut(ref, "?")
	scheme, rest, hasScheme := cutScheme(rest)
	to := location{cmp.Or(scheme, l.scheme), l.host, rest, query}
	after, hasAuthority := strings.CutPrefix(rest, "//")
	switch {
	case hasScheme && scheme != "http" && scheme != "https":
		return location{scheme: scheme, query: query}, nil
	case hasAuthority:
		authority, path, _ := strings.Cut(after, "/")
		to.host, to.path = host(to.scheme, authority), removeDots("/"+path)
		if to.host == "" {
			return location{}, ErrURI
		}
	case hasScheme:
		return location{}, ErrURI
	case l.host == "": // a relative reference below what is none of ours
	case strings.HasPrefix(rest, "/"):
		to.path = removeDots(rest)
	case rest != "":
		to.path = removeDots(l.dir() + rest)
	case hasQuery:
		to.path = l.path
	default:
		return l, nil
	}
	return to, nil
}

// ambiguous reports whether ref, without the ASCII blanks at its ends, holds
// what some parsers drop, end a line at or take for a slash: control
// characters, line separators, backslashes, and any blank or invisible
// character at an end.
func ambiguous(ref string) bool {
	first, _ := utf8.DecodeRuneInString(ref)
	last, _ := utf8.DecodeLastRuneInString(ref)
	return strings.ContainsFunc(ref, separates) || invisible(first) || invisible(last)
}

func separates(r rune) bool {
	return r == '\\' || unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
}

func invisible(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// schemeBytes are what a scheme consists of, beginning with a letter.
const schemeBytes = "abcdefghijklmnopqrstuvwxyz0123456789+-."

// cutScheme takes the scheme, in lower case, off ref.
func cutScheme(ref string) (scheme, rest string, found bool) {
	before, rest, found := strings.Cut(ref, ":")
	scheme = strings.ToLower(before)
	if !found || scheme == "" || scheme[0] < 'a' || strings.Trim(scheme, schemeBytes) != "" {
		return "", ref, false
	}
	return scheme, rest, true
}

func hasScheme(ref string) bool {
	_, _, found := cutScheme(ref)
	return found
}

// host returns an authority's host as viewers send it, with a port unless it
// is the scheme's own; "" where it is not a valid one.
func host(scheme, authority string) string {
	authority = authority[strings.LastIndexByte(authority, '@')+1:]
	if strings.HasPrefix(authority, "[") {
		return strings.ToLower(authority) // an IPv6 address, which CloudFront is not
	}
	encoded, err := policy.EncodeURL(scheme + "://" + authority + "/")
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(encoded[len(scheme+"://"):], "/")
}

func removeDots(path string) string {
	if !strings.Contains(path, "/.") && !strings.Contains(path, "/%2") {
		return path
	}
	segments := strings.Split(path[1:], "/")
	kept := segments[:0]
	var dots bool // the last one is
	for _, s := range segments {
		switch whole := undotted(s); whole {
		case ".", "..":
			kept, dots = kept[:max(0, len(kept)+1-len(whole))], true
		default:
			kept, dots = append(kept, s), false
		}
	}
	if dots { // at the end: a directory
		kept = append(kept, "")
	}
	return "/" + strings.Join(kept, "/")
}

// undotted is a segment with its escaped dots decoded, when it may be a dot
// segment.
func undotted(segment string) string {
	if len(segment) > len("%2e%2e") {
		return segment
	}
	return strings.ReplaceAll(strings.ReplaceAll(segment, "%2e", "."), "%2E", ".")
}
