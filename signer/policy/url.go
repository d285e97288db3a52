package policy

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
)

// EncodeURL returns an absolute http or https URL the way a viewer sends it:
// scheme and host in lower case, the host in Punycode, no default port, a path
// of at least /, and everything that browsers or HTTP libraries would rewrite
// percent-encoded. Escapes that are there already stay as they are, so that
// encoding twice changes nothing; a % that begins none becomes %25. An empty
// query loses its ?, which CloudFront does not see. A + stays: browsers send it
// so, though S3 reads it as a space in a path, where %2B stands for a + in a key.
//
// What no viewer would send, or would send as something else, is refused: see
// ErrURL and the errors beside it. So are the reserved parameters, in any
// case, and a * in the path, which would be a wildcard; in the query it becomes
// %2A.
func EncodeURL(raw string) (string, error) {
	if len(raw) > awsname.MaxURL {
		return "", tooLong("the URL", len(raw))
	}
	host := plainHost(raw)
	if host == "" {
		return encode(raw, false)
	}
	if err := cmp.Or(checkHost(host), checkQuery(raw)); err != nil {
		return "", err
	}
	return raw, nil
}

// EncodeResource is EncodeURL for a policy's resource: wildcards may stand in
// it, \? begins its query, and its protocol may be *, http* or missing before a
// leading *.
func EncodeResource(pattern string) (string, error) {
	if pattern == "*" {
		return pattern, nil
	}
	if len(pattern) > awsname.MaxURL {
		return "", tooLong("the resource", len(pattern))
	}
	return encode(pattern, true)
}

func encode(raw string, pattern bool) (string, error) {
	unescaped := raw
	if pattern {
		unescaped = strings.ReplaceAll(raw, queryStart, "?")
	}
	if err := checkCharacters(unescaped); err != nil {
		return "", err
	}
	scheme, rest, err := cutScheme(raw, pattern)
	if err != nil {
		return "", err
	}
	authority, _, _ := strings.Cut(rest, "/")
	if !pattern {
		authority, _, _ = strings.Cut(authority, "?")
	}
	host, err := encodeHost(authority, scheme, pattern)
	if err != nil {
		return "", err
	}
	start := "?"
	if pattern && strings.Contains(rest, queryStart) {
		start = queryStart
	}
	path, query, hasQuery := strings.Cut(rest[len(authority):], start)
	if strings.Contains(path, "*") && !pattern {
		return "", refuse(ErrWildcard, "")
	}
	if path == "" && !strings.HasSuffix(host, "*") {
		path = "/"
	}
	if hasDotSegment(path) {
		return "", refuse(ErrDotSegment, "")
	}
	encoded := append(append(make([]byte, 0, len(raw)), scheme...), host...)
	encoded = appendEscaped(encoded, path, inPath, pattern)
	if hasQuery && (query != "" || pattern) {
		for part := range strings.SplitSeq(query, queryStart) { // in most cases, one
			encoded = appendEscaped(append(encoded, start...), part, inQuery, pattern)
		}
	}
	u := string(encoded)
	if err := checkQuery(u); err != nil {
		return "", err
	}
	return u, nil
}

// queryStart begins the query in a pattern, where a ? alone may be a wildcard.
const queryStart = `\?`

// cutScheme returns a URL's scheme with its ://, or none in a pattern that
// begins with *, and what follows.
func cutScheme(raw string, pattern bool) (scheme, rest string, err error) {
	_, rest, ok := strings.Cut(raw, "://")
	scheme = strings.ToLower(raw[:len(raw)-len(rest)])
	wild := scheme == "*://" || scheme == "http*://"
	switch {
	case !ok && pattern && strings.HasPrefix(raw, "*"):
		return "", raw, nil
	case !ok:
		return "", "", refuse(ErrURL, "")
	case wild && !pattern:
		return "", "", refuse(ErrWildcard, "")
	case wild, scheme == "http://", scheme == "https://":
		return scheme, rest, nil
	}
	return "", "", refuse(ErrURL, "its scheme is "+fault.Quote(strings.TrimSuffix(scheme, "://")))
}

func checkCharacters(s string) error {
	if !utf8.ValidString(s) {
		return refuse(ErrCharacter, "")
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c == 0x7f || c == '"':
			return refuse(ErrCharacter, fmt.Sprintf("%q", c))
		case c == '\\':
			return refuse(ErrBackslash, "")
		case c == '#':
			return refuse(ErrFragment, "")
		}
	}
	return nil
}

// hasDotSegment reports whether a path has . or .. segments, also with encoded
// dots, which browsers resolve alike.
func hasDotSegment(path string) bool {
	path = strings.ReplaceAll(strings.ToLower(path), "%2e", ".")
	return strings.Contains(path, "/./") || strings.HasSuffix(path, "/.") ||
		strings.Contains(path, "/../") || strings.HasSuffix(path, "/..")
}

// Where a byte may stand as it is. The sets are smaller than a browser's own:
// what both a browser and a Go client leave alone, wherever it came from.
// A * is in none of them: in a query it becomes %2A, and stays in patterns.
const (
	inHost byte = 1 << iota // in lower case
	inPath
	inQuery
)

const hostLetters = "abcdefghijklmnopqrstuvwxyz0123456789-."

var literal = func() (table [256]byte) {
	for _, c := range []byte(hostLetters + "ABCDEFGHIJKLMNOPQRSTUVWXYZ_~!$&()+,;=:@/") {
		table[c] = inPath | inQuery
	}
	for _, c := range []byte(hostLetters) {
		table[c] |= inHost
	}
	table['\''] = inPath // browsers encode it in a query only
	table['?'] = inQuery
	return table
}()

func appendEscaped(b []byte, s string, where byte, pattern bool) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if literal[c]&where != 0 || pattern && (c == '*' || c == '?') || isEscape(s[i:]) {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}

func isEscape(s string) bool {
	return len(s) >= 3 && s[0] == '%' && isHex(s[1]) && isHex(s[2])
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// plainHost returns the host of a URL that is common and encoded already, which
// most are: a lower-case host without a port, and nothing that needs a second
// look. It is empty for other URLs.
func plainHost(raw string) string {
	start := len("https://")
	if !strings.HasPrefix(raw, "https://") {
		if start = len("http://"); !strings.HasPrefix(raw, "http://") {
			return ""
		}
	}
	host, where, before := "", inHost, byte('/')
	for i := start; i < len(raw); i++ {
		c := raw[i]
		if literal[c]&where == 0 || c == '.' && before == '/' {
			switch {
			case where == inHost && c == '/':
				host, where = raw[start:i], inPath
			case where == inPath && c == '?' && i+1 < len(raw):
				where = inQuery
			case where == inQuery && c == '.':
			case c != '%' || before == '/' || where == inHost || !isEscape(raw[i:]):
				return "" // after a slash, perhaps a dot segment
			}
		}
		before = c
	}
	return host
}

// checkQuery refuses the reserved parameters in any case and any encoding.
func checkQuery(u string) error {
	_, query, _ := strings.Cut(u, "?")
	if _, after, ok := strings.Cut(u, queryStart); ok {
		query = after
	}
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		name, _ = url.QueryUnescape(name)
		for _, reserved := range Params() {
			if strings.EqualFold(reserved, name) {
				return refuse(ErrReserved, reserved)
			}
		}
	}
	return nil
}

func tooLong(what string, length int) error {
	return refuse(ErrTooLong, fmt.Sprintf("%s has %d bytes, and the limit is %d", what, length, awsname.MaxURL))
}
