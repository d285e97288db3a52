package pathpattern

import (
	"slices"
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
func (f *Finder) Respell(first, second Paths) (spelled, plain string, found bool, err error) {
	a, b := tape{match: first.Match, miss: first.Miss}, tape{match: second.Match, miss: second.Miss}
	match := slices.Concat(a.match, b.match)
	switch {
	case !sameEnd(match), first.OriginPath == second.OriginPath && !sameStart(match):
		return "", "", false, nil
	case strings.HasPrefix(first.OriginPath, second.OriginPath):
		b.start = first.OriginPath[len(second.OriginPath):]
	case strings.HasPrefix(second.OriginPath, first.OriginPath):
		a.start = second.OriginPath[len(first.OriginPath):]
	default:
		return "", "", false, nil
	}
	tapes := pair{a, b}
	both := f.refine(tapes) // for most pairs there is none
	if both.found {
		if better := f.refine(readable(tapes)); better.found {
			both = better
		}
	}
	return both.paths[0], both.paths[1], both.found, both.err
}
