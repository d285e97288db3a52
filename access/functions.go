package access

import (
	"bytes"
	"maps"
	"slices"

	"example.com/privatecdn/internal/infra"
)

// compareFunctions finds functions that differ. Nothing here runs them: one on
// a public behavior may rewrite a path into a protected one, or may have
// refused requests.
func (d *diff) compareFunctions(found *list, o, n *infra.Behavior) {
	if !sameFunction(o.ViewerRequest, n.ViewerRequest) {
		d.requestFunction(found, o, n)
	}
	if !sameFunction(o.ViewerResponse, n.ViewerResponse) {
		found.say(FunctionChanged, Note,
			"another function, other code, or none runs on responses for paths of %q", n.PathPattern)
	}
}

func (d *diff) requestFunction(found *list, o, n *infra.Behavior) {
	what, severity, more := "another function or other code runs on requests for paths of %q%s", Note, ""
	if n.ViewerRequest == nil {
		what = "no function runs on requests for paths of %q any more%s"
	}
	switch {
	case !isPublic(n):
		more = ": it runs after the signature is checked and may rewrite the path to any other"
	case o.ViewerRequest != nil:
		severity, more = Widening, ": they need no signature, and what the function before refused may be open"
	case d.protects(n):
		severity, more = Widening, ": they need no signature, and it may rewrite a path to one that does"
	}
	found.say(FunctionChanged, severity, what, n.PathPattern, more)
}

// protects reports whether some paths of what a behavior reads from need a
// signature.
func (d *diff) protects(n *infra.Behavior) bool {
	return slices.ContainsFunc(d.new.Behaviors, func(b *infra.Behavior) bool {
		return !isPublic(b) && sharedSource(b, n) != nil
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
