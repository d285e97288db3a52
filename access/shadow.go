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
// had neither. The default behavior gets what is left, so it has no shadow.
func (d *diff) findShadowed() {
	for j, b := range d.new.Behaviors[:len(d.new.Behaviors)-1] {
		earlier := patterns(d.new.Behaviors[:j])
		if _, found, err := d.paths.Find([]string{b.PathPattern}, earlier); !found && err == nil {
			d.neverReached(b)
			continue
		}
		if Of(b) == deployment.Public {
			continue
		}
		for e := range j {
			d.shadowedBy(e, j)
		}
	}
}

func (d *diff) neverReached(b *infra.Behavior) {
	i := slices.IndexFunc(d.old.Behaviors, func(o *infra.Behavior) bool { return o.PathPattern == b.PathPattern })
	if i >= 0 && i < len(d.old.Behaviors)-1 {
		if _, found, err := d.paths.Find([]string{b.PathPattern}, patterns(d.old.Behaviors[:i])); !found && err == nil {
			return
		}
	}
	path, _, _ := d.paths.Find([]string{b.PathPattern}, nil)
	d.add(b.PathPattern, Finding{Kind: BehaviorShadowed, Severity: d.shadowSeverity(b, path), Path: b.PathPattern, Witness: path,
		Sentence: fmt.Sprintf("the behavior %q is never reached: those before it catch all its paths, such as %s", b.PathPattern, path)})
}

func (d *diff) shadowedBy(e, j int) {
	before, b := d.new.Behaviors[e], d.new.Behaviors[j]
	if Of(before) != deployment.Public || d.shadowedInOld(before.PathPattern, b.PathPattern) {
		return
	}
	path, found, _ := d.paths.Find([]string{before.PathPattern, b.PathPattern}, patterns(d.new.Behaviors[:e]))
	if !found {
		return
	}
	d.add(b.PathPattern, Finding{Kind: BehaviorShadowed, Severity: d.shadowSeverity(b, path), Path: b.PathPattern, Witness: path,
		Sentence: fmt.Sprintf("the behavior %q does not protect %s: %q, which is public, comes before it", b.PathPattern, path, before.PathPattern)})
}

func (d *diff) shadowedInOld(first, second string) bool {
	e := slices.IndexFunc(d.old.Behaviors, func(b *infra.Behavior) bool { return b.PathPattern == first })
	l := slices.IndexFunc(d.old.Behaviors, func(b *infra.Behavior) bool { return b.PathPattern == second })
	return e >= 0 && e < l && Of(d.old.Behaviors[e]) == deployment.Public && Of(d.old.Behaviors[l]) != deployment.Public
}

// shadowSeverity is Widening where the path was closed and is open.
func (d *diff) shadowSeverity(b *infra.Behavior, path string) Severity {
	if Of(b) != deployment.Public && Of(match(d.new, path)) == deployment.Public && Of(match(d.old, path)) != deployment.Public {
		return Widening
	}
	return Note
}

// match returns the behavior that gets a path.
func match(d *infra.Distribution, path string) *infra.Behavior {
	for _, b := range d.Behaviors {
		if pathpattern.Match(b.PathPattern, path) {
			return b
		}
	}
	return d.Behaviors[len(d.Behaviors)-1]
}

func patterns(behaviors []*infra.Behavior) []string {
	all := make([]string, len(behaviors))
	for i, b := range behaviors {
		all[i] = b.PathPattern
	}
	return all
}
