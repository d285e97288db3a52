package privatecdn

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"

	"example.com/privatecdn/internal/pathpattern"
)

// route is a behavior with its place: the patterns that are tried before it.
type route struct {
	Behavior
	property string
	before   []string
}

// paths are those that r serves.
func (r route) paths() pathpattern.Paths {
	return pathpattern.Paths{Match: []string{r.PathPattern}, Miss: r.before, OriginPath: or(r.BucketOrigin).path()}
}

// addRoutes notes the behaviors in the order CloudFront tries them, the default
// behavior last. Those without a usable pattern, which are mistakes of their own,
// are left out.
func (s *settled) addRoutes() {
	var before []string
	for i, b := range s.all() {
		if i == len(s.Behaviors) {
			b.PathPattern = "*"
		}
		if isPattern(b.PathPattern) {
			s.routes = append(s.routes, route{b, s.property(i), slices.Clone(before)})
			before = append(before, b.PathPattern)
		}
	}
}

// routeOf returns the behavior that serves a path a viewer can send.
func (s *settled) routeOf(path string) route {
	i := pathpattern.First(s.routes, func(r route) string { return r.PathPattern }, path)
	return s.routes[i] // the default behavior's pattern catches every path
}

// order finds what the order of the behaviors opens.
type order struct {
	*mistakes
	*settled
	finder pathpattern.Finder
	err    error // patterns are too complex to compare
}

// checkOrder reports every path that reads as private and is open, as far as
// the order of the behaviors decides it.
func (s *settled) checkOrder(m *mistakes) {
	o := &order{mistakes: m, settled: s}
	for _, r := range o.routes {
		o.checkRoute(r)
		if o.err != nil {
			m.add(r.property, "use fewer * and ? in them",
				"%q and the other patterns are too complex to compare, so synthesis cannot tell what they open",
				r.PathPattern)
			return
		}
	}
}

// find returns a path that all of match catch and none of miss.
func (o *order) find(match, miss []string) (path string, found bool) {
	if o.err == nil {
		path, found, o.err = o.finder.Find(match, miss)
	}
	return path, found
}

func (o *order) checkRoute(r route) {
	if !o.checkReached(r) || r.Access == Public {
		return
	}
	for i, open := range o.routes {
		if open.Access != Public {
			continue
		}
		before := i < len(r.before) && r.property != "Default" // Default is for what the others leave
		if before && o.checkOpened(r, open) {
			continue
		}
		if o.err == nil && o.sameContent(r, open) {
			o.checkRespelled(r, open)
		}
	}
}

// checkReached reports whether a path reaches r, and a mistake if none does. A
// default behavior that is left with nothing but / is not reached: there is no
// object of that name.
func (o *order) checkReached(r route) bool {
	pattern := r.PathPattern
	if r.property == "Default" {
		pattern = "?*"
	}
	if _, reached := o.find([]string{pattern}, r.before); reached {
		return true
	}
	path, exists := o.find([]string{pattern}, nil)
	switch {
	case o.err != nil:
	case !exists:
		o.add(r.property, "remove // and dot segments from the pattern, as CloudFront does from paths",
			"%q matches no path that a viewer can send", r.PathPattern)
	case r.Access != Public && o.routeOf(path).Access == Public:
		o.add(r.property, "make the pattern of "+o.routeOf(path).property+" narrower",
			"it is never reached: the behaviors before it catch all its paths, and %s would be open to everyone", path)
	default:
		o.add(r.property, "move it up, or remove it",
			"%q is never reached: the behaviors before it catch all its paths", r.PathPattern)
	}
	return false
}

// checkOpened reports whether open, which comes before r, opens a path of r's
// pattern, and the mistake if it does.
func (o *order) checkOpened(r, open route) bool {
	path, both := o.find([]string{open.PathPattern, r.PathPattern}, open.before)
	o.refuse(both, open.property, "make the public pattern narrower, or put it after the other",
		"%q is public and comes before %q, which is not: %s matches both and would be open to everyone",
		open.PathPattern, r.PathPattern, path)
	return both
}

// checkRespelled finds an object of r's that open opens under another spelling
// of its path: patterns see an escaped slash as three characters, and S3 sees a
// slash.
func (o *order) checkRespelled(r, open route) {
	spelled, plain, found, err := o.finder.Respell(open.paths(), r.paths())
	o.err = err
	o.refuse(found, r.property, "make the default behavior signed and list what is public, or use a pattern without "+
		"slash and ? after its start, such as \"private*\"",
		"%q does not protect %s: %s names the same object and is caught by %s, which is public",
		r.PathPattern, plain, spelled, open.property)
}

// sameContent reports whether two behaviors may read the same objects. Origins
// other than buckets do not tell.
func (s *settled) sameContent(a, b route) bool {
	if a.Origin != nil || b.Origin != nil {
		return true
	}
	from, other := cmp.Or(a.Bucket, s.Bucket), cmp.Or(b.Bucket, s.Bucket) // nil is the one made here
	return from == other || from != nil && other != nil && *from.BucketName() == *other.BucketName()
}

// assignsPath matches a function's statement that makes the request one for a
// path that is written out.
var assignsPath = regexp.MustCompile(`(?:\.uri|\[['"]uri['"]\])\s*=\s*` +
	"(?:'(/[^']*)'|\"(/[^\"]*)\"|`(/[^`$]*)`)" + `\s*(?:;|\n|}|$)`)

// publicFunctions returns the public behaviors whose requests a function sees.
func (s *settled) publicFunctions() []route {
	return slices.DeleteFunc(slices.Clone(s.routes),
		func(r route) bool { return r.Access != Public || r.ViewerRequest == nil })
}

// checkFunctions reports functions on public behaviors that turn a request into
// one for a private path, where their code says so.
func (s *settled) checkFunctions(m *mistakes) {
	for _, r := range s.publicFunctions() {
		for _, match := range assignsPath.FindAllStringSubmatch(functionCode(r.ViewerRequest), -1) {
			path := pathpattern.Normalize(match[1] + match[2] + match[3])
			to := s.routeOf(path)
			m.refuse(to.Access != Public && s.sameContent(r, to), r.property+".ViewerRequest",
				"make that path public, or the behavior signed",
				"the function turns a request that needs no signature into one for %s, which is private", path)
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
	for _, r := range d.props.publicFunctions() {
		code := functionCode(r.ViewerRequest)
		if code != "" && !strings.Contains(code, "uri") && !strings.Contains(code, "import") {
			continue
		}
		for _, to := range d.props.routes {
			if to.Access != Public && d.props.sameContent(r, to) {
				private, _ := pathpattern.Witness([]string{to.PathPattern}, to.before)
				warn(d, "functionOnPublic", r.property+".ViewerRequest: the function can turn a public path into a private "+
					"one, such as "+private+", which everyone could then read; check its code, or give the public content "+
					"a Bucket of its own")
				break
			}
		}
	}
}
