package playlist

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// dash rewrites a DASH manifest in two passes: what is where, then, with every
// BaseURL known, what each URI leads to.
func (w *rewrite) dash() error {
	w.xml = true
	p, err := mpd(w.src)
	if err != nil {
		return err
	}
	if w.Relay && len(p.root.bases) == 0 {
		home := "<BaseURL>" + xmlText.Replace(w.base.origin()+w.base.dir()) + "</BaseURL>"
		w.edit(p.first, p.first, []byte(home))
	}
	if err := w.scope(p.root, []location{w.base}, w.Relay); err != nil {
		return err
	}
	slices.SortStableFunc(w.edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	return nil
}

var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// scope rewrites what is in s, with around as its surrounding base URLs.
// relay says that s's own BaseURLs are to be absolute.
func (w *rewrite) scope(s *scope, around []location, relay bool) error {
	bases, err := w.within(s, around)
	if err != nil {
		return err
	}
	var leaves []location // of the scope, once something asks for them
	for _, u := range s.sites {
		switch u.kind {
		case content:
			if leaves == nil {
				leaves, err = w.leaves(s, around)
			}
			if err == nil {
				err = w.site(u, leaves)
			}
		case remote:
			err = w.site(u, bases)
		case baseURL:
			err = w.baseURL(u, around, relay)
		case manifest:
			err = w.other(u)
		}
		if err != nil {
			return err
		}
	}
	for _, child := range s.children {
		if err := w.scope(child, bases, false); err != nil {
			return err
		}
	}
	return nil
}

// within is what URIs in s are relative to: every BaseURL of s, which are
// alternatives, under every one around it. Of each its directory matters.
func (w *rewrite) within(s *scope, around []location) ([]location, error) {
	if len(s.bases) == 0 {
		return around, nil
	}
	var all []location
	for _, base := range around {
		for _, u := range s.bases {
			to, err := base.resolve(u.value)
			if err != nil {
				return nil, w.fail(u.span.start, u.value, err)
			}
			to.path, to.query = to.dir(), ""
			if all = union(all, to); len(all) > maxAlternatives {
				return nil, errAlternatives
			}
		}
	}
	return all, nil
}

// maxAlternatives bounds the work that a few nested BaseURLs can ask for.
const maxAlternatives = 1000

var errAlternatives = fmt.Errorf("%w with fewer than %d alternative BaseURLs", ErrFormat, maxAlternatives)

func union(all []location, to location) []location {
	if slices.Contains(all, to) {
		return all
	}
	return append(all, to)
}

// leaves is what a segment's URI in s is relative to: the base URLs of every
// Representation below, since they inherit it.
func (w *rewrite) leaves(s *scope, around []location) ([]location, error) {
	bases, err := w.within(s, around)
	if err != nil || len(s.children) == 0 {
		return bases, err
	}
	var all []location
	for _, child := range s.children {
		below, err := w.leaves(child, bases)
		if err != nil {
			return nil, err
		}
		for _, to := range below {
			if all = union(all, to); len(all) > maxAlternatives {
				return nil, errAlternatives
			}
		}
	}
	return all, nil
}

// site signs one URI that is relative to every one of bases.
func (w *rewrite) site(u site, bases []location) error {
	signed := 0
	for _, base := range bases {
		v, err := w.decide(base, u.value)
		if err != nil {
			return w.fail(u.span.start, u.value, err)
		}
		if v.sign {
			signed++
		}
	}
	switch signed {
	case 0:
		return nil
	case len(bases):
		return w.insert(u)
	default:
		return w.fail(u.span.start, u.value, ErrMixed)
	}
}

// baseURL signs a BaseURL that is a file: only then does a player request it,
// and only a file's query outlives the resolution of what is relative to it.
func (w *rewrite) baseURL(u site, around []location, relay bool) error {
	to, err := around[0].resolve(u.value)
	if err != nil {
		return w.fail(u.span.start, u.value, err)
	}
	if relay && to.host != "" && !hasScheme(u.value) {
		u.value = to.String()
		w.edit(u.span.start, u.span.end, []byte(w.escapeIn(u, u.value)))
		u.span.start = u.span.end
	}
	if strings.HasSuffix(to.path, "/") {
		return nil
	}
	return w.site(u, around)
}

// other signs the URI of another manifest.
func (w *rewrite) other(u site) error {
	if w.Relay && !absolute(u.value) {
		return nil
	}
	return w.site(u, []location{w.base})
}

// insert adds the signature to a URI, before its fragment.
func (w *rewrite) insert(u site) error {
	ref, _, hasFragment := strings.Cut(u.value, "#")
	query, err := w.signature(ref)
	if err != nil {
		return err
	}
	if u.span.literal {
		query = bytes.ReplaceAll(query, []byte("&amp;"), []byte("&"))
	}
	at := u.span.end
	if hasFragment {
		at = u.span.start + fragment(w.src[u.span.start:u.span.end])
	}
	w.edit(at, at, query)
	return nil
}

func (w *rewrite) escapeIn(u site, s string) string {
	if u.span.literal {
		return s
	}
	return xmlText.Replace(s)
}

// fragment is the offset of the # that begins a fragment in XML text, where
// a # can also be part of a character reference, or be written as one.
func fragment(raw string) int {
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '#':
			return i
		case '&':
			end := strings.IndexByte(raw[i:], ';')
			switch strings.ToLower(raw[i : i+end+1]) {
			case "&#35;", "&#x23;":
				return i
			}
			i += end
		}
	}
	return len(raw)
}
