package playlist

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

// rewrite is the work on one manifest.
type rewrite struct {
	*Rewriter
	manifest    []byte
	src         string
	base        location
	resource    string
	prefix      string // of a resource that is a directory
	simple      bool   // resource is a directory
	homeCovered bool   // resource covers whatever lies below the manifest
	xml         bool   // & is written &amp;
	query       []byte // the signature after a ?, once it is made
	further     []byte // the signature after a &
	edits       []edit
	uris        int // counted by spend
}

// edit is text in the place of src[start:end].
type edit struct {
	start, end int
	text       []byte
}

// verdict is where a URI leads and whether it needs the signature.
type verdict struct {
	to   location
	sign bool
	sent string // the URL as viewers send it, if it needs the signature
}

// short is so many bytes that a URL which is made of short parts cannot become
// too long for CloudFront.
const short = 1024

// plain reports whether ref is a relative reference below the manifest that
// every parser reads alike: the common case, which costs one pass over it.
func plain(ref string) bool {
	if ref == "" || ref[0] == '/' || len(ref) > short {
		return false
	}
	start := true // of a segment
	for i := 0; i < len(ref); i++ {
		switch c := ref[i]; {
		case c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == ':' || c == '#' || c == '{' || c == '?':
			return false
		case start && (c == '.' || c == '%'):
			return false
		default:
			start = c == '/'
		}
	}
	return true
}

// judge resolves ref under base.
func (w *rewrite) judge(base location, ref string) (verdict, error) {
	if err := w.spend(ref); err != nil {
		return verdict{}, err
	}
	to, err := base.resolve(ref)
	if err != nil || !w.isPrivate(to) {
		return verdict{to: to}, err
	}
	sent, err := policy.EncodeResource(to.String())
	if err != nil {
		return verdict{}, err
	}
	if !w.covers(sent) {
		return verdict{}, ErrOutside
	}
	return verdict{to, true, sent}, nil
}

// signable makes sure that a URI that needs the signature can be signed.
func (w *rewrite) signable(v verdict) error {
	if !v.sign {
		return nil
	}
	if err := w.make(); err != nil {
		return err
	}
	if length := len(v.sent) + len(w.query); length > signer.MaxURL {
		return &Error{
			Kind: signer.ErrTooLong, Remedy: "shorten the URI, or use cookies",
			What: fmt.Sprintf("the signed URL has %d bytes, and CloudFront accepts %d", length, signer.MaxURL),
		}
	}
	return nil
}

// returns reports whether a document comes back to the program that relays.
func (w *rewrite) returns(v verdict) bool {
	return w.Relay && v.to.host != "" && (v.sign || v.to.host == w.base.host)
}

// moved reports whether relative URIs of content become absolute.
func (w *rewrite) moved() bool { return w.Relay || w.Absolute }

// comeBack returns the URI of a document that comes back to the program that
// relays. It is relative, so that the program may be mounted anywhere.
func (w *rewrite) comeBack(ref string, to location) string {
	ref, _, _ = strings.Cut(ref, "#")
	if absolute(ref) || hasScheme(ref) || strings.HasPrefix(ref, "/") {
		ref = strings.Repeat("../", strings.Count(w.base.dir(), "/")-1) + to.path[1:]
		if to.query != "" {
			ref += "?" + to.query
		}
		if first, _, _ := strings.Cut(ref, "/"); first == "" || strings.Contains(first, ":") {
			ref = "./" + ref
		}
	}
	if w.Carry == "" {
		return ref
	}
	return ref + joint(ref) + w.Carry
}

// fromRelay returns an absolute URI for one that comes back.
func (w *rewrite) fromRelay(ref string) (string, error) {
	if w.RelayURL == "" {
		return "", ErrRelay
	}
	relay, err := location{}.resolve(w.RelayURL)
	if err != nil {
		return "", err
	}
	to, err := relay.resolve(ref)
	return to.String(), err
}

// note reports a URI that is left alone, or what it leads to.
func (w *rewrite) note(at int, uri, what string) {
	if w.Note != nil {
		w.Note(1+strings.Count(w.src[:at], "\n"), uri, what)
	}
}

// inside is the note on a signed document.
const inside = "signed, but the URIs in it are not"

// unsigned reports why a URI is not signed.
func (w *rewrite) unsigned(at int, uri string, to location) {
	switch to.host {
	case "":
		w.note(at, uri, "left alone: it is not an http or https URL")
	case w.base.host:
		w.note(at, uri, "left alone: it needs no signature")
	default:
		w.note(at, uri, "left alone: it leads to "+to.host)
	}
}

func (w *rewrite) isPrivate(to location) bool {
	if to.host == "" {
		return false
	}
	if w.Private == nil {
		return to.host == w.base.host
	}
	return w.Private(to.host, to.path)
}

func (w *rewrite) covers(url string) bool {
	if w.simple {
		return strings.HasPrefix(url, w.prefix)
	}
	return policy.Policy{Resource: w.resource}.Matches(url)
}

// make makes the signature when it is first needed.
func (w *rewrite) make() error {
	if w.query != nil {
		return nil
	}
	query, err := w.Query(w.resource)
	if err != nil {
		return &queryError{err}
	}
	w.query, w.further = []byte("?"+w.escape(query)), []byte(w.escape("&"+query))
	return nil
}

// queryError is an error of Query, which is about no single URI: Rewrite
// returns it as it is.
type queryError struct{ error }

// signature returns the one query, joined to ref: after ? or & as ref asks.
func (w *rewrite) signature(ref string) ([]byte, error) {
	if err := w.make(); err != nil {
		return nil, err
	}
	switch joint(ref) {
	case "?":
		return w.query, nil
	case "":
		return w.query[1:], nil
	default:
		return w.further, nil
	}
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

// escape makes a signature part of the manifest's text.
func (w *rewrite) escape(s string) string {
	if !w.xml {
		return s
	}
	return strings.ReplaceAll(s, "&", "&amp;")
}

// spend counts one URI, and more for a long one, against MaxURIs.
func (w *rewrite) spend(uri string) error {
	if w.uris += 1 + len(uri)/signer.MaxURL; w.uris > MaxURIs {
		return refuse(ErrTooLarge, "it holds more than %d URIs", MaxURIs)
	}
	return nil
}

// fail returns err with the line and the URI it is about.
func (w *rewrite) fail(at int, uri string, err error) error {
	return failAt(w.src, at, uri, err)
}

func failAt(src string, at int, uri string, err error) error {
	if errors.Is(err, ErrTooLarge) {
		return err
	}
	what, remedy := err.Error(), fault.Hint(err)
	if fixed, ok := remedies[err]; ok {
		remedy = fixed
	}
	line := 1 + strings.Count(src[:at], "\n")
	return &Error{Kind: err, Where: fmt.Sprintf("line %d", line), What: brief(uri) + ": " + what, Remedy: remedy}
}

// brief quotes the start of input for a message, without a usable signature.
func brief(s string) string {
	const most = 60
	if len(s) <= most {
		return fault.Quote(fault.Text(s))
	}
	return fault.Quote(fault.Text(strings.ToValidUTF8(s[:most], ""))) + "…"
}

// edit puts text in the place of src[start:end].
func (w *rewrite) edit(start, end int, text []byte) {
	if w.edits == nil {
		w.edits = make([]edit, 0, 1+strings.Count(w.src, "\n")/2) // a segment takes two lines or more
	}
	w.edits = append(w.edits, edit{start, end, text})
}

// result is the manifest with its edits, which are in order.
func (w *rewrite) result() []byte {
	pieces := make([][]byte, 0, 2*len(w.edits)+1)
	done := 0
	for _, e := range w.edits {
		pieces = append(pieces, w.manifest[done:e.start], e.text)
		done = e.end
	}
	return bytes.Join(append(pieces, w.manifest[done:]), nil)
}
