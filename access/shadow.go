package access

import (
	"fmt"
	"slices"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// findShadowed finds behaviors that are never reached, and protected ones of
// which a public one before them catches a part, where the old distribution
// had neither. The default behavior gets what is left: that is a shadow only
// where nothing is.
func (d *diff) findShadowed() {
	last := len(d.new.Behaviors) - 1
	for j, b := range d.new.Behaviors {
		_, found, err := d.paths.Find([]string{b.PathPattern}, patterns(d.new.Behaviors[:j]))
		switch {
		case err != nil:
			d.entangledWith(j)
		case !found:
			d.neverReached(j)
		case j < last && b.Access() != deployment.Public:
			for e := range j {
				d.shadowedBy(e, j)
			}
		}
	}
}

// entangledWith says that nobody can say what the j-th behavior gets.
func (d *diff) entangledWith(j int) {
	b := d.new.Behaviors[j]
	severity := Note
	if b.Access() != deployment.Public && slices.ContainsFunc(d.new.Behaviors[:j], isPublic) {
		severity = Widening
	}
	d.add(b.PathPattern, Finding{Kind: BehaviorShadowed, Severity: severity, Path: b.PathPattern, Witness: b.PathPattern,
		Sentence: fmt.Sprintf("the pattern %q and those before it are too entangled to compare: "+
			"they may catch paths that it protects; write simpler patterns", b.PathPattern)})
}

func isPublic(b *infra.Behavior) bool { return b.Access() == deployment.Public }

func (d *diff) neverReached(j int) {
	b := d.new.Behaviors[j]
	if d.neverReachedInOld(b, j == len(d.new.Behaviors)-1) {
		return
	}
	path, _, _ := d.paths.Find([]string{b.PathPattern}, nil)
	what := fmt.Sprintf("the behavior %q", b.PathPattern)
	if j == len(d.new.Behaviors)-1 {
		what = "the default behavior"
	}
	d.add(b.PathPattern, Finding{Kind: BehaviorShadowed, Severity: d.shadowSeverity(b, path), Path: b.PathPattern, Witness: path,
		Sentence: fmt.Sprintf("%s is never reached: those before it catch all its paths, such as %s", what, path)})
}

func (d *diff) neverReachedInOld(b *infra.Behavior, isDefault bool) bool {
	for i, o := range d.old.Behaviors {
		if o.PathPattern == b.PathPattern && (i == len(d.old.Behaviors)-1) == isDefault {
			_, found, err := d.paths.Find([]string{b.PathPattern}, patterns(d.old.Behaviors[:i]))
			return !found && err == nil
		}
	}
	return false
}

func (d *diff) shadowedBy(e, j int) {
	before, b := d.new.Behaviors[e], d.new.Behaviors[j]
	if before.Access() != deployment.Public || d.shadowedInOld(before.PathPattern, b.PathPattern) {
		return
	}
	path, found, err := d.paths.Find([]string{before.PathPattern, b.PathPattern}, patterns(d.new.Behaviors[:e]))
	if err != nil {
		d.entangledWith(j)
	}
	if !found {
		return
	}
	d.add(b.PathPattern, Finding{Kind: BehaviorShadowed, Severity: d.shadowSeverity(b, path), Path: b.PathPattern, Witness: path,
		Sentence: fmt.Sprintf("the behavior %q does not protect %s: %q, which is public, comes before it", b.PathPattern, path, before.PathPattern)})
}

func (d *diff) shadowedInOld(first, second string) bool {
	e := slices.IndexFunc(d.old.Behaviors, func(b *infra.Behavior) bool { return b.PathPattern == first })
	l := slices.IndexFunc(d.old.Behaviors, func(b *infra.Behavior) bool { return b.PathPattern == second })
	return e >= 0 && e < l && d.old.Behaviors[e].Access() == deployment.Public && d.old.Behaviors[l].Access() != deployment.Public
}

// shadowSeverity is Widening where the path was closed and is open.
func (d *diff) shadowSeverity(b *infra.Behavior, path string) Severity {
	if b.Access() != deployment.Public && isOpen(d.new, path) && !isOpen(d.old, path) {
		return Widening
	}
	return Note
}

// isOpen reports whether everyone gets a path.
func isOpen(d *infra.Distribution, path string) bool {
	b := match(d, path)
	return b != nil && b.Access() == deployment.Public
}

// match returns the behavior that gets a path; nil where there is none.
func match(d *infra.Distribution, path string) *infra.Behavior {
	if i := pathpattern.First(d.Behaviors, func(b *infra.Behavior) string { return b.PathPattern }, path); i >= 0 {
		return d.Behaviors[i]
	}
	return nil
}

func patterns(behaviors []*infra.Behavior) []string {
	all := make([]string, len(behaviors))
	for i, b := range behaviors {
		all[i] = b.PathPattern
	}
	return all
}
