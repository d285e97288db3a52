package playlist

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/signer"
)

// dash rewrites a DASH manifest in two passes: what is where, then, with every
// BaseURL known, what each URI leads to.
func (w *rewrite) dash() error {
	w.xml = true
	p, err := mpd(w.src)
	if err != nil {
		return err
	}
	if w.moved() && len(p.root.bases) == 0 {
		home := "<BaseURL>" + xmlText.Replace(w.base.origin()+w.base.dir()) + "</BaseURL>"
		w.edit(p.first, p.first, []byte(home))
	}
	if err := w.scope(p.root, []place{{w.base, ""}}, w.moved()); err != nil {
		return err
	}
	slices.SortStableFunc(w.edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	return nil
}

var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

// place is what a URI is resolved with: a base URL and, in a segment's URI, the
// id of a Representation.
type place struct {
	location
	id string
}

// scope rewrites what is in s, with around as its surrounding base URLs.
// relay says that s's own BaseURLs are to be absolute.
func (w *rewrite) scope(s *scope, around []place, relay bool) error {
	bases, err := w.within(s, around)
	if err != nil {
		return err
	}
	var below, nameless []place // once something asks for them
	for _, u := range s.sites {
		if u.kind == content && below == nil {
			if below, err = w.leaves(s, around); err != nil {
				return err
			}
			nameless = withoutIDs(below)
		}
		switch u.kind {
		case content:
			places := nameless
			if u.template {
				places = below
			}
			err = w.site(u, places)
		case remote:
			err = w.site(u, bases)
		case linked:
			err = w.document(u, bases)
		case baseURL:
			err = w.baseURL(u, around, relay)
		case manifest:
			err = w.document(u, []place{{w.base, ""}})
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

// maxAlternatives is the most base URLs of one element.
const maxAlternatives = 1000

// within returns what URIs in s are relative to: every BaseURL of s, which are
// alternatives, under every one around it. Of each its directory matters.
func (w *rewrite) within(s *scope, around []place) ([]place, error) {
	if len(s.bases) == 0 {
		return around, nil
	}
	if len(around)*len(s.bases) > maxAlternatives {
		return nil, refuse(ErrTooLarge, "it has more than %d alternative base URLs", maxAlternatives)
	}
	var all []place
	for _, base := range around {
		for _, u := range s.bases {
			if err := w.spend(u.value); err != nil {
				return nil, err
			}
			to, err := base.resolve(u.value)
			if err == nil && len(to.dir()) > signer.MaxURL {
				err = ErrURI
			}
			if err != nil {
				return nil, w.fail(u.span.start, u.value, err)
			}
			to.path, to.query = to.dir(), ""
			all = append(all, place{to, ""})
		}
	}
	return distinct(all), nil
}

// leaves returns what a segment's URI in s is resolved with: the base URLs and
// the ids of every Representation below, since they inherit it.
func (w *rewrite) leaves(s *scope, around []place) ([]place, error) {
	if err := w.spend(""); err != nil {
		return nil, err
	}
	bases, err := w.within(s, around)
	if err != nil {
		return nil, err
	}
	var all []place
	if len(s.children) == 0 {
		for _, base := range bases {
			all = append(all, place{base.location, s.id})
		}
	}
	for _, child := range s.children {
		below, err := w.leaves(child, bases)
		if err != nil {
			return nil, err
		}
		all = append(all, below...)
	}
	return distinct(all), nil
}

func withoutIDs(places []place) []place {
	all := slices.Clone(places)
	for i := range all {
		all[i].id = ""
	}
	return distinct(all)
}

// distinct returns list without repetitions.
func distinct[T comparable](list []T) []T {
	seen := make(map[T]bool, len(list))
	return slices.DeleteFunc(list, func(v T) bool {
		before := seen[v]
		seen[v] = true
		return before
	})
}

// site signs one URI that is resolved with every one of places.
func (w *rewrite) site(u site, places []place) error {
	signed, elsewhere := 0, 0
	var to location
	for _, p := range places {
		ref, err := u.expand(p.id)
		if err != nil {
			return w.fail(u.span.start, u.value, err)
		}
		v, err := w.judge(p.location, ref)
		if err == nil {
			err = w.signable(v)
		}
		if err != nil {
			return w.fail(u.span.start, u.value, err)
		}
		switch {
		case v.sign:
			signed++
		case !slices.Contains(w.OtherHosts, v.to.host):
			elsewhere++
		}
		to = v.to
	}
	switch {
	case signed == 0:
		w.unsigned(u.span.start, u.value, to)
		return nil
	case elsewhere == 0:
		return w.insert(u)
	default:
		return w.fail(u.span.start, u.value, ErrMixed)
	}
}

// identifier matches what players replace by a Representation's id. Some heed a
// width, which the standard gives to numbers alone.
var identifier = regexp.MustCompile(`\$RepresentationID(?:%0[0-9]+[diouxX])?\$`)

// expand returns the URI with a Representation's id in its place. Numbers and
// times lead nowhere else and stay. An id that begins a query or a fragment is
// ErrURI: the signature would not follow it as it follows the template. So is
// an identifier beside $$, which players read in different orders.
func (u site) expand(id string) (string, error) {
	if !u.template {
		return u.value, nil
	}
	uses := strings.Count(u.value, "$RepresentationID")
	if strings.ContainsAny(id, "?#") || strings.Contains(u.value, "$$") || uses*len(id) > signer.MaxURL {
		return "", ErrURI
	}
	return identifier.ReplaceAllLiteralString(u.value, id), nil
}

// baseURL signs a BaseURL that is a file: only then does a player request it,
// and only a file's query outlives the resolution of what is relative to it.
func (w *rewrite) baseURL(u site, around []place, relay bool) error {
	to, err := around[0].resolve(u.value)
	if err != nil {
		return w.fail(u.span.start, u.value, err)
	}
	if relay && to.host != "" && !hasScheme(u.value) {
		u = w.replace(u, to.String())
	}
	if strings.HasSuffix(to.path, "/") {
		return nil
	}
	return w.site(u, around)
}

// document signs the URI of a document with URIs of its own, or leads it back
// to the program that relays.
func (w *rewrite) document(u site, bases []place) error {
	v, err := w.judge(bases[0].location, u.value)
	if err != nil {
		return w.fail(u.span.start, u.value, err)
	}
	if w.returns(v) {
		back := w.comeBack(u.value, v.to)
		if u.kind == linked { // to a player, relative means relative to a BaseURL
			back, err = w.fromRelay(back)
		}
		if err == nil && len(bases) > 1 {
			err = ErrRelay
		}
		if err != nil {
			return w.fail(u.span.start, u.value, err)
		}
		w.replace(u, back)
		return nil
	}
	if v.sign {
		w.note(u.span.start, u.value, inside)
	}
	if w.moved() && v.to.host != "" && !hasScheme(u.value) {
		u = w.replace(u, v.to.String())
	}
	return w.site(u, bases)
}

// replace writes another URI in the place of one.
func (w *rewrite) replace(u site, uri string) site {
	w.edit(u.span.start, u.span.end, []byte(w.escapeIn(u, uri)))
	u.value = uri
	u.span.start = u.span.end
	return u
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
		at = u.span.start + fragment(w.src[u.span.start:u.span.end], u.span.literal)
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

// fragment returns the offset of the # that begins a fragment in XML text,
// where a # can also be part of a character reference, or be written as one.
func fragment(raw string, literal bool) int {
	for i := 0; i < len(raw); i++ {
		switch {
		case raw[i] == '#':
			return i
		case raw[i] == '&' && !literal:
			end := i + strings.IndexByte(raw[i:], ';')
			if isHash(raw[i+1 : end]) {
				return i
			}
			i = end
		}
	}
	return len(raw)
}

// isHash reports whether a character reference is a #.
func isHash(reference string) bool {
	digits, numeric := strings.CutPrefix(reference, "#")
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return numeric && err == nil && n == '#'
}
