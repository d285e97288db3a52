package bucketpolicy

import "strings"

func matchesAny(patterns []string, s string) bool {
	for _, p := range patterns {
		if matches(p, s) {
			return true
		}
	}
	return false
}

// matches reports whether s matches a pattern in which * stands for any
// characters and ? for exactly one. It goes back to the last * only, which is
// enough, so a hostile pattern cannot make it slow.
func matches(pattern, s string) bool {
	p, i := 0, 0
	star, resume := -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			resume++
			p, i = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchesARN compares ARNs part by part, so that a wildcard never reaches over
// a colon into the next part, except in the last.
func matchesARN(pattern, s string) bool {
	const parts = 6
	want, got := strings.SplitN(pattern, ":", parts), strings.SplitN(s, ":", parts)
	if len(want) != parts || len(got) != parts {
		return pattern == "*"
	}
	for i := range want {
		if !matches(want[i], got[i]) {
			return false
		}
	}
	return true
}
