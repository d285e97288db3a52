package access

import (
	"bytes"
	"maps"
	"net/http"
	"slices"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// findExposedPages finds error pages whose own path needs a signature:
// CloudFront fetches them without one, for everyone who causes the error.
// Everyone can cause a 403 there: by coming without a signature.
func (d *diff) findExposedPages() {
	before, after := errorPages(d.old), errorPages(d.new)
	for _, code := range slices.Sorted(maps.Keys(after)) {
		page := after[code].ResponsePath
		if !isSigned(d.new, page) || isSigned(d.old, page) &&
			(before[code].ResponsePath == page || before[http.StatusForbidden].ResponsePath == page) {
			continue
		}
		f := finding(BecamePublic, Widening, "%q is the page of error %d: everyone whose request ends in that error gets it "+
			"without a signature; put the page below a public pattern", page, code)
		f.Path, f.Witness = page, page
		d.add(f)
	}
}

// isSigned reports whether the path of an error page needs a signature. A
// presigned one does not open: S3 refuses it to CloudFront.
func isSigned(d *infra.Distribution, page string) bool {
	b := match(d, pathpattern.Normalize(pathpattern.Canonical(page)))
	return b != nil && b.Access() == deployment.Signed
}

// compareFunctions finds functions that differ. Nothing here runs them: one on
// a public behavior may rewrite a path into a protected one, or may have
// refused requests.
func (d *diff) compareFunctions(found *list, o, n *infra.Behavior) {
	if !sameFunction(o.ViewerRequest, n.ViewerRequest) {
		d.requestFunction(found, o, n)
	}
	if !sameFunction(o.ViewerResponse, n.ViewerResponse) {
		found.say(FunctionChanged, Note, "another function, other code, or none runs on responses for paths of %q", n.PathPattern)
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
		shared, _ := sharedSource(b, n)
		return shared != nil && !isPublic(b)
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
