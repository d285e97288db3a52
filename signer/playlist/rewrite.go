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

// verdict is what becomes of one URI.
type verdict struct {
	to   location
	sign bool
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

// decide says what becomes of ref under base.
func (w *rewrite) decide(base location, ref string) (verdict, error) {
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
	if err := w.make(); err != nil {
		return verdict{}, err
	}
	if len(sent)+len(w.query) > signer.MaxURL {
		return verdict{}, &Error{
			Kind: signer.ErrTooLong, What: fmt.Sprintf("the signed URL has %d bytes, and CloudFront accepts %d",
				len(sent)+len(w.query), signer.MaxURL), Remedy: "shorten the URI, or use cookies",
		}
	}
	return verdict{to, true}, nil
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
	switch {
	case !strings.Contains(ref, "?"):
		return w.query, nil
	case strings.HasSuffix(ref, "?"):
		return w.query[1:], nil
	default:
		return w.further, nil
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
