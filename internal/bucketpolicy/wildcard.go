package bucketpolicy

import (
	"strings"

	"example.com/privatecdn/internal/pathpattern"
)

func matchesAny(patterns []string, s string) bool {
	for _, p := range patterns {
		if pathpattern.Glob(p, s) {
			return true
		}
	}
	return false
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
		if !pathpattern.Glob(want[i], got[i]) {
			return false
		}
	}
	return true
}
