package privatecdn

import (
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"

	"example.com/privatecdn/internal/pathpattern"
)

// assignsPath matches a function's statement that makes the request one for a
// path that is written out.
var assignsPath = regexp.MustCompile(`(?:\.uri|\[['"]uri['"]\])\s*=\s*` +
	"(?:'(/[^']*)'|\"(/[^\"]*)\"|`(/[^`$]*)`)" + `\s*(?:;|\n|}|$)`)

// publicFunctions returns the public behaviors whose requests a function sees.
func publicFunctions(routes []route) []route {
	return slices.DeleteFunc(slices.Clone(routes),
		func(r route) bool { return r.Access != Public || r.ViewerRequest == nil })
}

// checkFunctions reports functions on public behaviors that turn a request into
// one for a private path, where their code says so.
func (s *settled) checkFunctions(m *mistakes) {
	routes := s.routes()
	for _, r := range publicFunctions(routes) {
		for _, match := range assignsPath.FindAllStringSubmatch(functionCode(r.ViewerRequest), -1) {
			path := pathpattern.Normalize(match[1] + match[2] + match[3])
			if to := routeOf(routes, path); to.Access != Public && s.sameContent(r.Behavior, to.Behavior) {
				m.add(r.property+".ViewerRequest", "make that path public, or the behavior signed",
					"the function turns a request that needs no signature into one for %s, which is private", path)
			}
		}
	}
}

// functionCode returns a function's code as far as this app has it.
func functionCode(f awscloudfront.IFunction) string {
	if made, ok := f.Node().DefaultChild().(awscloudfront.CfnFunction); ok {
		return *made.FunctionCode()
	}
	return ""
}

// warnOfFunctions names the functions on public behaviors that could open
// private paths: CloudFront checks the signature of the path the viewer
// requested, and the function chooses the object.
func (d *distribution) warnOfFunctions() {
	routes := d.props.routes()
	for _, r := range publicFunctions(routes) {
		code := functionCode(r.ViewerRequest)
		if code != "" && !strings.Contains(code, "uri") && !strings.Contains(code, "import") {
			continue
		}
		i := slices.IndexFunc(routes, func(to route) bool {
			return to.Access != Public && d.props.sameContent(r.Behavior, to.Behavior)
		})
		if i < 0 {
			continue
		}
		private, _ := pathpattern.Witness([]string{routes[i].PathPattern}, routes[i].before)
		warn(d, "functionOnPublic", r.property+".ViewerRequest: the function can turn a public path into a private "+
			"one, such as "+private+", which everyone could then read; "+
			"check its code, or give the public content a Bucket of its own")
	}
}
