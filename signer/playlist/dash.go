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
	"BaseURL": baseURL, "Location": manifest, "PatchLocation": manifest, "ContentSteering": linked,
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
	bases    []site
	sites    []site
	children []*scope
}

// site is one URI of a manifest.
type site struct {
	kind     kind
	value    string // decoded, without the blanks at its ends
	template bool   // holds $RepresentationID$
	span     span
}

// span is where a URI lies.
type span struct {
	start, end int
	literal    bool // in a CDATA section, where & stands for itself
}

// kind says what a URI is resolved against.
type kind int

const (
	content  kind = iota // the BaseURLs of every Representation below
	remote               // the BaseURLs around it: an xlink, a clock, a font
	linked               // the BaseURLs around it: a document with URIs of its own
	baseURL              // the BaseURLs around it
	manifest             // the manifest's own URL: another manifest
)

// mpd finds the URIs of a manifest and the offsets they lie at.
func mpd(src string) (*mpdParser, error) {
	p := &mpdParser{src: src, decoder: xml.NewDecoder(strings.NewReader(src))}
	p.decoder.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		if strings.EqualFold(charset, "us-ascii") {
			return input, nil // which is UTF-8, too
		}
		return nil, fmt.Errorf("its encoding is %s, and UTF-8 is wanted", brief(charset))
	}
	if err := p.parse(); err != nil {
		return nil, err
	}
	return p, nil
}

// mpdParser walks the tokens of a manifest.
type mpdParser struct {
	src     string
	decoder *xml.Decoder
	root    *scope
	first   int // where a first BaseURL may stand
	space   string
	scopes  []*scope // of the elements that are open, the root's twice
	names   []string // of the elements that are open
	text    *site    // the URI of the element whose text it is
	depth   int      // of that element
}

func (p *mpdParser) parse() error {
	for {
		start := int(p.decoder.InputOffset())
		token, err := p.decoder.Token()
		end := int(p.decoder.InputOffset())
		switch {
		case errors.Is(err, io.EOF) && p.root == nil:
			return refuse(ErrFormat, "it has no root element")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return refuse(ErrFormat, "%s", fault.Printable(err.Error()))
		}
		switch t := token.(type) {
		case xml.StartElement:
			err = p.open(t, start, end)
		case xml.EndElement:
			p.close()
		case xml.CharData:
			err = p.chars(string(t), start, end)
		case xml.Directive: // which may declare entities and attributes for some parsers
			err = refuse(ErrFormat, "a document type declaration")
		}
		if err != nil {
			return failAt(p.src, start, p.src[start:end], err)
		}
	}
}

// open adds an element. Some players look at no namespace, so an element that
// decides where others lead must be DASH's own.
func (p *mpdParser) open(t xml.StartElement, start, end int) error {
	name := t.Name.Local
	if p.root == nil {
		switch name {
		case "MPD":
		case "Patch":
			return &Error{
				Kind:   ErrFormat,
				What:   "MPD patches cannot be signed: what their URIs are relative to is not in them",
				Remedy: "take PatchLocation out of the manifest; players then load all of it again",
			}
		default:
			return refuse(ErrFormat, "the root element is not MPD")
		}
		p.root, p.space, p.first = &scope{}, t.Name.Space, end
		p.scopes = append(p.scopes, p.root)
	}
	outer := p.scopes[len(p.scopes)-1]
	inner := outer
	switch name {
	case "Period", "AdaptationSet", "Representation":
		inner = &scope{}
		outer.children = append(outer.children, inner)
	}
	switch {
	case len(p.names) == maxDepth:
		return refuse(ErrFormat, "elements deeper than %d", maxDepth)
	case t.Name.Space == p.space:
	case inner != outer || name == "BaseURL":
		return refuse(ErrFormat, "a %s in a namespace other than the manifest's", name)
	default:
		name = "" // not one of DASH's own
	}
	p.scopes, p.names = append(p.scopes, inner), append(p.names, name)
	if kind, ok := texts[name]; ok && p.text == nil {
		p.text, p.depth = &site{kind: kind}, len(p.names)
	}
	return p.attributes(t, name, outer, inner, start, end)
}

// attributes adds the URIs among an element's attributes, whose values are in
// the tag in the order in which the decoder returns them.
func (p *mpdParser) attributes(t xml.StartElement, name string, around, inside *scope, start, end int) error {
	if len(t.Attr) == 0 {
		return nil
	}
	spans := values(p.src, start, end)
	for i, a := range t.Attr {
		s := site{span: spans[i]}
		switch {
		case a.Name.Local == "id" && name == "Representation":
			if inside.id != "" {
				return refuse(ErrFormat, "an attribute twice")
			}
			inside.id = a.Value
			continue
		case slices.Contains(numbers[name], a.Name.Local) && strings.Trim(a.Value, "0123456789") != "":
			return ErrURI // some players put it into templates as it is
		case name == "ContentSteering" && a.Name.Local == "proxyServerURL":
			return ErrMixed // players send it the steering server's signed URL
		case a.Name.Space == xlink && a.Name.Local == "href" && name != "",
			a.Name.Space == fonts && a.Name.Local == "url":
			s.kind = remote
		case a.Name.Space == "" && a.Name.Local == "value":
			if err := p.list(t, a.Value, spans[i], around); err != nil {
				return err
			}
			continue
		case slices.Contains(presentations, name) && (a.Name.Local == "url" || a.Name.Local == "uri"):
			s.kind = linked
		case a.Name.Space != "" || !slices.Contains(templates[name], a.Name.Local):
			continue
		}
		if err := s.set(p.src, a.Value); err != nil {
			return err
		}
		if s.value == "" { // players treat it as missing
			continue
		}
		s.template = name == "SegmentTemplate" && strings.Contains(s.value, "$RepresentationID")
		around.sites = append(around.sites, s)
	}
	return nil
}

// list adds the URIs of a descriptor's value, if its scheme says that it is a
// list of them.
func (p *mpdParser) list(t xml.StartElement, value string, at span, around *scope) error {
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
		rest := at.start
		for _, uri := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(blanks, r) }) {
			start, end := trim(p.src, rest, at.end)
			if i := strings.IndexAny(p.src[start:end], blanks); i >= 0 {
				end = start + i
			}
			if start == end {
				return ErrURI // a blank before it is written as a character reference
			}
			around.sites = append(around.sites, site{kind: kind, value: uri, span: span{start: start, end: end}})
			rest = end
		}
		if strings.Trim(p.src[rest:at.end], blanks) != "" {
			return ErrURI
		}
	}
	return nil
}

// set narrows the span to what is not a blank and sets its decoded value. A
// blank at the end that is written as a character reference is ErrURI: it
// would stand before the signature.
func (s *site) set(src, decoded string) error {
	start, end := s.span.start, s.span.end
	s.span.start, s.span.end = trim(src, start, end)
	s.value = strings.Trim(decoded, blanks)
	written := strings.ReplaceAll(src[s.span.end:end], "\r\n", "\n")
	if len(strings.TrimRight(decoded, blanks))+len(written) != len(decoded) {
		return ErrURI
	}
	return nil
}

// values finds the spans of a well-formed start tag's attribute values.
func values(src string, start, end int) []span {
	var found []span
	for rest := src[start:end]; ; {
		i := strings.IndexAny(rest, `"'`)
		if i < 0 {
			return found
		}
		value, after, _ := strings.Cut(rest[i+1:], rest[i:i+1])
		closing := end - len(after) - 1
		found = append(found, span{start: closing - len(value), end: closing})
		rest = after
	}
}

func (p *mpdParser) close() {
	depth := len(p.names)
	scope, name := p.scopes[depth], p.names[depth-1]
	if p.text != nil && p.depth == depth {
		scope.add(*p.text)
		p.text = nil
	}
	p.scopes, p.names = p.scopes[:depth], p.names[:depth-1]
	if name == "ProgramInformation" && depth == 2 {
		p.first = int(p.decoder.InputOffset())
	}
}

func (s *scope) add(text site) {
	if text.value == "" {
		return
	}
	s.sites = append(s.sites, text)
	if text.kind == baseURL {
		s.bases = append(s.bases, text)
	}
}

// chars adds the text of the element that is open.
func (p *mpdParser) chars(text string, start, end int) error {
	if p.text == nil || strings.Trim(text, blanks) == "" {
		return nil
	}
	if p.text.value != "" { // cut in two by a comment or a CDATA section
		return ErrURI
	}
	p.text.span = span{start: start, end: end}
	if opening := "<![CDATA["; strings.HasPrefix(p.src[start:end], opening) {
		p.text.span = span{start + len(opening), end - len("]]>"), true}
	}
	return p.text.set(p.src, text)
}
