package playlist

import (
	"cmp"
	"html"
	"regexp"
	"slices"
	"strings"

	"example.com/privatecdn/signer"
)

// dash rewrites a DASH manifest in two passes: what is where, then, with every
// BaseURL known, what each URI leads to.
func (w *rewrite) dash() error {
	w.xml = true
	p, err := w.parse()
	if err != nil {
		return err
	}
	if w.moved() && !slices.ContainsFunc(p.root.uris, func(u uri) bool { return u.kind == baseURL }) {
		w.edit(p.first, p.first, "<BaseURL>"+html.EscapeString(w.home)+"</BaseURL>")
	}
	if _, err := w.scope(&p.root, []place{{base: &w.base}}); err != nil {
		return err
	}
	slices.SortStableFunc(w.edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	return nil
}

// scope rewrites what is in s, with around as its surrounding base URLs, and
// returns what segments are resolved with: the base URLs and ids of every
// Representation below, since they inherit templates.
func (w *rewrite) scope(s *scope, around []place) (leaves []place, err error) {
	bases, err := w.within(s, around)
	if err != nil {
		return nil, err
	}
	for _, child := range s.children {
		below, err := w.scope(child, bases)
		if err != nil {
			return nil, err
		}
		leaves = append(leaves, below...)
	}
	if len(s.children) == 0 {
		for _, b := range bases {
			leaves = append(leaves, place{b.base, s.id})
		}
		if err := w.spend(len(leaves)); err != nil {
			return nil, err
		}
	}
	var nameless []place // leaves without ids, once a URI asks for them
	for _, u := range s.uris {
		places := bases
		switch {
		case u.template:
			places = leaves
		case u.kind == content:
			if nameless == nil {
				nameless = withoutIDs(leaves)
			}
			places = nameless
		case u.kind == baseURL && w.directory(u, around[0].base):
			continue
		case u.kind == baseURL:
			places = around
		case u.kind == document:
			places = []place{{base: &w.base}}
		}
		if err := w.put(u, places...); err != nil {
			return nil, err
		}
	}
	return leaves, nil
}

// directory reports whether a BaseURL is a directory, which no player requests
// and whose query does not outlive the resolution of what is relative to it.
func (w *rewrite) directory(u uri, base *location) bool {
	to, _ := base.resolve(u.value) // which within has done before
	if !strings.HasSuffix(to.path, "/") {
		return false
	}
	w.move(u, to)
	return true
}

// pathUnit is so many bytes of a base URL's path that count as one URI.
const pathUnit = 1024

// maxAlternatives is the most base URLs of one element.
const maxAlternatives = 1000

// within returns what URIs in s are relative to: every BaseURL of s, which are
// alternatives, under every one around it. Of each its directory matters.
func (w *rewrite) within(s *scope, around []place) ([]place, error) {
	var all []place
	seen := map[location]bool{}
	for _, u := range s.uris {
		if u.kind != baseURL {
			continue
		}
		for _, p := range around {
			to, err := p.base.resolve(u.value)
			if err == nil && len(to.dir()) > signer.MaxURL {
				err = ErrURI
			}
			if err == nil {
				err = w.spend(1 + len(to.path)/pathUnit) // every one has a path of its own in memory
			}
			if err == nil && len(all) == maxAlternatives {
				err = refuse(ErrTooLarge, "it has more than %d alternative base URLs", maxAlternatives)
			}
			if err != nil {
				return nil, w.fail(u.start, u.value, err)
			}
			to.path, to.query = to.dir(), ""
			if !seen[to] {
				seen[to] = true
				all = append(all, place{base: &to})
			}
		}
	}
	if all == nil {
		return around, nil
	}
	return all, nil
}

func withoutIDs(places []place) (bases []place) {
	seen := map[*location]bool{}
	for _, p := range places {
		if !seen[p.base] {
			seen[p.base] = true
			bases = append(bases, place{base: p.base})
		}
	}
	return bases
}

// identifier matches what players replace by a Representation's id. Some heed a
// width, which the standard gives to numbers alone.
var identifier = regexp.MustCompile(`\$RepresentationID(?:%0[0-9]+[diouxX])?\$`)

// expand returns the URI with a Representation's id in its place. Numbers and
// times lead nowhere else and stay. An id that begins a query or a fragment is
// ErrURI: the signature would not follow it as it follows the template. So is
// an identifier beside $$, which players read in different orders.
func (u uri) expand(id string) (string, error) {
	if !u.template {
		return u.value, nil
	}
	uses := strings.Count(u.value, "$RepresentationID")
	if strings.ContainsAny(id, "?#") || strings.Contains(u.value, "$$") || uses*len(id) > signer.MaxURL {
		return "", ErrURI
	}
	return identifier.ReplaceAllLiteralString(u.value, id), nil
}

// fragment returns the offset of the # that begins a fragment in XML text,
// where a # can also be part of a character reference, or be written as one.
func fragment(raw string, entities bool) int {
	if before, _, _ := strings.Cut(raw, "#"); !entities {
		return len(before)
	}
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '#':
			return i
		case '&':
			end := i + strings.IndexByte(raw[i:], ';')
			if html.UnescapeString(raw[i:end+1]) == "#" {
				return i
			}
			i = end
		}
	}
	return len(raw)
}
