package playlist

import "strings"

// hls walks the lines of an HLS playlist.
func (w *rewrite) hls() error {
	vars := variables{}
	variant := false // the next URI is another playlist's
	for at := len(w.src) - len(strings.TrimPrefix(w.src, bom)); at < len(w.src); {
		end := len(w.src)
		if i := strings.IndexByte(w.src[at:], '\n'); i >= 0 {
			end = at + i
		}
		from, to := trim(w.src, at, end)
		line := w.src[from:to]
		switch {
		case line == "":
		case strings.HasPrefix(line, "#EXT"):
			if err := w.tag(from, line, vars); err != nil {
				return err
			}
			variant = variant || strings.HasPrefix(line, "#EXT-X-STREAM-INF:")
		case line[0] != '#':
			if err := w.uri(from, line, variant, vars); err != nil {
				return err
			}
			variant = false
		}
		at = end + 1
	}
	return nil
}

const blanks = " \t\r\n"

// trim narrows a span to what is not a blank.
func trim(s string, from, to int) (int, int) {
	for from < to && strings.IndexByte(blanks, s[from]) >= 0 {
		from++
	}
	for from < to && strings.IndexByte(blanks, s[to-1]) >= 0 {
		to--
	}
	return from, to
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
			from, to := trim(list, a.start, a.end)
			err := w.uri(at+len(name)+1+from, list[from:to], isDocument(name, a.name), vars)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// isDocument reports whether a tag's attribute leads to a document that has
// URIs of its own.
func isDocument(tag, attribute string) bool {
	switch tag {
	case "#EXT-X-MEDIA", "#EXT-X-I-FRAME-STREAM-INF", "#EXT-X-IMAGE-STREAM-INF", "#EXT-X-RENDITION-REPORT":
		return true
	}
	return attribute != "URI"
}

// attribute is one attribute of a list; start and end are its value's, inside
// the quotes when it has them.
type attribute struct {
	name       string
	start, end int
}

func attributes(list string) func(yield func(attribute) bool) {
	return func(yield func(attribute) bool) {
		for at := 0; at < len(list); {
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

// uri rewrites one URI of an HLS playlist. document says that it leads to one
// that has URIs of its own.
func (w *rewrite) uri(at int, raw string, document bool, vars variables) error {
	if w.homeCovered && !w.moved() && w.Note == nil && plain(raw) {
		if err := w.spend(raw); err != nil {
			return err
		}
		if w.Private != nil && !w.Private(w.base.host, w.base.dir()+raw) {
			return nil
		}
		return w.sign(at+len(raw), raw)
	}
	ref, err := vars.expand(raw)
	if err != nil {
		return w.fail(at, raw, err)
	}
	if ref == "" { // players treat it as missing
		return nil
	}
	v, err := w.judge(w.base, ref)
	if err == nil && document && w.returns(v) {
		w.edit(at, at+len(raw), []byte(w.comeBack(ref, v.to)))
		return nil
	}
	if err == nil {
		err = w.signable(v)
	}
	if err != nil {
		return w.fail(at, raw, err)
	}
	bare, _, fragment := strings.Cut(raw, "#")
	if fragment != strings.Contains(ref, "#") {
		return w.fail(at, raw, ErrURI) // the signature would be part of the fragment
	}
	end := at + len(bare)
	// A variable may have another value where the manifest is relayed.
	if w.moved() && v.to.host != "" && (!hasScheme(ref) || raw != ref) {
		ref = v.to.String()
		w.edit(at, end, []byte(ref))
	}
	if !v.sign {
		w.unsigned(at, raw, v.to)
		return nil
	}
	if document || strings.HasSuffix(v.to.path, ".vtt") {
		w.note(at, raw, inside)
	}
	ref, _, _ = strings.Cut(ref, "#")
	return w.sign(end, ref)
}

// sign adds the signature to ref, which ends at an offset.
func (w *rewrite) sign(end int, ref string) error {
	query, err := w.signature(ref)
	w.edit(end, end, query)
	return err
}
