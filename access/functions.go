package access

import (
	"bytes"
	"maps"
	"slices"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// findErrorPages finds error pages whose own path needs a signature: CloudFront
// fetches them without one, for everyone who causes the error.
func (d *diff) findErrorPages() {
	for _, e := range d.new.CustomErrors {
		if e.ResponsePath == "" || !signedPage(d.new, e.ResponsePath) || hasSignedPage(d.old, e.ResponsePath) {
			continue
		}
		f := finding(BecamePublic, Widening, "%q is the page of error %d: everyone whose request ends in that error gets it "+
			"without a signature; put the page below a public pattern", e.ResponsePath, e.Code)
		f.Path, f.Witness = e.ResponsePath, e.ResponsePath
		d.add(f)
	}
}

func hasSignedPage(d *infra.Distribution, page string) bool {
	return signedPage(d, page) && slices.ContainsFunc(d.CustomErrors, func(e infra.CustomError) bool {
		return e.ResponsePath == page
	})
}

func signedPage(d *infra.Distribution, page string) bool {
	b := match(d, pathpattern.Normalize(pathpattern.Canonical(page)))
	return b != nil && b.Access() == deployment.Signed
}

// compareFunctions finds functions that differ. Nothing here runs them: one on
// a public behavior may rewrite a path into a protected one, or may have
// refused requests.
func (d *diff) compareFunctions(o, n *infra.Behavior) []Finding {
	var findings []Finding
	if !sameFunction(o.ViewerRequest, n.ViewerRequest) {
		findings = append(findings, d.requestFunction(o, n))
	}
	if !sameFunction(o.ViewerResponse, n.ViewerResponse) {
		findings = append(findings, finding(FunctionChanged, Note,
			"another function, other code, or none runs on responses for paths of %q", n.PathPattern))
	}
	return findings
}

func (d *diff) requestFunction(o, n *infra.Behavior) Finding {
	what := "no function runs on requests for paths of %q any more"
	if n.ViewerRequest != nil {
		what = "another function or other code runs on requests for paths of %q"
	}
	switch {
	case n.Access() != deployment.Public:
		return finding(FunctionChanged, Note,
			what+": it runs after the signature is checked and may rewrite the path to any other", n.PathPattern)
	case o.ViewerRequest != nil:
		return finding(FunctionChanged, Widening,
			what+": they need no signature, and what the function before refused may be open", n.PathPattern)
	case d.protects(n.Origin):
		return finding(FunctionChanged, Widening,
			what+": they need no signature, and it may rewrite a path to one that does", n.PathPattern)
	}
	return finding(FunctionChanged, Note, what, n.PathPattern)
}

// protects reports whether some paths of an origin need a signature.
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
