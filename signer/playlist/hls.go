package playlist

import (
	"iter"
	"net/url"
	"slices"
	"strings"

	"example.com/privatecdn/signer"
)

func (w *rewrite) hls() error {
	vars := variables{}
	next := content // what the next URI leads to
	at := len(w.src) - len(strings.TrimPrefix(w.src, bom))
	for whole := range strings.Lines(w.src[at:]) {
		from, to := trim(w.src, at, at+len(whole))
		at += len(whole)
		line := w.src[from:to]
		switch {
		case line == "":
		case strings.HasPrefix(line, "#EXT"):
			if err := w.tag(from, line, vars); err != nil {
				return err
			}
			if strings.HasPrefix(line, "#EXT-X-STREAM-INF:") {
				next = document
			}
		case line[0] != '#':
			if err := w.uri(from, to, next, vars); err != nil {
				return err
			}
			next = content
		}
	}
	return nil
}

// tag rewrites the URIs among a tag's attributes. Which tag it is matters
// little: every attribute that is a URI has one of a few names.
func (w *rewrite) tag(at int, line string, vars variables) error {
	name, list, found := strings.Cut(line, ":")
	switch {
	case !found || name == "#EXTINF":
		return nil
	case name == "#EXT-X-DEFINE":
		return w.fail(at, line, vars.define(list, w))
	}
	for a := range attributes(list) {
		switch a.name {
		case "URI", "SERVER-URI", "X-ASSET-URI", "X-ASSET-LIST":
			if strings.ContainsFunc(line, separates) {
				return w.fail(at, line, ErrURI)
			}
			kind := document
			if a.name == "URI" && !slices.Contains(documents, name) {
				kind = content
			}
			start := at + len(name) + 1
			if err := w.attribute(start+a.start, start+a.end, kind, vars); err != nil {
				return err
			}
		}
	}
	return nil
}

// attribute rewrites the URI that is an attribute's value. One without quotes
// gets them where it becomes absolute: its path may contain a comma.
func (w *rewrite) attribute(start, end int, kind kind, vars variables) error {
	quoted := w.src[start-1] == '"'
	start, end = trim(w.src, start, end)
	switch {
	case quoted || !w.moved() || start == end:
		return w.uri(start, end, kind, vars)
	case strings.Contains(w.src[start:end], `"`):
		return w.fail(start, w.src[start:end], ErrURI)
	}
	w.edit(start, start, `"`)
	err := w.uri(start, end, kind, vars)
	w.edit(end, end, `"`)
	return err
}

// documents are the tags whose URI is a playlist's.
var documents = []string{
	"#EXT-X-MEDIA", "#EXT-X-I-FRAME-STREAM-INF", "#EXT-X-IMAGE-STREAM-INF", "#EXT-X-RENDITION-REPORT",
}

// attribute is one attribute of a list; start and end are its value's, inside
// the quotes when it has them.
type attribute struct {
	name       string
	start, end int
}

func attributes(list string) iter.Seq[attribute] {
	return func(yield func(attribute) bool) {
		for rest := list; ; {
			name, value, found := strings.Cut(rest, "=")
			if !found {
				return
			}
			stop := ","
			if inside, quoted := strings.CutPrefix(value, `"`); quoted {
				value, stop = inside, `"`
			}
			start := len(list) - len(value)
			value, _, _ = strings.Cut(value, stop)
			end := start + len(value)
			if !yield(attribute{strings.TrimSpace(name), start, end}) {
				return
			}
			_, rest, _ = strings.Cut(list[end:], ",")
		}
	}
}

func (w *rewrite) uri(start, end int, kind kind, vars variables) error {
	raw := w.src[start:end]
	value, err := vars.expand(raw)
	u := uri{kind: kind, start: start, end: end, moves: true, variable: raw != value}
	if err == nil {
		u, err = w.locate(u, value)
	}
	if err != nil {
		return w.fail(start, raw, err)
	}
	return w.put(u, place{base: &w.base})
}

// variables are the variables of an HLS playlist that are defined so far.
type variables map[string]string

const maxVariables = 1000

// unknown is the value of a variable whose value is not known: expand refuses
// it, as it does any value that holds a reference.
const unknown = "{$"

// define adds the variable of an EXT-X-DEFINE: a value of its own, of the
// query of the playlist's URL, or of the playlist that leads here. What players
// do not read alike is ErrVariable: a second definition, a name that is not
// one, a tag that defines two.
func (v variables) define(list string, w *rewrite) (err error) {
	given := map[string]string{}
	for a := range attributes(list) {
		if _, twice := given[a.name]; twice {
			return ErrVariable
		}
		given[a.name] = list[a.start:a.end]
	}
	var name, value string
	var known bool
	kinds := 0
	for kind, n := range given {
		switch kind {
		case "NAME":
			value, known = given["VALUE"]
			value, err = v.expand(value)
		case "IMPORT":
			value, known = w.Variables[n]
		case "QUERYPARAM":
			// Of one that is there twice, and of a query that does not parse,
			// players may read another value.
			parameters, malformed := url.ParseQuery(w.base.query)
			value, known = parameters.Get(n), malformed == nil && len(parameters[n]) == 1
		default:
			continue
		}
		name, kinds = n, kinds+1
	}
	if _, twice := v[name]; twice || kinds != 1 || !isName(name) || len(v) == maxVariables {
		return ErrVariable
	}
	if !known {
		value = unknown
	}
	v[name] = value
	return err
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// expand replaces each {$NAME} by its value. A result that is longer than a URL
// can be, that another pass would change, or that would end an attribute is
// ErrVariable.
func (v variables) expand(s string) (string, error) {
	if !strings.Contains(s, "{$") {
		return s, nil
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "{$")
		b.WriteString(before)
		if !found {
			break
		}
		name, rest, closed := strings.Cut(after, "}")
		value, defined := v[name]
		if !closed || !defined || b.Len()+len(value) > signer.MaxURL {
			return "", ErrVariable
		}
		b.WriteString(value)
		s = rest
	}
	if strings.Contains(b.String(), "{$") || strings.Contains(b.String(), `"`) {
		return "", ErrVariable
	}
	return b.String(), nil
}
