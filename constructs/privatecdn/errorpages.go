package privatecdn

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"

	"example.com/privatecdn/internal/pathpattern"
)

// ErrorResponse replaces an error of CloudFront's or the origin's.
type ErrorResponse struct {
	// Status is the error's: 400, 403, 404, 405, 414, 416 or 500 to 504.
	Status int
	// Page is the path of a public object served instead, with a leading slash,
	// and ResponseStatus the status it gets, 200 or one of Status; both or
	// neither.
	Page           string
	ResponseStatus int
	// TTL is how long the error is cached: whole seconds, or Zero. CloudFront's
	// default is 10 seconds.
	TTL time.Duration
}

// errorStatuses are the errors that a page can replace, and the statuses that
// it can have beside 200.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
var errorStatuses = []int{400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}

func (v *Viewer) errorResponses() *[]*awscloudfront.ErrorResponse {
	list := make([]*awscloudfront.ErrorResponse, len(v.ErrorResponses))
	for i, e := range v.ErrorResponses {
		list[i] = &awscloudfront.ErrorResponse{
			HttpStatus:         new(float64(e.Status)),
			ResponsePagePath:   optional(e.Page),
			Ttl:                optionalSeconds(e.TTL),
			ResponseHttpStatus: optional(float64(e.ResponseStatus)),
		}
	}
	return &list
}

// checkErrorPages also reports private objects that every viewer would get in
// place of something else, as an error page or as the default root object:
// CloudFront checks no signature before it serves those.
func (s *settled) checkErrorPages(m *mistakes) {
	const property = "Viewer.ErrorResponses"
	routes := s.routes()
	checkList(m, property, s.Viewer.ErrorResponses, func(e ErrorResponse) string {
		return fmt.Sprint("status ", e.Status)
	})
	for _, e := range s.Viewer.ErrorResponses {
		m.checkSeconds(property+" TTL", e.TTL)
		m.refuse(!slices.Contains(errorStatuses, e.Status), property, "use 400, 403, 404, 405, 414, 416 or 500 to 504",
			"%d is not an error that CloudFront replaces", e.Status)
		m.refuse(e == ErrorResponse{Status: e.Status}, property, "set Page and ResponseStatus, or TTL",
			"the response for %d changes nothing", e.Status)
		e.checkPage(m, property, routes)
	}
	root := s.Viewer.DefaultRootObject
	if root == "" || strings.HasPrefix(root, "/") || routeOf(routes, "/").Access != Public {
		return
	}
	const rootProperty = "Viewer.DefaultRootObject"
	r, known := m.routeOfObject(rootProperty, "/"+root, routes)
	m.refuse(known && r.Access != Public, rootProperty, "make its path public too, or / private",
		"/%s is private, and %s makes / public, which shows it", root, routeOf(routes, "/").property)
}

func (e ErrorResponse) checkPage(m *mistakes, property string, routes []route) {
	switch {
	case e.Page == "" && e.ResponseStatus == 0:
	case e.Page == "" || e.ResponseStatus == 0:
		m.add(property, "set both or neither", "the response for %d has one of Page and ResponseStatus", e.Status)
	case e.ResponseStatus != 200 && !slices.Contains(errorStatuses, e.ResponseStatus):
		m.add(property, "use 200, 400, 403, 404, 405, 414, 416 or 500 to 504",
			"the response for %d has the response status %d, which CloudFront refuses", e.Status, e.ResponseStatus)
	case !strings.HasPrefix(e.Page, "/"):
		m.add(property, "begin it with a slash", "the page %q for %d does not begin with a slash", e.Page, e.Status)
	default:
		r, known := m.routeOfObject(property, e.Page, routes)
		m.refuse(known && r.Access != Public, property, "move the page below a public pattern",
			"the page %s for status %d is private, and CloudFront serves it without a signature, "+
				"so it would be open to everyone", e.Page, e.Status)
	}
}

// routeOfObject returns the behavior of an object's path, and a mistake if the
// path has another spelling, or none known yet: then nothing tells which one.
func (m *mistakes) routeOfObject(property, path string, routes []route) (route, bool) {
	if isToken(path) || strings.ContainsAny(path, "%?#") || pathpattern.Normalize(path) != path {
		m.add(property, "write the path out, without escapes, // and dot segments",
			"%q can be read in more than one way, so synthesis cannot tell what it opens", path)
		return route{}, false
	}
	return routeOf(routes, path), true
}

// warnOfErrorPages warns of refusals that become a success: players take the
// page for media, and nobody sees that a signature was refused.
func (d *distribution) warnOfErrorPages() {
	for _, e := range d.props.Viewer.ErrorResponses {
		if e.Status == 403 && e.ResponseStatus == 200 && !d.props.open() {
			warn(d, "refusalIs200",
				"Viewer.ErrorResponses: every refused signature, and every missing object, becomes 200 with "+e.Page+
					"; keep 403, and let a ViewerRequest function choose a single-page app's page "+
					"for paths without an extension")
		}
	}
}
