package playlist

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

// lists are the members of which an asset list (X-ASSET-LIST) or a steering
// manifest has one.
var lists = []string{"ASSETS", "PATHWAY-PRIORITY", "SERVICE-LOCATION-PRIORITY"}

// member is a member of an object, which is the value of another member or in
// an array that is.
type member struct{ of, name string }

// jsonReader rewrites the values of a document one after the other.
type jsonReader struct {
	*rewrite
	*json.Decoder
	known bool // it has one of lists
}

// json rewrites an asset list or a steering manifest, whose URIs all lead to
// documents with URIs of their own.
func (w *rewrite) json() error {
	r := &jsonReader{rewrite: w, Decoder: json.NewDecoder(strings.NewReader(w.src))}
	if err := r.value(member{}, 0); err != nil {
		return err
	}
	if _, err := r.Token(); !r.known || !errors.Is(err, io.EOF) {
		return errJSON()
	}
	return nil
}

func errJSON() error { return refuse(ErrFormat, "neither an asset list nor a steering manifest") }

// value rewrites the value of a member.
func (r *jsonReader) value(m member, depth int) error {
	before := int(r.InputOffset())
	token, err := r.Token()
	if err != nil || depth > maxDepth {
		return errJSON()
	}
	if text, ok := token.(string); ok {
		start := before + strings.IndexByte(r.src[before:], '"') + 1
		return r.member(m, text, start, int(r.InputOffset())-1)
	}
	open, nested := token.(json.Delim)
	for nested && r.More() {
		inside := m
		if open == '{' {
			name, err := r.Token()
			if err != nil {
				return errJSON()
			}
			inside = member{m.name, name.(string)}
			r.known = r.known || depth == 0 && slices.Contains(lists, inside.name)
		}
		if err := r.value(inside, depth+1); err != nil {
			return err
		}
	}
	if nested {
		if _, err := r.Token(); err != nil {
			return errJSON()
		}
	}
	return nil
}

// member rewrites the string value of a member, if it is a URI.
func (w *rewrite) member(m member, value string, start, end int) error {
	switch {
	case m.name == "HOST" && m.of == "URI-REPLACEMENT":
		// Players put it into URIs that are signed already.
		to, err := w.base.resolve("https://" + value + "/")
		if err == nil && to.host != w.base.host && !slices.Contains(w.OtherHosts, to.host) {
			err = ErrMixed
		}
		return w.fail(start, value, err)
	case (m.of != "ASSETS" || m.name != "URI") && (m.of != "" || m.name != "RELOAD-URI") &&
		m.of != "PER-VARIANT-URIS" && m.of != "PER-RENDITION-URIS":
		return nil
	}
	u, err := w.locate(uri{kind: document, start: start, end: end, moves: true}, value)
	if err != nil {
		return w.fail(start, value, err)
	}
	return w.put(u, place{base: &w.base})
}
