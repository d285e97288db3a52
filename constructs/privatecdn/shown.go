package privatecdn

import (
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"

	"example.com/privatecdn/internal/pathpattern"
)

// checkShown reports private objects that every viewer would get in place of
// something else: as an error page or as the default root object.
func (p *problems) checkShown(props *DistributionProps) {
	routes := props.routes()
	for _, e := range props.Front.ErrorResponses {
		if !strings.HasPrefix(e.Page, "/") || e.ResponseStatus == 0 {
			continue // absent, or reported by checkErrorResponses
		}
		r, known := p.routeOfObject("Front.ErrorResponses", e.Page, routes)
		if known && r.Access != Public {
			p.add("Front.ErrorResponses", "the page %s for status %d is private, and CloudFront asks for no signature before it shows it, so it would be open to everyone; "+
				"put the page below a public pattern", e.Page, e.Status)
		}
	}
	root := props.Front.DefaultRootObject
	if root == "" || strings.HasPrefix(root, "/") || routeOf(routes, "/").Access != Public {
		return
	}
	if r, known := p.routeOfObject("Front.DefaultRootObject", "/"+root, routes); known && r.Access != Public {
		p.add("Front.DefaultRootObject", "/%s is private, and %s makes / public, which shows it; make its path public too, or / not", root, routeOf(routes, "/").property)
	}
}

// routeOfObject returns the behavior of an object's path, and a mistake if the
// path has another spelling, or none known yet: then nothing tells which one.
func (p *problems) routeOfObject(property, path string, routes []route) (route, bool) {
	if isToken(path) || strings.ContainsAny(path, "%?#") || pathpattern.Normalize(path) != path {
		p.add(property, "%q has more than one reading, so nothing tells what it opens; write the path out, without escapes, // and dot segments", path)
		return route{}, false
	}
	return routeOf(routes, path), true
}

// assignsPath matches a function's statement that makes the request one for a
// path that is written out.
var assignsPath = regexp.MustCompile("(?:\\.uri|\\[['\"]uri['\"]\\])\\s*=\\s*(?:'(/[^']*)'|\"(/[^\"]*)\"|`(/[^`$]*)`)\\s*(?:;|\\n|}|$)")

// checkFunctions reports functions on public behaviors that turn a request into
// one for a private path, where their code says so.
func (p *problems) checkFunctions(props *DistributionProps) {
	routes := props.routes()
	for _, r := range routes {
		if r.Access != Public || r.ViewerRequest == nil {
			continue
		}
		for _, m := range assignsPath.FindAllStringSubmatch(functionCode(r.ViewerRequest), -1) {
			path := pathpattern.Normalize(m[1] + m[2] + m[3])
			if to := routeOf(routes, path); to.Access != Public && props.sameContent(r.Behavior, to.Behavior) {
				p.add(r.property+".ViewerRequest", "the function makes a request that needs no signature one for %s, which is private; "+
					"make that path public, or the behavior signed", path)
			}
		}
	}
}

// functionCode returns a function's code as far as this app has it.
func functionCode(f awscloudfront.IFunction) string {
	made, ok := f.Node().DefaultChild().(awscloudfront.CfnFunction)
	if !ok {
		return ""
	}
	return *made.FunctionCode()
}

// warnOfFunctions says which functions on public behaviors could open private
// paths: CloudFront checks the signature of the path the viewer asked for, and
// the function chooses the object.
func (d *distribution) warnOfFunctions() {
	routes := d.props.routes()
	for _, r := range routes {
		if r.Access != Public || r.ViewerRequest == nil {
			continue
		}
		if code := functionCode(r.ViewerRequest); code != "" && !strings.Contains(code, "uri") && !strings.Contains(code, "import") {
			continue
		}
		i := slices.IndexFunc(routes, func(to route) bool {
			return to.Access != Public && d.props.sameContent(r.Behavior, to.Behavior)
		})
		if i < 0 {
			continue
		}
		private, _ := pathpattern.Witness([]string{routes[i].PathPattern}, routes[i].before)
		d.warn("functionOnPublic", r.property+".ViewerRequest: the function can turn a public path into a private one, such as "+private+
			", which everyone could then read; check its code, or give the public content a Bucket of its own")
	}
}
