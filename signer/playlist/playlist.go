// Package playlist rewrites HLS playlists and DASH manifests so that a viewer
// without cookies can play private content: every URI of private content gets
// the same wildcard signature, which is made once a manifest.
//
//	r := playlist.For(s, signer.Terms{For: 4 * time.Hour}) // s is a *signer.Signer
//	signed, err := r.Rewrite("https://d111111abcdef8.cloudfront.net/films/7/index.m3u8", manifest)
//
// Rewriting only inserts, unless the manifest is relayed or made absolute: URIs
// of key servers, other hosts and data, and everything that is not a URI, stay
// byte for byte. What is judged is what players resolve: after variables,
// entities, template identifiers and blanks at the ends.
//
// [Handler] relays manifests, so that players get every one of them rewritten.
//
// HLS is RFC 8216 and its second edition with low-latency parts, asset lists
// and content steering; DASH is ISO/IEC 23009-1.
package playlist

import (
	"cmp"
	"fmt"
	"strings"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

// MaxSize is the largest manifest that Rewrite accepts, in bytes.
const MaxSize = 10 << 20

// tooLarge is a size that Rewrite refuses.
const tooLarge = MaxSize + 1

// MaxURIs is the number of URIs that Rewrite accepts in a manifest. In DASH a
// URI counts once for every base URL and Representation that it is resolved
// with.
const MaxURIs = 100_000

// Why a manifest is not rewritten, for errors.Is, beside the errors of package
// policy, which say what is wrong with a URL, and signer.ErrTooLong.
var (
	ErrFormat = newKind("not a valid HLS playlist or DASH manifest",
		"give an HLS playlist (#EXTM3U) or a DASH manifest (MPD) in UTF-8")
	ErrTooLarge = newKind("the manifest is too large", "split the manifest")
	ErrURI      = newKind("players do not read this URI alike",
		"write one URI without backslashes, control characters, comments or blanks at its ends")
	ErrOutside  = newKind("private, but the signature does not cover it", "give a wider Resource")
	ErrVariable = newKind("invalid variable",
		"define each variable once, before its use, or give its value in Variables")
	ErrRelay = newKind("this document cannot come back to the relay", "set RelayURL, or take it out of the manifest")
	ErrMixed = newKind("one signature for private content and another host",
		"split the manifest, or list the other host in OtherHosts if it may receive the signature")
)

// Error is a manifest that cannot be rewritten: where, what and why.
type Error = fault.Error

func newKind(what, remedy string) error { return &Error{What: what, Remedy: remedy} }

func refuse(kind error, format string, args ...any) error {
	return &Error{Kind: kind, What: kind.Error() + ": " + fmt.Sprintf(format, args...), Remedy: fault.Hint(kind)}
}

// Rewriter signs manifests. It holds no state, so that one serves every
// manifest and any number of goroutines, as far as its functions do. For makes
// one of a signer.
type Rewriter struct {
	// Query returns the query that opens resource, a pattern that ends in *:
	// Policy, Signature, Key-Pair-Id and Hash-Algorithm joined by &. It is
	// called at most once a manifest, and not at all when nothing is private.
	Query func(resource string) (string, error)

	// Resource is the pattern to sign; one that begins with / is put on the
	// manifest's host. Empty stands for the manifest's own directory and
	// everything below. A private URI it does not cover is
	// ErrOutside; no resource is widened in silence.
	Resource string

	// Private reports whether a viewer needs a signature for a path, as it is
	// requested, on a host (with its port, where that is not the scheme's own).
	// nil stands for every path on the manifest's own host.
	Private func(host, path string) bool

	// Relay is for a manifest that viewers get from another program than the
	// distribution, at a path that ends like the distribution's: see [Handler].
	// URIs of content become absolute. URIs of documents with URIs of their own
	// (playlists, manifests, asset lists, steering) on the manifest's host or
	// private ones become relative, so that they come back to that program,
	// unsigned.
	Relay bool

	// RelayURL is the URL at which players get the manifest from that program.
	// A DASH manifest that names a steering manifest or an alternative
	// presentation needs it (ErrRelay): their URIs are relative to BaseURLs.
	RelayURL string

	// Carry is a query that is added to every URI that comes back, such as the
	// token that says who asks: "token=…", encoded.
	Carry string

	// Absolute makes relative URIs absolute, those of playlists too, for a
	// manifest that viewers get from anywhere.
	Absolute bool

	// OtherHosts are hosts of other CDNs that may receive the signature: a DASH
	// template whose BaseURLs lead there as well as to private content is
	// signed instead of ErrMixed. Whoever serves them can open the content.
	OtherHosts []string

	// Note, if set, is called for every URI that is left alone and for every
	// signed document whose own URIs are not, with its line, counted from 1.
	Note func(line int, uri, what string)

	// Variables holds the values of the variables that an HLS playlist imports
	// (EXT-X-DEFINE:IMPORT).
	Variables map[string]string
}

// For returns a Rewriter that signs with s on terms t, whose Resource, or whose
// Policy's, becomes the Rewriter's. With a deployment, what its signed
// behaviors catch on its hosts is private, and nothing else: a public path
// stays as it is.
func For(s *signer.Signer, t signer.Terms) Rewriter {
	r := Rewriter{Resource: t.Resource}
	t.Resource = ""
	if t.Policy != "" {
		p, _ := policy.Parse([]byte(t.Policy)) // the signer says what is wrong with it
		r.Resource = cmp.Or(p.Resource, "*")
	}
	r.Query = func(resource string) (string, error) {
		if t.Policy != "" {
			resource = "" // it has its own
		}
		g, err := s.Grant(resource, t)
		if err != nil {
			return "", err
		}
		return g.Query(), nil
	}
	if s.Deployment() != nil {
		r.Private = func(host, path string) bool {
			d := s.Deployment()
			b, _ := d.Behavior(path)
			return d.HasHost(host) && b.Access == deployment.Signed
		}
	}
	return r
}

// Rewrite returns manifest, which viewers get under url, with its private URIs
// signed. It accepts MaxSize bytes and MaxURIs URIs, and its time and memory are
// linear in both. Errors are *Error or Query's own.
func (r *Rewriter) Rewrite(url string, manifest []byte) ([]byte, error) {
	w, err := r.begin(url)
	if err != nil {
		return nil, err
	}
	return w.rewrite(manifest)
}

func (w *rewrite) rewrite(manifest []byte) ([]byte, error) {
	if len(manifest) > MaxSize {
		return nil, refuse(ErrTooLarge, "it has more than %d bytes", MaxSize)
	}
	w.manifest, w.src = manifest, string(manifest)
	w.edits = make([]edit, 0, min(strings.Count(w.src, "\n"), MaxURIs)) // a line has hardly more than one
	body := strings.TrimLeft(strings.TrimPrefix(w.src, bom), blanks)
	for _, f := range formats {
		if strings.HasPrefix(body, f.start) {
			w.contentType = f.contentType
			if err := f.rewrite(w); err != nil {
				return nil, err
			}
			return w.result(), nil
		}
	}
	if strings.Contains(body[:min(len(body), 4)], "\x00") {
		return nil, refuse(ErrFormat, "it is UTF-16 or UTF-32, not UTF-8")
	}
	return nil, refuse(ErrFormat, "it begins with %s", brief(body))
}

const bom = "\uFEFF"

var formats = []struct {
	start, contentType string
	rewrite            func(*rewrite) error
}{
	{"#EXTM3U", "application/vnd.apple.mpegurl", (*rewrite).hls},
	{"<", "application/dash+xml", (*rewrite).dash},
	{"{", "application/json", (*rewrite).json},
}

func (r *Rewriter) begin(url string) (*rewrite, error) {
	var base location
	url, err := policy.EncodeURL(url)
	if err == nil {
		base, err = location{}.resolve(url)
	}
	if err != nil {
		return nil, fmt.Errorf("the manifest's URL: %w", err)
	}
	home := base.origin() + base.dir()
	w := &rewrite{Rewriter: r, base: base, home: home, resource: home + "*"}
	if pattern := r.Resource; pattern != "" {
		if strings.HasPrefix(pattern, "/") {
			pattern = base.origin() + pattern
		}
		if w.resource, err = policy.EncodeResource(pattern); err != nil {
			return nil, fmt.Errorf("the resource: %w", err)
		}
	}
	prefix, wild := strings.CutSuffix(w.resource, "*")
	w.quick = wild && strings.HasPrefix(home, prefix) && !w.moved() && w.Note == nil
	return w, nil
}
