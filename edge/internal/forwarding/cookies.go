package forwarding

import (
	"slices"
	"strings"

	"example.com/privatecdn/signer/policy"
)

// Cookie is one cookie as the viewer sent it.
type Cookie struct{ Name, Value string }

// ParseCookies splits Cookie headers into pairs of name and value, without
// validating either, because CloudFront forwards and verifies them as they are.
// Cookies without a name, or with one that begins with $, are dropped, the
// others sorted by name.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Cookies.html
func ParseCookies(headers []string) []Cookie {
	var all []Cookie
	for _, line := range headers {
		for part := range strings.SplitSeq(line, ";") {
			name, value, found := strings.Cut(strings.TrimSpace(part), "=")
			if found && name != "" && !strings.HasPrefix(name, "$") {
				all = append(all, Cookie{name, value})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Cookie) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// joinCookies joins the included cookies. CloudFront's own reach neither the
// origin nor the cache key.
func joinCookies(cookies []Cookie, includes func(string) bool) string {
	var b strings.Builder
	for _, c := range cookies {
		if isSignature(c.Name) || !includes(c.Name) {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(c.Name + "=" + c.Value)
	}
	return b.String()
}

func isSignature(name string) bool {
	parameter, found := strings.CutPrefix(name, policy.CookiePrefix)
	return found && policy.IsReserved(parameter)
}
