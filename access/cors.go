package access

import (
	"fmt"
	"slices"
	"strings"

	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

func compareCORS(o, n *infra.Behavior) []Finding {
	more := moreCORS(corsOf(o), corsOf(n))
	if more == "" {
		return nil
	}
	return []Finding{finding(CORSWidened, Widening, "for paths of %q, %s", n.PathPattern, more)}
}

func corsOf(b *infra.Behavior) infra.CORS {
	if b.ResponseHeaderPolicy == nil || b.ResponseHeaderPolicy.CORS == nil {
		return infra.CORS{}
	}
	return *b.ResponseHeaderPolicy.CORS
}

// moreCORS returns in which ways b lets web pages do more than a, or "".
func moreCORS(a, b infra.CORS) string {
	var more []string
	if b.AllowCredentials && !a.AllowCredentials {
		more = append(more, "web pages may send cookies along (credentials)")
	}
	for _, part := range []struct {
		before, after []string
		what          string
	}{
		{a.AllowOrigins, b.AllowOrigins, "web pages of %s may read"},
		{a.AllowMethods, b.AllowMethods, "web pages may use the methods %s"},
		{a.AllowHeaders, b.AllowHeaders, "web pages may send the headers %s"},
		{a.ExposeHeaders, b.ExposeHeaders, "web pages may see the headers %s"},
	} {
		if added := uncovered(part.before, part.after); len(added) > 0 {
			more = append(more, fmt.Sprintf(part.what, strings.Join(added, ", ")))
		}
	}
	return strings.Join(more, "; ")
}

// uncovered returns the patterns of after that no pattern of before covers,
// whatever their case.
func uncovered(before, after []string) []string {
	var left []string
	for _, a := range after {
		if !slices.ContainsFunc(before, func(b string) bool { return covers(b, a) }) {
			left = append(left, a)
		}
	}
	return left
}

// covers reports whether everything pattern b matches, pattern a does. It may
// say no where the patterns are too different to see it.
func covers(a, b string) bool {
	return pathpattern.Glob(strings.ToLower(a), strings.ToLower(b))
}
