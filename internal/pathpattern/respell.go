package pathpattern

import (
	"fmt"
	"strings"
)

// Paths describes the request paths of one behavior on its way to a bucket.
type Paths struct {
	Match, Miss []string // all of Match catch the path, none of Miss does
	OriginPath  string   // what CloudFront puts before the path; no slash at its end
}

// Respell finds one object that two behaviors read: spelled is a path of the
// first, in which reserved characters may be escaped, plain a path of the
// second, in which none is. Patterns tell /private%2Fx from /private/x; S3
// decodes both to the same key.
//
// If found is false and err is nil there is no such object.
func Respell(first, second Paths) (spelled, plain string, found bool, err error) {
	return new(Finder).Respell(first, second)
}

// Respell is [Respell].
func (f *Finder) Respell(first, second Paths) (spelled, plain string, found bool, err error) {
	a, b := first.tape(), second.tape()
	switch {
	case strings.HasPrefix(first.OriginPath, second.OriginPath):
		b.start = first.OriginPath[len(second.OriginPath):]
	case strings.HasPrefix(second.OriginPath, first.OriginPath):
		a.start = second.OriginPath[len(first.OriginPath):]
	default:
		return "", "", false, nil
	}
	if a.start == "" && b.start == "" && !sameStart(append(a.match[:len(a.match):len(a.match)], b.match...)) {
		return "", "", false, nil
	}
	if len(a.miss)+len(b.miss) > 0 {
		spelled, plain, found, err = f.respell(tape{match: a.match, start: a.start}, tape{match: b.match, start: b.start})
		if err != nil || !found || !matchesAny(a.miss, spelled) && !matchesAny(b.miss, plain) {
			return spelled, plain, found, err
		}
	}
	for _, t := range []*tape{&a, &b} {
		var possible bool
		if t.miss, possible, err = f.relevant(t.match, t.miss); err != nil || !possible {
			return "", "", false, err
		}
	}
	return f.respell(a, b)
}

func (f *Finder) respell(a, b tape) (spelled, plain string, found bool, err error) {
	letters := spellings(append(a.patterns(), b.patterns()...))
	readable, readableToo := a, b // as in preferred
	readable.match, readableToo.match = filled(a.match), filled(b.match)
	if spelled, plain, found, err = f.search(readable, readableToo, letters); found || err != nil {
		return spelled, plain, found, err
	}
	return f.search(a, b, letters)
}

func (p Paths) tape() tape { return tape{match: p.Match, miss: p.Miss} }

func (t tape) patterns() []string { return append(t.match[:len(t.match):len(t.match)], t.miss...) }

// sameStart reports whether the literal starts of the patterns agree as far as
// they go. It is a cheap way to see that most patterns share no path, however
// it is escaped.
func sameStart(patterns []string) bool {
	longest := ""
	for _, p := range patterns {
		start := literal(p)
		n := min(len(start), len(longest))
		if start[:n] != longest[:n] {
			return false
		}
		if len(start) > len(longest) {
			longest = start
		}
	}
	return true
}

// literal returns the part of a pattern before its first wildcard or escape.
func literal(pattern string) string {
	pattern = Canonical(pattern)
	if i := strings.IndexAny(pattern, "*?%"); i >= 0 {
		return pattern[:i]
	}
	return pattern
}

// spellings returns the letters of [singleLetters] and, for each reserved
// character that a URL's path may have as it is, its escape.
func spellings(patterns []string) []letter {
	letters := singleLetters(patterns)
	all := strings.Join(patterns, "")
	anyEscape := strings.ContainsAny(all, "%0123456789ABCDEF") // which tell one escape from another
	for c := byte('!'); c <= '~'; c++ {
		if isUnreserved(c) || strings.IndexByte("?#%", c) >= 0 {
			continue
		}
		if anyEscape || c == '/' || c == '!' || strings.IndexByte(all, c) >= 0 {
			letters = append(letters, letter{fmt.Sprintf("%%%02X", c), string(c)})
		}
	}
	return letters
}
