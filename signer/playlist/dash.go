package playlist

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
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
	"BaseURL": baseURL, "Location": manifest, "PatchLocation": manifest, "ContentSteering": remote,
}

const xlink = "http://www.w3.org/1999/xlink"

// scope is an element whose BaseURLs hold for what is below it.
type scope struct {
	bases    []site
	sites    []site
	children []*scope
}

// site is one URI of a manifest.
type site struct {
	kind  kind
	value string // decoded
	span  span
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
	remote               // the BaseURLs around it: an xlink
	baseURL              // the BaseURLs around it
	manifest             // the manifest's own URL: another manifest
)

// mpd finds the URIs of a manifest and the offsets they lie at.
func mpd(src string) (*mpdParser, error) {
	p := &mpdParser{src: src, decoder: xml.NewDecoder(strings.NewReader(src))}
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
			return ErrFormat
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%w: %v", ErrFormat, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if p.root == nil && t.Name.Local != "MPD" {
				return fmt.Errorf("%w: the root element is %s", ErrFormat, t.Name.Local)
			}
			p.open(t, start, end)
		case xml.EndElement:
			p.close()
		case xml.CharData:
			if err := p.chars(string(t), start, end); err != nil {
				return err
			}
		}
	}
}

func (p *mpdParser) open(t xml.StartElement, start, end int) {
	name := t.Name.Local
	if p.root == nil {
		p.root, p.space, p.first = &scope{}, t.Name.Space, end
		p.scopes = append(p.scopes, p.root)
	}
	outer := p.scopes[len(p.scopes)-1]
	if t.Name.Space != p.space {
		name = "" // none of DASH's own
	}
	inner := outer
	switch name {
	case "Period", "AdaptationSet", "Representation":
		inner = &scope{}
		outer.children = append(outer.children, inner)
	}
	p.scopes, p.names = append(p.scopes, inner), append(p.names, name)
	if kind, ok := texts[name]; ok && p.text == nil {
		p.text, p.depth = &site{kind: kind}, len(p.names)
	}
	p.attributes(t, name, outer, start, end)
}

// attributes takes up the URIs among an element's attributes, whose values
// lie in the tag in the order that the decoder gives them in.
func (p *mpdParser) attributes(t xml.StartElement, name string, around *scope, start, end int) {
	if len(t.Attr) == 0 {
		return
	}
	spans := values(p.src, start, end)
	for i, a := range t.Attr {
		s := site{value: a.Value, span: spans[i]}
		switch {
		case a.Name.Space == xlink && a.Name.Local == "href" && name != "":
			s.kind = remote
		case a.Name.Space != "" || !slices.Contains(templates[name], a.Name.Local):
			continue
		}
		around.sites = append(around.sites, s)
	}
}

// values finds the spans of a well-formed start tag's attribute values.
func values(src string, start, end int) []span {
	var found []span
	for at := start; at < end; at++ {
		quote := src[at]
		if quote != '"' && quote != '\'' {
			continue
		}
		length := strings.IndexByte(src[at+1:end], quote)
		found = append(found, span{start: at + 1, end: at + 1 + length})
		at += 1 + length
	}
	return found
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

// chars takes up the text of the element that is open.
func (p *mpdParser) chars(text string, start, end int) error {
	text = strings.TrimSpace(text)
	if p.text == nil || text == "" {
		return nil
	}
	if p.text.value != "" { // cut in two by a comment or a CDATA section
		return failAt(p.src, start, text, ErrURI)
	}
	s := span{start: start, end: end}
	if opening := "<![CDATA["; strings.HasPrefix(p.src[start:end], opening) {
		s = span{start + len(opening), end - len("]]>"), true}
	}
	s.start, s.end = trim(p.src, s.start, s.end)
	p.text.value, p.text.span = text, s
	return nil
}
