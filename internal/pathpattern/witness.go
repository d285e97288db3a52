package pathpattern

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// ErrTooComplex says that patterns are too entangled to decide within a
// bounded time and space. Patterns that people write are far from it.
var ErrTooComplex = errors.New("the path patterns are too entangled to compare")

// The bounds of one search: the states it visits, and the steps of all its
// automata together. A Finder's searches have bounds of their own: the steps of
// all, how many may end undecided, and the states of an automaton that is kept.
const (
	maxStates    = 1 << 15
	maxSteps     = 1 << 22
	maxAllSteps  = 1 << 26
	maxUndecided = 3
)

// Witness finds a path that every pattern of match catches and none of miss
// does. Witness({a, b}, nil) proves that a and b overlap; that
// Witness({p}, earlier) finds nothing proves that p is never reached. It is
// [Finder.Find] where ErrTooComplex counts as nothing found.
func Witness(match, miss []string) (path string, found bool) {
	path, found, _ = new(Finder).Find(match, miss)
	return path, found
}

// Finder finds paths and remembers what it learned about patterns, which makes
// many searches among the same patterns fast. The zero value is ready for use
// by one goroutine.
type Finder struct {
	answers map[string]answer // of searches
	steps   int               // of all searches
}

// Find finds a path that every pattern of match catches and none of miss does.
// The path is one a viewer can send: it is in the form [Normalize] returns,
// and made of characters a URL may have. Where found is false and err nil
// there is no such path.
func (f *Finder) Find(match, miss []string) (path string, found bool, err error) {
	switch {
	case len(common(match, miss)) > 0, !sameStart(match), !sameEnd(match):
		return "", false, nil
	}
	tapes := pair{{match: match, miss: miss}}
	a := f.refine(readable(tapes))
	if !a.found && a.err == nil {
		a = f.refine(tapes)
	}
	return a.paths[0], a.found, a.err
}

// readable returns what to search for paths that read better than the shortest
// ones: their wildcards stand for something and their names do not start with a
// dot.
func readable(tapes pair) pair {
	for i, t := range tapes {
		tapes[i].match = filled(t.match)
		tapes[i].miss = append([]string{"*/.*"}, t.miss...)
	}
	return tapes
}

// refine searches for paths that the patterns of match catch, and again without
// those that one of miss catches, until it finds what none of miss does. Few
// patterns of miss come between, so its searches are small.
func (f *Finder) refine(tapes pair) answer {
	asked := tapes
	for i, t := range tapes {
		asked[i].miss = common(t.miss, tapes[1-i].match) // one of these would be the first to come between
	}
	for {
		a := f.search(asked)
		if !a.found {
			return a
		}
		refined := false
		for i, t := range tapes {
			for _, p := range t.miss {
				if Match(p, a.paths[i]) {
					asked[i].miss = append(asked[i].miss, p)
					refined = true
				}
			}
		}
		if !refined {
			return a
		}
	}
}

// common returns the patterns that both lists have.
func common(a, b []string) (both []string) {
	for _, p := range a {
		if slices.Contains(b, p) {
			both = append(both, p)
		}
	}
	return both
}

// filled returns the patterns with wildcards that stand for something.
func filled(patterns []string) []string {
	all := make([]string, len(patterns))
	for i, p := range patterns {
		all[i] = strings.ReplaceAll(Canonical(p), "*", "?*")
	}
	return all
}

// sameStart reports whether the literal starts of the patterns agree as far as
// they go. It is a cheap way to see that most patterns share no path, however
// it is escaped.
func sameStart(patterns []string) bool { return agree(patterns, literal, strings.HasPrefix) }

// sameEnd is sameStart for the literal ends.
func sameEnd(patterns []string) bool { return agree(patterns, literalEnd, strings.HasSuffix) }

// agree reports whether of any two patterns the part of one has the other's.
func agree(patterns []string, part func(string) string, has func(s, part string) bool) bool {
	parts := []string{""}
	for _, p := range patterns {
		parts = append(parts, part(p))
	}
	longest := slices.MaxFunc(parts, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	return !slices.ContainsFunc(parts, func(s string) bool { return !has(longest, s) })
}

// literal returns the part of a pattern before its first wildcard or escape.
func literal(pattern string) string {
	pattern = Canonical(pattern) + "*"
	return pattern[:strings.IndexAny(pattern, "*?%")]
}

// literalEnd returns the part of a pattern after its last wildcard or escape,
// without two characters that may belong to an escape before it.
func literalEnd(pattern string) string {
	end := pattern[strings.LastIndexAny(pattern, "*?%")+1:]
	return end[min(2, len(end)):]
}
