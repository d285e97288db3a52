package playlist

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

// lists are the members of which an asset list (X-ASSET-LIST) or a steering
// manifest has one.
var lists = []string{"ASSETS", "PATHWAY-PRIORITY", "SERVICE-LOCATION-PRIORITY"}

// frame is an open object or array of JSON.
type frame struct {
	of    string // the name of the member that it is in
	name  string // of the member whose value is next
	array bool
	value bool // a value is next, not a name
}

// json rewrites an asset list or a steering manifest, whose URIs all lead to
// documents with URIs of their own.
func (w *rewrite) json() error {
	decoder := json.NewDecoder(bytes.NewReader(w.manifest[:len(w.src)]))
	var open []frame
	known := false
	for {
		before := int(decoder.InputOffset())
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF) && known && len(open) == 0:
			return nil
		case err != nil || len(open) > maxDepth:
			return refuse(ErrFormat, "neither an asset list nor a steering manifest")
		}
		top := &frame{}
		if len(open) > 0 {
			top = &open[len(open)-1]
		}
		text, isText := token.(string)
		switch {
		case token == json.Delim('{') || token == json.Delim('['):
			top.value = false
			of := top.name
			if top.array {
				of = top.of
			}
			open = append(open, frame{of: of, array: token == json.Delim('[')})
			continue
		case token == json.Delim('}') || token == json.Delim(']'):
			open = open[:len(open)-1]
			continue
		case !top.array && !top.value:
			top.name, top.value = text, true
			known = known || len(open) == 1 && slices.Contains(lists, text)
			continue
		}
		top.value = false
		if isText {
			start := before + strings.IndexByte(w.src[before:], '"') + 1
			if err := w.member(*top, text, start, int(decoder.InputOffset())-1); err != nil {
				return err
			}
		}
	}
}

// member rewrites the string value of a member, if it is a URI.
func (w *rewrite) member(m frame, value string, start, end int) error {
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
