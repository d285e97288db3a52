package playlist

import "strings"

// hls walks the lines of an HLS playlist.
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
		if err := vars.define(list, w); err != nil {
			return w.fail(at, line, err)
		}
		return nil
	}
	for a := range attributes(list) {
		switch a.name {
		case "URI", "SERVER-URI", "X-ASSET-URI", "X-ASSET-LIST":
			if strings.ContainsFunc(line, separates) {
				return w.fail(at, line, ErrURI)
			}
			start := at + len(name) + 1
			if err := w.attribute(start+a.start, start+a.end, kindOf(name, a.name), vars); err != nil {
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
	w.edit(start, start, []byte(`"`))
	err := w.uri(start, end, kind, vars)
	w.edit(end, end, []byte(`"`))
	return err
}

// kindOf returns what a tag's attribute leads to.
func kindOf(tag, attribute string) kind {
	switch tag {
	case "#EXT-X-MEDIA", "#EXT-X-I-FRAME-STREAM-INF", "#EXT-X-IMAGE-STREAM-INF", "#EXT-X-RENDITION-REPORT":
		return document
	}
	if attribute != "URI" {
		return document
	}
	return content
}

// attribute is one attribute of a list; start and end are its value's, inside
// the quotes when it has them.
type attribute struct {
	name       string
	start, end int
}

func attributes(list string) func(yield func(attribute) bool) {
	return func(yield func(attribute) bool) {
		for at := 0; ; {
			equals := strings.IndexByte(list[at:], '=')
			if equals < 0 {
				return
			}
			a := attribute{name: strings.TrimSpace(list[at : at+equals])}
			a.start = at + equals + 1
			stop := byte(',')
			if a.start < len(list) && list[a.start] == '"' {
				a.start++
				stop = '"'
			}
			a.end = len(list)
			if i := strings.IndexByte(list[a.start:], stop); i >= 0 {
				a.end = a.start + i
			}
			if !yield(a) {
				return
			}
			comma := strings.IndexByte(list[a.end:], ',')
			if comma < 0 {
				return
			}
			at = a.end + comma + 1
		}
	}
}

// uri rewrites one URI of an HLS playlist.
func (w *rewrite) uri(start, end int, kind kind, vars variables) error {
	raw := w.src[start:end]
	value, err := vars.expand(raw)
	if err == nil && value == "" { // players treat it as missing
		return nil
	}
	u := uri{kind: kind, start: start, end: end, moves: true, variable: raw != value}
	if err == nil {
		u, err = w.locate(u, value)
	}
	if err != nil {
		return w.fail(start, raw, err)
	}
	return w.put(u, place{base: &w.base})
}
