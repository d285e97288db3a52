package access

import (
	"bytes"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/deployment"
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

// findExposed finds the exposures of pairs of behaviors that old did not have.
// Where it had them, an object that is newly exposed is at a path that became
// public, which [diff.comparePaths] finds.
func (d *diff) findExposed(old, now *infra.Infrastructure) {
	known := map[string]bool{}
	for e := range exposures(old) {
		known[e.id(nil)] = true
	}
	for e := range exposures(now) {
		open, closed := e.behaviors()
		done := e.closed.LogicalID + " " + closed.PathPattern
		if known[e.id(d.before)] || known[done] {
			continue
		}
		spelled, plain, found, err := e.find(&d.paths)
		if !found && err == nil {
			continue
		}
		known[done] = true
		d.new = e.closed
		f := Finding{Kind: BehaviorShadowed, Severity: Widening, Path: closed.PathPattern, Witness: spelled}
		switch wasOpen := d.wasOpen(e, spelled, plain); {
		case wasOpen && e.open != e.closed:
			f.Severity = Note
		case !wasOpen && d.before[e.closed] != nil:
			f.Kind = BecamePublic
		}
		f.Sentence = fmt.Sprintf("the behavior %q does not protect %s: the same object is at %s, which comes to %q and is open to everyone",
			closed.PathPattern, plain, spelled, open.PathPattern)
		switch {
		case err != nil:
			f.Sentence = fmt.Sprintf("the patterns %q, which is public, and %q, which is not, are too entangled to compare: "+
				"an escaped path may open what the second protects", open.PathPattern, closed.PathPattern)
		case e.open != e.closed:
			f.Sentence += " in the distribution " + e.open.LogicalID
		case spelled != plain:
			f.Sentence += "; let the default behavior need a signature and make the exceptions public"
		}
		d.add(done, f)
	}
}

// exposures yields the pairs of behaviors that read from one bucket, the first
// open to everyone and the second not.
func exposures(tmpl *infra.Infrastructure) iter.Seq[exposure] {
	return func(yield func(exposure) bool) {
		for _, closed := range tmpl.Distributions {
			if len(closed.Behaviors) > maxBehaviors {
				continue
			}
			for j, c := range closed.Behaviors {
				for _, open := range tmpl.Distributions {
					if len(open.Behaviors) > maxBehaviors {
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

func sameSource(a, b *infra.Behavior) bool {
	return a.Origin.Bucket != nil && b.Origin.Bucket != nil && sameBucket(a.Origin.Bucket, b.Origin.Bucket)
}

// id tells pairs apart; before maps a distribution to what it was.
func (e exposure) id(before map[*infra.Distribution]*infra.Distribution) string {
	var id strings.Builder
	for _, at := range []struct {
		d *infra.Distribution
		i int
	}{{e.open, e.openAt}, {e.closed, e.closedAt}} {
		b := at.d.Behaviors[at.i]
		if was := before[at.d]; was != nil {
			at.d = was
		}
		fmt.Fprintf(&id, "%p %q %q %q ", at.d, b.PathPattern, b.Origin.Path, b.Origin.Bucket.ARN)
	}
	return id.String() + strconv.FormatBool(e.open == e.closed && e.openAt < e.closedAt)
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
	return was.Bucket != nil && sameBucket(was.Bucket, is.Bucket) && was.Path == is.Path
}

// findErrorPages finds error pages that need a signature by their own path:
// CloudFront gets them for everyone who causes the error.
func (d *diff) findErrorPages() {
	for _, e := range d.new.CustomErrors {
		if e.ResponsePath == "" || !signedPage(d.new, e.ResponsePath) || slices.ContainsFunc(d.old.CustomErrors, func(o infra.CustomError) bool {
			return o.ResponsePath == e.ResponsePath && signedPage(d.old, o.ResponsePath)
		}) {
			continue
		}
		d.add(e.ResponsePath, Finding{Kind: BecamePublic, Severity: Widening, Path: e.ResponsePath, Witness: e.ResponsePath,
			Sentence: fmt.Sprintf("%q is the page of error %d: everyone whose request ends in that error gets it without a signature; "+
				"put the page below a public pattern", e.ResponsePath, e.Code)})
	}
}

func signedPage(d *infra.Distribution, page string) bool {
	b := match(d, pathpattern.Normalize(pathpattern.Canonical(page)))
	return b != nil && b.Access() == deployment.Signed
}

// compareFunctions says that a function differs, which nothing here runs. One
// on a public behavior may rewrite a path into a protected one, or may have
// been what refused a request.
func (d *diff) compareFunctions(o, n *infra.Behavior) []Finding {
	var findings []Finding
	say := func(before, after *infra.Function, event string) {
		f := Finding{Kind: FunctionChanged, Severity: Note}
		open := event == "requests" && n.Access() == deployment.Public
		switch {
		case sameFunction(before, after):
			return
		case after == nil:
			f.Sentence = fmt.Sprintf("no function runs on %s for paths of %q any more", event, n.PathPattern)
		default:
			f.Sentence = fmt.Sprintf("another function or other code, %s, runs on %s for paths of %q", after.LogicalID, event, n.PathPattern)
		}
		switch {
		case open && before != nil:
			f.Severity = Widening
			f.Sentence += ": nobody needs a signature there, and what the function before refused may be open"
		case open && d.protects(n.Origin):
			f.Severity = Widening
			f.Sentence += ": nobody needs a signature there, and it may rewrite a path to one that a signature protects"
		case event == "requests" && !open:
			f.Sentence += ": it runs after the signature is checked and may rewrite the path to any other"
		}
		findings = append(findings, f)
	}
	say(o.ViewerRequest, n.ViewerRequest, "requests")
	say(o.ViewerResponse, n.ViewerResponse, "responses")
	return findings
}

// protects reports whether some of what an origin has needs a signature.
func (d *diff) protects(origin *infra.Origin) bool {
	return slices.ContainsFunc(d.new.Behaviors, func(b *infra.Behavior) bool {
		return b.Access() != deployment.Public && b.Origin.DomainName == origin.DomainName
	})
}

func sameFunction(a, b *infra.Function) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Code == b.Code && a.Runtime == b.Runtime && slices.EqualFunc(a.KeyValueStores, b.KeyValueStores, sameStore)
}

func sameStore(a, b infra.KeyValueStore) bool {
	return a.LogicalID == b.LogicalID && bytes.Equal(a.Import, b.Import) && maps.Equal(a.Data, b.Data)
}
