package access

import (
	"fmt"
	"slices"
	"strings"

	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// changedCORS finds what changes in what web pages may do.
func changedCORS(found *list, where string, before, after infra.CORS) {
	if more := moreCORS(before, after); more != "" {
		found.say(CORSWidened, Widening, "%s, %s", where, more)
	}
	if fewer := moreCORS(after, before); fewer != "" {
		found.say(CORSNarrowed, Narrowing, "%s, CORS no longer allows this: %s", where, fewer)
	}
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
		if added := uncovered(covers, part.before, part.after); len(added) > 0 {
			more = append(more, fmt.Sprintf(part.what, strings.Join(added, ", ")))
		}
	}
	return strings.Join(more, "; ")
}

// uncovered returns what of after nothing of before covers.
func uncovered[T any](covers func(a, b T) bool, before, after []T) []T {
	return slices.DeleteFunc(slices.Clone(after), func(a T) bool {
		return slices.ContainsFunc(before, func(b T) bool { return covers(b, a) })
	})
}

func equal[T comparable](a, b T) bool { return a == b }

// covers reports whether everything pattern b matches, pattern a does, whatever
// their case. It may say no where the patterns are too different to see it.
func covers(a, b string) bool {
	return pathpattern.Glob(strings.ToLower(a), strings.ToLower(b))
}
