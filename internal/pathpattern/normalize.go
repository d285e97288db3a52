package pathpattern

import "strings"

// Normalize returns the form of a raw request path that patterns are matched
// against: escapes of unreserved characters decoded, other escapes in upper
// case, dot segments removed, repeated slashes merged, a trailing slash kept
// (RFC 3986, section 6.2.2). The raw path, not this one, goes to the origin.
func Normalize(raw string) string {
	if isNormal(raw) {
		return raw
	}
	decoded := decodeUnreserved(raw)
	var kept []string
	segments := strings.Split(decoded, "/")
	for _, s := range segments {
		switch s {
		case "", ".":
		case "..":
			if len(kept) > 0 {
				kept = kept[:len(kept)-1]
			}
		default:
			kept = append(kept, s)
		}
	}
	path := "/" + strings.Join(kept, "/")
	last := segments[len(segments)-1]
	if (last == "" || last == "." || last == "..") && path != "/" {
		path += "/"
	}
	return path
}

// isNormal is true for the common path, which Normalize then returns as it is.
func isNormal(raw string) bool {
	return strings.HasPrefix(raw, "/") && !strings.Contains(raw, "%") &&
		!strings.Contains(raw, "//") && !strings.Contains(raw, "/.")
}

func decodeUnreserved(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' || i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
			b.WriteByte(s[i])
			continue
		}
		c := unhex(s[i+1])<<4 | unhex(s[i+2])
		if isUnreserved(c) {
			b.WriteByte(c)
		} else {
			b.WriteString(strings.ToUpper(s[i : i+3]))
		}
		i += 2
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	default:
		return c - 'a' + 10
	}
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}
