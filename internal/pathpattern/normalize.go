package pathpattern

import (
	"net/url"
	"path"
	"regexp"
	"strings"
)

// Normalize returns the form of a raw request path that patterns are matched
// against: escapes of unreserved characters decoded, other escapes in upper
// case, dot segments removed, repeated slashes merged, a trailing slash kept
// (RFC 3986, section 6.2.2). The raw path, not this one, goes to the origin.
func Normalize(raw string) string {
	if strings.HasPrefix(raw, "/") && !strings.ContainsRune(raw, '%') &&
		!strings.Contains(raw, "//") && !strings.Contains(raw, "/.") {
		return raw // as most are: without an allocation
	}
	decoded := "/" + decodeUnreserved(raw)
	clean, last := path.Clean(decoded), decoded[strings.LastIndexByte(decoded, '/')+1:]
	if clean != "/" && (last == "" || last == "." || last == "..") {
		clean += "/"
	}
	return clean
}

var escape = regexp.MustCompile("%[0-9A-Fa-f]{2}")

func decodeUnreserved(raw string) string {
	return escape.ReplaceAllStringFunc(raw, func(e string) string {
		if c, _ := url.PathUnescape(e); isUnreserved(c[0]) {
			return c
		}
		return strings.ToUpper(e)
	})
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}
