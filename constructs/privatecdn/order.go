package privatecdn

import (
	"cmp"
	"slices"

	"example.com/privatecdn/internal/pathpattern"
)

// route is a behavior with its place: the patterns that are tried before it.
type route struct {
	Behavior
	property string
	before   []string
}

// routes returns the behaviors in the order CloudFront tries them, the default
// behavior last. Those without a usable pattern, which check reports, are left
// out.
func (p *DistributionProps) routes() []route {
	var all []route
	var before []string
	for i, b := range p.Behaviors {
		if isPattern(b.PathPattern) {
			all = append(all, route{b, property(i), slices.Clone(before)})
			before = append(before, b.PathPattern)
		}
	}
	rest := p.Default
	rest.PathPattern = "*"
	return append(all, route{rest, "Default", before})
}

// routeOf returns the behavior that serves a path a viewer can send.
func routeOf(routes []route, path string) route {
	i := slices.IndexFunc(routes, func(r route) bool { return pathpattern.Match(r.PathPattern, path) })
	return routes[i] // the default behavior's pattern catches every path
}

// checkOrder reports every path that reads as private and is open, as far as
// the order of the behaviors decides it.
func (p *problems) checkOrder(props *DistributionProps) {
	finder := &pathpattern.Finder{}
	routes := props.routes()
	for i, r := range routes {
		if !p.checkReached(finder, r, routes) || r.Access == Public {
			continue
		}
		for j, open := range routes {
			if open.Access != Public || i == j {
				continue
			}
			if j < i && p.checkOpened(finder, r, open) {
				continue
			}
			if props.sameContent(r.Behavior, open.Behavior) {
				p.checkRespelled(finder, r, open)
			}
		}
	}
}

// checkReached reports whether a path reaches r, and a mistake if none does. A
// default behavior that is left with nothing but / is not reached: there is no
// object of that name.
func (p *problems) checkReached(finder *pathpattern.Finder, r route, routes []route) bool {
	pattern := r.PathPattern
	if r.property == "Default" {
		pattern = "?*"
	}
	_, reached, err := finder.Find([]string{pattern}, r.before)
	if err != nil {
		p.tooComplex(r, "those before it")
		return false
	}
	if reached {
		return true
	}
	path, any, _ := finder.Find([]string{pattern}, nil)
	switch {
	case !any:
		p.add(r.property, "%q matches no path that a viewer can send: CloudFront removes // and dot segments first; remove them from the pattern", r.PathPattern)
	case r.Access != Public && routeOf(routes, path).Access == Public:
		p.add(r.property, "is never reached: the behaviors before it catch every path, and %s would be open to everyone; "+
			"make the pattern of %s narrower", path, routeOf(routes, path).property)
	case r.property == "Default":
		p.add(r.property, "is never reached: the behaviors before it catch every path, such as %s; move one of them to Default", path)
	default:
		p.add(r.property, "%q is never reached: the behaviors before it catch all its paths; move it up", r.PathPattern)
	}
	return false
}

// checkOpened reports whether open, which comes before r, opens a path of r's
// pattern, and the mistake if it does. The default behavior is for what the
// others leave, so that nothing before it opens its paths.
func (p *problems) checkOpened(finder *pathpattern.Finder, r, open route) bool {
	if r.property == "Default" {
		return false
	}
	path, both, err := finder.Find([]string{open.PathPattern, r.PathPattern}, open.before)
	switch {
	case err != nil:
		p.tooComplex(open, r.property)
	case both:
		p.add(open.property, "%q is public and comes before %q, which is not: %s matches both and would be open to everyone; "+
			"put the public pattern after it, or make it narrower", open.PathPattern, r.PathPattern, path)
	}
	return err != nil || both
}

// checkRespelled finds an object of r's that open opens under another spelling
// of its path: patterns see an escaped slash as three characters, and S3 sees a
// slash.
func (p *problems) checkRespelled(finder *pathpattern.Finder, r, open route) {
	spelled, plain, found, err := finder.Respell([]string{open.PathPattern}, open.before, []string{r.PathPattern}, r.before)
	switch {
	case err != nil:
		p.tooComplex(open, r.property)
	case found:
		p.add(r.property, "%q does not protect %s: %s names the same object and is caught by %s, which is public; "+
			"make the default behavior signed and list what is public, or use a pattern without slash and ? after its start, like \"private*\"",
			r.PathPattern, plain, spelled, open.property)
	}
}

func (p *problems) tooComplex(r route, other string) {
	p.add(r.property, "%q and %s are too entangled to compare, so nothing tells what they open; use fewer * and ? in them", r.PathPattern, other)
}

// sameContent reports whether two behaviors may read the same objects. Origins
// other than buckets do not tell.
func (p *DistributionProps) sameContent(a, b Behavior) bool {
	if a.Origin != nil || b.Origin != nil {
		return true
	}
	first, second := cmp.Or(a.Bucket, p.Bucket), cmp.Or(b.Bucket, p.Bucket)
	return first == second || first != nil && second != nil && *first.BucketName() == *second.BucketName()
}
