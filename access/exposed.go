package access

import (
	"cmp"
	"iter"

	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// exposure is an object that one behavior protects and another opens under
// another path: because the path is escaped, because the origin paths differ,
// or because the other belongs to another distribution.
type exposure struct {
	open, closed     *infra.Distribution
	openAt, closedAt int // the behaviors' places
}

// findExposed finds the exposures of pairs of behaviors that there were not
// before. Where there was the pair, an object that is newly exposed is at a path
// that became public, which [diff.comparePaths] finds.
func (d *diff) findExposed() {
	known, done := map[pair]bool{}, map[*infra.Behavior]bool{}
	for e := range exposures(d.was) {
		known[e.pair(nil)] = true
	}
	for e := range exposures(d.is) {
		_, closed := e.behaviors()
		if done[closed] || known[e.pair(d.before)] {
			continue
		}
		spelled, plain, found, err := e.find(&d.paths)
		if found || err != nil {
			done[closed] = true
			d.new = e.closed
			d.add(d.exposed(e, spelled, plain, err))
		}
	}
}

// exposed returns what there is to say of an exposure.
func (d *diff) exposed(e exposure, spelled, plain string, err error) Finding {
	open, closed := e.behaviors()
	f := finding(BehaviorShadowed, Widening, "the behavior %q does not protect %s: "+
		"the same object is at %s, which comes to %q and is open to everyone", closed.PathPattern, plain, spelled, open.PathPattern)
	f.Path, f.Witness = closed.PathPattern, spelled
	switch wasOpen := d.wasOpen(e, spelled, plain); {
	case err != nil:
		f = finding(BehaviorShadowed, Widening, "the patterns %q, which is public, and %q, which is not, are too entangled "+
			"to compare: an escaped path may open what the second protects", open.PathPattern, closed.PathPattern)
		f.Path, f.Witness = closed.PathPattern, closed.PathPattern
		return f
	case wasOpen && e.open != e.closed:
		f.Severity = Note
	case !wasOpen && d.before[e.closed] != nil:
		f.Kind = BecamePublic
	}
	switch {
	case e.open != e.closed:
		f.Sentence += " in the distribution " + e.open.LogicalID
	case spelled != plain:
		f.Sentence += "; let the default behavior need a signature and make the exceptions public"
	}
	return f
}

// exposures yields the pairs of behaviors that read from one source, the first
// open to everyone and the second not.
func exposures(tmpl *infra.Infrastructure) iter.Seq[exposure] {
	return func(yield func(exposure) bool) {
		for _, closed := range tmpl.Distributions {
			if tooMany(closed) {
				continue
			}
			for j, c := range closed.Behaviors {
				for _, open := range tmpl.Distributions {
					if tooMany(open) {
						continue
					}
					for i, o := range open.Behaviors {
						if isPublic(o) && !isPublic(c) && sameSource(o, c) && !yield(exposure{open, closed, i, j}) {
							return
						}
					}
				}
			}
		}
	}
}

// pair tells exposures apart.
type pair struct {
	open, closed place
	openFirst    bool
}

// place is a behavior, as far as it counts for the objects it reads.
type place struct {
	distribution                    *infra.Distribution // what it was, if it was one
	pathPattern, originPath, source string
}

// pair returns what tells the exposure from others; before maps a distribution
// to what it was.
func (e exposure) pair(before map[*infra.Distribution]*infra.Distribution) pair {
	at := func(d *infra.Distribution, b *infra.Behavior) place {
		return place{cmp.Or(before[d], d), b.PathPattern, b.Origin.Path, source(b.Origin)}
	}
	open, closed := e.behaviors()
	return pair{at(e.open, open), at(e.closed, closed), e.open == e.closed && e.openAt < e.closedAt}
}

func (e exposure) behaviors() (open, closed *infra.Behavior) {
	return e.open.Behaviors[e.openAt], e.closed.Behaviors[e.closedAt]
}

func (e exposure) find(paths *pathpattern.Finder) (spelled, plain string, found bool, err error) {
	return paths.Respell(pathsOf(e.open, e.openAt), pathsOf(e.closed, e.closedAt))
}

func pathsOf(d *infra.Distribution, i int) pathpattern.Paths {
	b := d.Behaviors[i]
	return pathpattern.Paths{Match: []string{b.PathPattern}, Miss: patterns(d.Behaviors[:i]), OriginPath: b.Origin.Path}
}

// wasOpen reports whether everyone could get the object under one of the paths.
func (d *diff) wasOpen(e exposure, spelled, plain string) bool {
	if before := d.before[e.closed]; before != nil && isOpen(before, plain) {
		return true
	}
	before := d.before[e.open]
	if before == nil || !isOpen(before, spelled) {
		return false
	}
	was, is := match(before, spelled).Origin, e.open.Behaviors[e.openAt].Origin
	return source(was) == source(is) && was.Path == is.Path
}
