// Package pathpattern knows CloudFront's path patterns: how a request path is
// normalized, which pattern catches it, and whether two patterns share a path.
//
// A pattern is case-sensitive, its leading slash is optional, * stands for
// zero or more characters (slashes too) and ? for exactly one; the query
// string takes no part.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
package pathpattern

import (
	"slices"
	"strings"
)

// Canonical returns pattern with the leading slash that CloudFront leaves
// optional, so that two spellings of one pattern compare equal.
func Canonical(pattern string) string {
	if strings.HasPrefix(pattern, "/") {
		return pattern
	}
	return "/" + pattern
}

// Match reports whether pattern catches path, a path as Normalize returns it.
func Match(pattern, path string) bool {
	rest, absolute := strings.CutPrefix(path, "/")
	return absolute && Glob(strings.TrimPrefix(pattern, "/"), rest)
}

// First returns the index of the behavior that CloudFront chooses for path, a
// path as Normalize returns it: the first whose pattern catches it, or -1.
func First[B any](behaviors []B, pattern func(B) string, path string) int {
	return slices.IndexFunc(behaviors, func(b B) bool { return Match(pattern(b), path) })
}

// Glob reports whether s as a whole matches pattern, in which * stands for
// zero or more bytes and ? for exactly one. It takes time proportional to
// len(pattern)·len(s) at worst and allocates nothing.
func Glob(pattern, s string) bool {
	p, i := 0, 0
	var next, retry int // after the last star, 0 for none: in the pattern, and where in s it goes on
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			p++
			next, retry = p, i
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case next > 0:
			retry++
			p, i = next, retry
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
