package pathpattern

import (
	"errors"
	"strings"
)

// ErrTooComplex says that patterns are too entangled to decide within a
// bounded time and space. Patterns that people write are far from it.
var ErrTooComplex = errors.New("the path patterns are too entangled to compare")

// The bounds of one search: the states it visits, and the steps of all its
// automata together. A Finder's searches have bounds of their own: the steps of
// all, and how many may end undecided.
const (
	maxStates    = 1 << 15
	maxSteps     = 1 << 22
	maxAllSteps  = 1 << 26
	maxUndecided = 3
)

// Witness finds a path that every pattern of match catches and none of miss
// does. Witness({a, b}, nil) proves that a and b overlap; that
// Witness({p}, earlier) finds nothing proves that p is never reached. It is
// [Find] where ErrTooComplex counts as nothing found.
func Witness(match, miss []string) (path string, found bool) {
	path, found, _ = Find(match, miss)
	return path, found
}

// Find finds a path that every pattern of match catches and none of miss does.
// The path is one a viewer can send: it is in the form [Normalize] returns,
// and made of characters a URL may have. Where found is false and err nil
// there is no such path.
func Find(match, miss []string) (path string, found bool, err error) {
	return new(Finder).Find(match, miss)
}

// Finder finds paths as [Find] does and remembers what it learned about pairs
// of patterns, which makes many searches among the same patterns fast. The
// zero value is ready for use by one goroutine.
type Finder struct {
	overlap          map[[2]string]bool // whether a path matches both
	within           map[[2]string]bool // whether all that match the first match the second
	steps, undecided int                // of all searches
}

// Find is [Find].
func (f *Finder) Find(match, miss []string) (path string, found bool, err error) {
	if !sameStart(match) {
		return "", false, nil
	}
	path, found, err = f.preferred(match, nil)
	if err != nil || !found || !matchesAny(miss, path) {
		return path, found, err
	}
	relevant, possible, err := f.relevant(match, miss)
	if err != nil || !possible {
		return "", false, err
	}
	return f.preferred(match, relevant)
}

// relevant returns the patterns of miss that share a path with every pattern
// of match. It reports false if one of them catches all paths of one of match.
func (f *Finder) relevant(match, miss []string) (relevant []string, possible bool, err error) {
	for _, p := range miss {
		touches := true
		for _, m := range match {
			within, err := f.pair(&f.within, m, p)
			if err != nil || within {
				return nil, false, err
			}
			overlap, err := f.pair(&f.overlap, m, p)
			if err != nil {
				return nil, false, err
			}
			touches = touches && overlap
		}
		if touches {
			relevant = append(relevant, p)
		}
	}
	return relevant, true, nil
}

func matchesAny(patterns []string, path string) bool {
	for _, p := range patterns {
		if Match(p, path) {
			return true
		}
	}
	return false
}

// pair answers for the relation that known remembers.
func (f *Finder) pair(known *map[[2]string]bool, a, b string) (bool, error) {
	if holds, ok := (*known)[[2]string{a, b}]; ok {
		return holds, nil
	}
	var found bool
	var err error
	if !sameStart([]string{a, b}) {
		return false, nil
	}
	if known == &f.overlap {
		_, found, err = f.searchPath([]string{a, b}, nil)
	} else {
		_, found, err = f.searchPath([]string{a}, []string{b})
		found = !found
	}
	if err != nil {
		return false, err
	}
	if *known == nil {
		*known = map[[2]string]bool{}
	}
	(*known)[[2]string{a, b}] = found
	return found, nil
}

// preferred looks first for a path that reads better than the shortest one:
// its wildcards stand for something and its names do not start with a dot.
func (f *Finder) preferred(match, miss []string) (path string, found bool, err error) {
	if path, found, err = f.searchPath(filled(match), append([]string{"*/.*"}, miss...)); found || err != nil {
		return path, found, err
	}
	return f.searchPath(match, miss)
}

// filled returns the patterns with wildcards that stand for something.
func filled(patterns []string) []string {
	all := make([]string, len(patterns))
	for i, p := range patterns {
		all[i] = strings.ReplaceAll(Canonical(p), "*", "?*")
	}
	return all
}

func (f *Finder) searchPath(match, miss []string) (path string, found bool, err error) {
	path, _, found, err = f.search(tape{match: match, miss: miss}, tape{}, singleLetters(append(match[:len(match):len(match)], miss...)))
	return path, found, err
}
