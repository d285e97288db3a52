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

// json rewrites an asset list or a steering manifest, whose URIs all lead to
// documents with URIs of their own.
func (w *rewrite) json() error {
	decoder := json.NewDecoder(strings.NewReader(w.src))
	known, err := w.jsonValue(decoder, member{}, 0)
	if err != nil {
		return err
	}
	if _, err := decoder.Token(); !known || !errors.Is(err, io.EOF) {
		return errJSON()
	}
	return nil
}

func errJSON() error { return refuse(ErrFormat, "neither an asset list nor a steering manifest") }

// jsonValue rewrites the value of a member, and reports whether it has one of
// lists.
func (w *rewrite) jsonValue(decoder *json.Decoder, m member, depth int) (known bool, err error) {
	before := int(decoder.InputOffset())
	token, err := decoder.Token()
	if err != nil || depth > maxDepth {
		return false, errJSON()
	}
	if text, ok := token.(string); ok {
		start := before + strings.IndexByte(w.src[before:], '"') + 1
		return false, w.member(m, text, start, int(decoder.InputOffset())-1)
	}
	open, nested := token.(json.Delim)
	for nested && decoder.More() {
		inside := m
		if open == '{' {
			name, err := decoder.Token()
			if err != nil {
				return false, errJSON()
			}
			inside = member{m.name, name.(string)}
			known = known || depth == 0 && slices.Contains(lists, inside.name)
		}
		if _, err := w.jsonValue(decoder, inside, depth+1); err != nil {
			return false, err
		}
	}
	if nested {
		if _, err := decoder.Token(); err != nil {
			return false, errJSON()
		}
	}
	return known, nil
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
		if err != nil {
			return w.fail(start, value, err)
		}
		return nil
	case (m.of != "ASSETS" || m.name != "URI") && (m.of != "" || m.name != "RELOAD-URI") &&
		m.of != "PER-VARIANT-URIS" && m.of != "PER-RENDITION-URIS":
		return nil
	}
	u, err := w.locate(uri{kind: document, start: start, end: end, moves: true}, value)
	switch {
	case err != nil:
		return w.fail(start, value, err)
	case u.value == "": // players treat it as missing
		return nil
	}
	return w.put(u, place{base: &w.base})
}
