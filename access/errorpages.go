package access

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// compareErrorPages compares what viewers get in place of errors, of which
// refused signatures are one. It finds pages whose own path needs a signature:
// CloudFront fetches them without one, for everyone who causes the error, as
// everyone can a 403.
func (d *diff) compareErrorPages() {
	before, after := errorPages(d.old), errorPages(d.new)
	codes := maps.Clone(before)
	maps.Copy(codes, after)
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		o, n := before[code], after[code]
		page := n.ResponsePath
		if isSigned(d.new, page) && !(isSigned(d.old, page) &&
			(o.ResponsePath == page || before[http.StatusForbidden].ResponsePath == page)) {
			d.addAt(page, page, finding(BecamePublic, Widening,
				"%q is the page of error %d: everyone whose request ends in that error gets it "+
					"without a signature; put the page below a public pattern", page, code))
		}
		if o.ResponsePath == page && o.ResponseCode == n.ResponseCode || len(d.old.Behaviors) == 0 {
			continue
		}
		severity, which := Note, ""
		if o.ResponsePath != "" && o.ResponseCode < 400 {
			severity = Breaking
		}
		if code == http.StatusForbidden {
			which = ", such as those without a valid signature,"
		}
		d.say(ErrorPageChanged, severity, strconv.Itoa(code), "requests that end in the error %d%s get %s, where they got %s",
			code, which, pageOf(n), pageOf(o))
	}
}

// isSigned reports whether the path of an error page needs a signature. A
// presigned one does not open: S3 refuses it to CloudFront.
func isSigned(d *infra.Distribution, page string) bool {
	b := match(d, pathpattern.Normalize(page))
	return page != "" && b != nil && b.Access() == deployment.Signed
}

// errorPages returns the error pages by the errors they are for. There is none
// at / without a root object, since it would be a list of objects.
func errorPages(d *infra.Distribution) map[int]infra.CustomError {
	pages := map[int]infra.CustomError{}
	for _, e := range d.CustomErrors {
		if e.ResponsePath != "" && (e.ResponsePath != "/" || d.DefaultRootObject != "") {
			pages[e.Code] = e
		}
	}
	return pages
}

func pageOf(e infra.CustomError) string {
	if e.ResponsePath == "" {
		return "the error itself"
	}
	return fmt.Sprintf("%q with the status %d", e.ResponsePath, e.ResponseCode)
}
