package playlist

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/privatecdn/internal/fault"
)

// templates are the attributes, element by element, that hold a URI or a
// template of URIs.
var templates = map[string][]string{
	"SegmentTemplate":     {"media", "initialization", "index", "bitstreamSwitching"},
	"SegmentURL":          {"media", "index"},
	"Initialization":      {"sourceURL"},
	"RepresentationIndex": {"sourceURL"},
	"BitstreamSwitching":  {"sourceURL"},
	"InitializationSet":   {"initialization"},
}

// texts are the elements whose text is a URI.
var texts = map[string]kind{
	"BaseURL": baseURL, "Location": document, "PatchLocation": document, "ContentSteering": linked,
}

// presentations are the elements of alternative presentations, whose attribute
// is another manifest.
var presentations = []string{"InsertPresentation", "ReplacePresentation", "OverwritePresentation", "AlternativeMPD"}

// schemes are the beginnings of descriptor schemes whose value is a list of
// URIs.
var schemes = map[string]kind{
	"urn:mpeg:dash:utc:http-": remote, "urn:mpeg:dash:chaining:": linked, "urn:mpeg:dash:fallback:": linked,
}

// fonts is the namespace of DVB's downloadable fonts.
const fonts = "urn:dvb:dash:dash-extensions:2014-1"

// numbers are the attributes, element by element, that players put into
// templates.
var numbers = map[string][]string{
	"Representation": {"bandwidth"}, "SegmentTemplate": {"startNumber"}, "S": {"t", "n"},
}

const xlink = "http://www.w3.org/1999/xlink"

// maxDepth is the deepest nesting of elements; DASH has about ten levels.
const maxDepth = 32

// scope is an element whose BaseURLs hold for what is below it.
type scope struct {
	id       string // of a Representation
	uris     []uri
	children []*scope
}

// parser finds the URIs of a manifest and the offsets they lie at.
type parser struct {
	*rewrite
	decoder *xml.Decoder
	root    scope
	opened  bool   // the root element was found
	space   string // its namespace
	first   int    // where a first BaseURL may stand
}

func (w *rewrite) parse() (*parser, error) {
	p := &parser{rewrite: w, decoder: xml.NewDecoder(strings.NewReader(w.src))}
	p.decoder.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		if strings.EqualFold(charset, "us-ascii") {
			return input, nil // which is UTF-8, too
		}
		return nil, fmt.Errorf("its encoding is %s, and UTF-8 is wanted", brief(charset))
	}
	for {
		token, at, err := p.next()
		if start, ok := token.(xml.StartElement); ok {
			err = p.element(start, at, &p.root, nil, 0)
		}
		switch {
		case errors.Is(err, io.EOF) && !p.opened:
			return nil, refuse(ErrFormat, "it has no root element")
		case errors.Is(err, io.EOF):
			return p, nil
		case err != nil:
			return nil, err
		}
	}
}

func (p *parser) next() (xml.Token, uri, error) {
	at := uri{start: int(p.decoder.InputOffset())}
	token, err := p.decoder.Token()
	at.end = int(p.decoder.InputOffset())
	if _, ok := token.(xml.Directive); ok { // which may declare entities and attributes for some parsers
		return nil, at, p.wrong(at, refuse(ErrFormat, "a document type declaration"))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = refuse(ErrFormat, "%s", fault.Printable(err.Error()))
	}
	return token, at, err
}

func (p *parser) wrong(at uri, err error) error { return p.fail(at.start, p.src[at.start:at.end], err) }

// element reads an element to its end tag. text is the URI of the element
// around it whose text it is part of.
func (p *parser) element(t xml.StartElement, at uri, around *scope, text *uri, depth int) error {
	name, inside, err := p.open(t, at, around, depth)
	if err == nil {
		err = p.attributes(t, name, at, around, inside)
	}
	if err != nil {
		return p.wrong(at, err)
	}
	kind, isText := texts[name]
	if isText = isText && text == nil; isText {
		text = &uri{kind: kind, moves: kind != baseURL || around == &p.root}
	}
	for {
		token, at, err := p.next()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			err = p.element(t, at, inside, text, depth+1)
		case xml.CharData:
			err = p.wrong(at, p.chars(text, string(t), at))
		case xml.EndElement:
			if isText && text.value != "" {
				inside.uris = append(inside.uris, *text)
			}
			if name == "ProgramInformation" && depth == 1 {
				p.first = at.end
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// open returns the name of an element, "" unless it is one of DASH's own, and
// the scope inside it. Some players look at no namespace, so an element that
// decides where others lead must be DASH's own.
func (p *parser) open(t xml.StartElement, at uri, around *scope, depth int) (string, *scope, error) {
	name := t.Name.Local
	if !p.opened {
		switch name {
		case "MPD":
		case "Patch":
			return "", nil, &Error{
				Kind:   ErrFormat,
				What:   "MPD patches cannot be signed: what their URIs are relative to is not in them",
				Remedy: "take PatchLocation out of the manifest; players then load all of it again",
			}
		default:
			return "", nil, refuse(ErrFormat, "the root element is not MPD")
		}
		p.opened, p.space, p.first = true, t.Name.Space, at.end
	}
	inside := around
	switch name {
	case "Period", "AdaptationSet", "Representation":
		inside = &scope{}
		around.children = append(around.children, inside)
	}
	switch {
	case depth == maxDepth:
		return "", nil, refuse(ErrFormat, "elements deeper than %d", maxDepth)
	case t.Name.Space == p.space:
		return name, inside, nil
	case inside != around || name == "BaseURL":
		return "", nil, refuse(ErrFormat, "a %s in a namespace other than the manifest's", name)
	}
	return "", inside, nil
}

// attributes adds the URIs among an element's attributes, whose values are in
// the tag in the order in which the decoder returns them.
func (p *parser) attributes(t xml.StartElement, name string, at uri, around, inside *scope) error {
	for _, a := range t.Attr {
		u := quoted(p.src, at.start)
		at.start = u.end + len(`"`)
		switch local := a.Name.Local; {
		case local == "id" && name == "Representation":
			if inside.id != "" {
				return refuse(ErrFormat, "an attribute twice")
			}
			inside.id = a.Value
			continue
		case slices.Contains(numbers[name], local) && strings.Trim(a.Value, "0123456789") != "":
			return ErrURI // some players put it into templates as it is
		case name == "ContentSteering" && local == "proxyServerURL":
			return ErrMixed // players send it the steering server's signed URL
		case a.Name.Space == xlink && local == "href" && name != "", a.Name.Space == fonts && local == "url":
			u.kind = remote
		case a.Name.Space == "" && local == "value":
			if err := p.list(t, a.Value, u, around); err != nil {
				return err
			}
			continue
		case slices.Contains(presentations, name) && (local == "url" || local == "uri"):
			u.kind, u.moves = linked, true
		case a.Name.Space != "" || !slices.Contains(templates[name], local):
			continue
		}
		u, err := p.locate(u, a.Value)
		if err != nil {
			return err
		}
		u.template = name == "SegmentTemplate" && strings.Contains(u.value, "$RepresentationID")
		around.uris = append(around.uris, u)
	}
	return nil
}

// list adds the URIs of a descriptor's value, if its scheme says that it is a
// list of them.
func (p *parser) list(t xml.StartElement, value string, at uri, around *scope) error {
	var scheme string
	for _, a := range t.Attr {
		if a.Name.Local == "schemeIdUri" {
			scheme = a.Value
		}
	}
	for prefix, kind := range schemes {
		if !strings.HasPrefix(scheme, prefix) {
			continue
		}
		written := strings.FieldsFunc(p.src[at.start:at.end], isBlank)
		decoded := strings.FieldsFunc(value, isBlank)
		if len(written) != len(decoded) { // a blank is written as a character reference
			return ErrURI
		}
		for i, raw := range written {
			start := at.start + strings.Index(p.src[at.start:], raw)
			at.start = start + len(raw)
			u, err := p.locate(uri{kind: kind, start: start, end: at.start, moves: kind == linked}, decoded[i])
			if err != nil {
				return err
			}
			around.uris = append(around.uris, u)
		}
	}
	return nil
}

// quoted returns the first quoted value in src from an offset on.
func quoted(src string, from int) uri {
	start := from + strings.IndexAny(src[from:], `"'`) + 1
	return uri{start: start, end: start + strings.IndexByte(src[start:], src[start-1])}
}

func (p *parser) chars(text *uri, piece string, at uri) (err error) {
	if text == nil || strings.Trim(piece, blanks) == "" {
		return nil
	}
	if text.value != "" { // cut in two by a comment or a CDATA section
		return ErrURI
	}
	text.start, text.end = at.start, at.end
	if opening := "<![CDATA["; strings.HasPrefix(p.src[at.start:at.end], opening) {
		text.start, text.end, text.literal = at.start+len(opening), at.end-len("]]>"), true
	}
	*text, err = p.locate(*text, piece)
	return err
}
