package access

import (
	"fmt"
	"slices"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// findShadowed finds behaviors that are never reached, and protected ones of
// which a public one before them catches a part, unless the old distribution
// had the same. The default behavior gets what the others leave: it is only
// shadowed if they leave nothing.
func (d *diff) findShadowed() {
	last := len(d.new.Behaviors) - 1
	for j, b := range d.new.Behaviors {
		_, found, err := d.paths.Find([]string{b.PathPattern}, missed(d.new, j))
		switch {
		case err != nil:
			d.tooEntangled(j)
		case !found:
			d.neverReached(j)
		case j < last && !isPublic(b):
			for e := range j {
				d.shadowedBy(e, j)
			}
		}
	}
}

// tooEntangled adds that nobody can tell which paths the j-th behavior gets.
func (d *diff) tooEntangled(j int) {
	b := d.new.Behaviors[j]
	severity := Note
	if !isPublic(b) && slices.ContainsFunc(d.new.Behaviors[:j], isPublic) {
		severity = Widening
	}
	d.addAt(b.PathPattern, b.PathPattern, finding(BehaviorShadowed, severity, "the pattern %q and those before it are "+
		"too entangled to compare: they may catch paths that it protects; use simpler patterns", b.PathPattern))
}

func isPublic(b *infra.Behavior) bool { return accessOf(b) == deployment.Public }

func (d *diff) neverReached(j int) {
	b, isDefault := d.new.Behaviors[j], j == len(d.new.Behaviors)-1
	if d.neverReachedInOld(b, isDefault) {
		return
	}
	path, _, _ := d.paths.Find([]string{b.PathPattern}, nil)
	what := fmt.Sprintf("the behavior %q", b.PathPattern)
	if isDefault {
		what = "the default behavior"
	}
	d.addAt(b.PathPattern, path, finding(BehaviorShadowed, d.shadowSeverity(b, path),
		"%s is never reached: other behaviors catch all its paths, such as %s", what, path))
}

func (d *diff) neverReachedInOld(b *infra.Behavior, isDefault bool) bool {
	for i, o := range d.old.Behaviors {
		if o.PathPattern == b.PathPattern && (i == len(d.old.Behaviors)-1) == isDefault {
			_, found, err := d.paths.Find([]string{b.PathPattern}, missed(d.old, i))
			return !found && err == nil
		}
	}
	return false
}

// shadowedBy adds that the public e-th behavior opens paths of the j-th.
func (d *diff) shadowedBy(e, j int) {
	before, b := d.new.Behaviors[e], d.new.Behaviors[j]
	if !isPublic(before) || d.shadowedInOld(before.PathPattern, b.PathPattern) {
		return
	}
	path, found, err := d.paths.Find([]string{before.PathPattern, b.PathPattern}, missed(d.new, e))
	switch {
	case err != nil:
		d.tooEntangled(j)
	case found:
		d.addAt(b.PathPattern, path, finding(BehaviorShadowed, d.shadowSeverity(b, path),
			"the behavior %q does not protect %s: %q, which is public, comes before it",
			b.PathPattern, path, before.PathPattern))
	}
}

func (d *diff) shadowedInOld(first, second string) bool {
	at := func(pattern string) int {
		return slices.IndexFunc(d.old.Behaviors, func(b *infra.Behavior) bool { return b.PathPattern == pattern })
	}
	e, l := at(first), at(second)
	return e >= 0 && e < l && isPublic(d.old.Behaviors[e]) && !isPublic(d.old.Behaviors[l])
}

// shadowSeverity is Widening if the path was closed and is open.
func (d *diff) shadowSeverity(b *infra.Behavior, path string) Severity {
	if !isPublic(b) && isOpen(d.new, path) && !isOpen(d.old, path) {
		return Widening
	}
	return Note
}

// isOpen reports whether everyone can read a path.
func isOpen(d *infra.Distribution, path string) bool {
	b := match(d, path)
	return b != nil && isPublic(b)
}

// match returns the behavior that requests for a path come to, or nil.
func match(d *infra.Distribution, path string) *infra.Behavior {
	if path == "/" {
		path = pathpattern.Normalize("/" + d.DefaultRootObject)
	}
	if i := pathpattern.First(d.Behaviors, func(b *infra.Behavior) string { return b.PathPattern }, path); i >= 0 {
		return d.Behaviors[i]
	}
	return nil
}

// missed returns the patterns of paths that do not come to the i-th behavior:
// those of the behaviors before it, and / where the default root object takes
// its place.
func missed(d *infra.Distribution, i int) []string {
	var all []string
	for _, b := range d.Behaviors[:i] {
		all = append(all, b.PathPattern)
	}
	if d.DefaultRootObject != "" {
		all = append(all, "/")
	}
	return all
}
