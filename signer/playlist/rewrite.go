package playlist

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer"
)

// rewrite is the work on one manifest.
type rewrite struct {
	*Rewriter
	manifest    []byte
	src         string // the same
	base        location
	home        string // the manifest's directory
	resource    string
	contentType string
	quick       bool   // whatever plain URIs lead to is covered, and stays where it is
	xml         bool   // & is written &amp;
	query       []byte // the signature after a ?, as the manifest writes it, once it is made
	further     []byte // the signature after a &
	added       int    // the bytes that the signature adds to a URL
	failed      bool   // Query has, which is about no single URI
	edits       []edit
	uris        int             // counted by spend
	paths       strings.Builder // of plain URIs, which share its memory
}

// edit is text in the place of src[start:end].
type edit struct {
	start, end int
	text       []byte
}

// kind says what a URI leads to and what it is relative to.
type kind int

const (
	content  kind = iota // a file; in DASH, relative to the BaseURLs of every Representation below
	document             // a document with URIs of its own, relative to the manifest's URL
	linked               // the same, relative to the BaseURLs around it
	remote               // relative to the BaseURLs around it: an xlink, a clock, a font
	baseURL              // relative to the BaseURLs around its element
)

// uri is one URI of a manifest.
type uri struct {
	kind       kind
	value      string // decoded, without the blanks at its ends
	start, end int    // where it lies
	mark       int    // where its fragment begins, or end: a signature goes there
	moves      bool   // it is relative to where viewers get the manifest
	variable   bool   // value depends on variables
	template   bool   // players put a Representation's id into it
	literal    bool   // in a CDATA section, where & stands for itself
}

// place is what a URI is resolved with: a base URL and, in a template, the id
// of a Representation.
type place struct {
	base *location
	id   string
}

const blanks = " \t\r\n"

func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }

// trim narrows a span to what is not a blank.
func trim(s string, from, to int) (int, int) {
	for from < to && isBlank(rune(s[from])) {
		from++
	}
	for from < to && isBlank(rune(s[to-1])) {
		to--
	}
	return from, to
}

// locate completes a URI that lies between start and end and that players read
// as value. A blank at the end or a # that only shows in value is ErrURI: the
// signature would not stand where it should.
func (w *rewrite) locate(u uri, value string) (uri, error) {
	after := u.end
	u.start, u.end = trim(w.src, u.start, u.end)
	u.value = strings.Trim(value, blanks)
	u.mark = u.start + fragment(w.src[u.start:u.end], w.xml && !u.literal)
	written := strings.ReplaceAll(w.src[u.end:after], "\r\n", "\n")
	if !strings.HasSuffix(value, u.value+written) || strings.Contains(u.value, "#") != (u.mark < u.end) {
		return u, ErrURI
	}
	return u, nil
}

// put signs a URI that is resolved with every one of places, makes it absolute
// or leads it back to the program that relays. Players treat an empty one as
// missing.
func (w *rewrite) put(u uri, places ...place) error {
	if u.value == "" {
		return nil
	}
	return w.fail(u.start, u.value, w.putAt(u, places))
}

func (w *rewrite) putAt(u uri, places []place) error {
	var v, signed verdict
	elsewhere, returns := false, false
	isDocument := u.kind == document || u.kind == linked
	for _, p := range places {
		ref, err := u.expand(p.id)
		if err == nil {
			v, err = w.judge(p.base, ref)
		}
		if err != nil {
			return err
		}
		ours := v.sign || v.to.host == w.base.host
		returns = returns || w.Relay && isDocument && ours && v.to.host != ""
		switch {
		case v.sign:
			signed.sign, signed.length = true, max(signed.length, v.length)
		case !slices.Contains(w.OtherHosts, v.to.host):
			elsewhere = true
		}
	}
	switch {
	case returns && len(places) > 1:
		return ErrRelay
	case returns:
		return w.comeBack(u, v.to)
	case signed.sign && elsewhere:
		return ErrMixed
	}
	ref := w.move(u, v.to)
	if !signed.sign {
		w.unsigned(u, v.to)
		return nil
	}
	if isDocument || strings.HasSuffix(v.to.path, ".vtt") {
		w.note(u, "signed, but the URIs in it are not")
	}
	return w.sign(u, ref, signed.length)
}

// move makes a URI absolute where that is asked for, and returns what it is then.
func (w *rewrite) move(u uri, to location) string {
	if !u.moves || !w.moved() || to.host == "" || hasScheme(u.value) && !u.variable {
		return u.value
	}
	ref := to.String()
	w.write(u, u.mark, ref)
	return ref
}

// write puts ref in the place of what lies between the start of u and end. In a
// URL a quotation mark is the same as %22, which ends no attribute.
func (w *rewrite) write(u uri, end int, ref string) {
	ref = strings.ReplaceAll(ref, `"`, "%22")
	if !u.literal {
		ref = w.encode(ref)
	}
	w.edit(u.start, end, ref)
}

// sign adds the one query to u, which is ref now: after ? or & as ref asks. The
// URL without it has length bytes.
func (w *rewrite) sign(u uri, ref string, length int) error {
	if w.query == nil {
		query, err := w.Query(w.resource)
		if err != nil {
			w.failed = true
			return err
		}
		w.query, w.further, w.added = []byte(w.encode("?"+query)), []byte(w.encode("&"+query)), 1+len(query)
	}
	if length += w.added; length > signer.MaxURL {
		return &Error{
			Kind: signer.ErrTooLong, Remedy: "shorten the URI, or use cookies",
			What: fmt.Sprintf("the signed URL has %d bytes, and CloudFront accepts %d", length, signer.MaxURL),
		}
	}
	query := w.further
	ref, _, _ = strings.Cut(ref, "#")
	if after := joint(ref); after != "&" {
		query = w.query[1-len(after):]
	}
	if u.literal {
		query = bytes.ReplaceAll(query, []byte("&amp;"), []byte("&"))
	}
	w.edits = append(w.edits, edit{u.mark, u.mark, query})
	return nil
}

// encode writes part of a URI in the manifest's format.
func (w *rewrite) encode(s string) string {
	if w.xml {
		return html.EscapeString(s)
	}
	return s
}

// joint returns what stands between ref and a query that follows it.
func joint(ref string) string {
	switch {
	case !strings.Contains(ref, "?"):
		return "?"
	case strings.HasSuffix(ref, "?"):
		return ""
	default:
		return "&"
	}
}

func (w *rewrite) edit(start, end int, text string) {
	w.edits = append(w.edits, edit{start, end, []byte(text)})
}

// result needs the edits in order.
func (w *rewrite) result() []byte {
	pieces, done := make([][]byte, 0, 2*len(w.edits)+1), 0
	for _, e := range w.edits {
		pieces = append(pieces, w.manifest[done:e.start], e.text)
		done = e.end
	}
	return bytes.Join(append(pieces, w.manifest[done:]), nil)
}

// note reports a URI that is left alone, or what it leads to.
func (w *rewrite) note(u uri, what string) {
	if w.Note != nil {
		w.Note(w.line(u.start), u.value, what)
	}
}

// unsigned reports why a URI is not signed.
func (w *rewrite) unsigned(u uri, to location) {
	switch to.host {
	case "":
		w.note(u, "left alone: it is not an http or https URL")
	case w.base.host:
		w.note(u, "left alone: it needs no signature")
	default:
		w.note(u, "left alone: it leads to "+to.host)
	}
}

// line returns the line of an offset, counted from 1.
func (w *rewrite) line(at int) int { return 1 + strings.Count(w.src[:at], "\n") }

// fail returns err, if any, with the line and the text it is about.
func (w *rewrite) fail(at int, text string, err error) error {
	if err == nil || w.failed || errors.Is(err, ErrTooLarge) {
		return err
	}
	what := brief(text) + ": " + err.Error()
	return &Error{Kind: err, Where: fmt.Sprintf("line %d", w.line(at)), What: what, Remedy: fault.Hint(err)}
}

// brief quotes the start of input for a message, without a usable signature.
func brief(s string) string {
	const most = 60
	if len(s) <= most {
		return fault.Quote(fault.Text(s))
	}
	return fault.Quote(fault.Text(strings.ToValidUTF8(s[:most], ""))) + "…"
}
