package sigv4

import (
	"net/url"
	"slices"
	"strings"
)

// canonicalQuery sorts the query's parameters by encoded name, then value,
// and leaves the presigned signature itself out.
func (s *Signature) canonicalQuery(raw string) string {
	var pairs [][2]string
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pair := [2]string{reencode(name), reencode(value)}
		if s.Presigned && pair[0] == "X-Amz-Signature" {
			continue
		}
		pairs = append(pairs, pair)
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p[0] + "=" + p[1])
	}
	return b.String()
}

// reencode brings one part of a query into the canonical encoding, whatever
// encoding it came in.
func reencode(s string) string {
	decoded, err := url.QueryUnescape(s)
	if err != nil {
		decoded = s
	}
	return Encode(decoded, false)
}

// Encode is AWS's URI encoding: everything but A–Z, a–z, 0–9, -, ., _, ~ and,
// where keepSlash is set, the slash becomes an escape in upper case.
func Encode(s string, keepSlash bool) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if unreserved(c) || c == '/' && keepSlash {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return b.String()
}

func unreserved(c byte) bool {
	return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}
