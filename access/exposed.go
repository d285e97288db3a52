package access

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// exposure is an object that one behavior protects and another opens under
// another path: because the path is escaped, because the origin paths differ,
// or because the other belongs to another distribution.
type exposure struct{ open, closed reader }

// reader is a behavior that reads from an origin.
type reader struct {
	distribution *infra.Distribution
	at           int // the behavior's place
	origin       *infra.Origin
}

// findExposed finds the exposures of pairs of behaviors that there were not
// before. Where there was the pair, an object that is newly exposed is at a path
// that became public, which [diff.comparePaths] finds.
func (d *diff) findExposed() {
	known, done := map[string]bool{}, map[*infra.Behavior]bool{}
	for _, e := range exposures(d.was) {
		known[e.id(nil)] = true
	}
	for _, e := range exposures(d.is) {
		closed := e.closed.behavior()
		if done[closed] || known[e.id(d.before)] {
			continue
		}
		spelled, plain, found, err := d.paths.Respell(e.open.paths(), e.closed.paths())
		d.new, done[closed] = e.closed.distribution, found || err != nil
		switch {
		case err != nil:
			d.addAt(closed.PathPattern, closed.PathPattern, finding(BehaviorShadowed, Widening,
				"the patterns %q, which is public, and %q, which is not, are too entangled to compare: an escaped path "+
					"may open what the second protects", e.open.behavior().PathPattern, closed.PathPattern))
		case found:
			d.addAt(closed.PathPattern, spelled, d.exposed(e, spelled, plain))
		}
	}
}

// exposed returns what there is to say of an exposure.
func (d *diff) exposed(e exposure, spelled, plain string) Finding {
	second, wasOpen := e.open.distribution != e.closed.distribution, d.wasOpen(e, spelled, plain)
	f := finding(BehaviorShadowed, Widening, "the behavior %q does not protect %s: "+
		"the same object is at %s, which comes to %q and is open to everyone",
		e.closed.behavior().PathPattern, plain, spelled, e.open.behavior().PathPattern)
	switch {
	case wasOpen && second || !d.granted(e.open.origin):
		f.Severity = Note
	case !wasOpen && d.before[e.closed.distribution] != nil:
		f.Kind = BecamePublic
	}
	switch {
	case second:
		f.Sentence += " in the distribution " + e.open.distribution.LogicalID
	case spelled != plain:
		f.Sentence += "; let the default behavior need a signature and make the exceptions public"
	}
	return f
}

// exposures returns the pairs of behaviors that read from one source, the first
// open to everyone and the second not.
func exposures(tmpl *infra.Template) (all []exposure) {
	public := slices.DeleteFunc(readers(tmpl), func(r reader) bool { return !isPublic(r.behavior()) })
	for _, closed := range readers(tmpl) {
		if isPublic(closed.behavior()) {
			continue
		}
		for _, open := range public {
			if sameSource(open.origin, closed.origin) {
				all = append(all, exposure{open, closed})
			}
		}
	}
	return all
}

// readers returns the behaviors, with each of their origins.
func readers(tmpl *infra.Template) (all []reader) {
	for _, d := range tmpl.Distributions {
		for i, b := range d.Behaviors {
			for _, o := range b.Origins() {
				all = append(all, reader{d, i, o})
			}
		}
	}
	return all
}

func (r reader) behavior() *infra.Behavior { return r.distribution.Behaviors[r.at] }

func (r reader) paths() pathpattern.Paths {
	match, miss := []string{r.behavior().PathPattern}, missed(r.distribution, r.at)
	return pathpattern.Paths{Match: match, Miss: miss, OriginPath: r.origin.Path}
}

// id returns what tells the exposure from others; before maps a distribution to
// what it was.
func (e exposure) id(before map[*infra.Distribution]*infra.Distribution) string {
	of := func(r reader) string {
		d := cmp.Or(before[r.distribution], r.distribution)
		return fmt.Sprintf("%p %q %q %q", d, r.behavior().PathPattern, r.origin.Path, source(r.origin))
	}
	openFirst := e.open.distribution == e.closed.distribution && e.open.at < e.closed.at
	return fmt.Sprint(of(e.open), of(e.closed), openFirst)
}

// wasOpen reports whether everyone could get the object under one of the paths.
func (d *diff) wasOpen(e exposure, spelled, plain string) bool {
	if before := d.before[e.closed.distribution]; before != nil && isOpen(before, plain) {
		return true
	}
	before := d.before[e.open.distribution]
	if before == nil || !isOpen(before, spelled) {
		return false
	}
	return slices.ContainsFunc(match(before, spelled).Origins(), func(o *infra.Origin) bool {
		return sameSource(o, e.open.origin) && o.Path == e.open.origin.Path
	})
}
