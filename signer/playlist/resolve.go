package playlist

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

// location is an absolute URL in its parts, raw. host is empty where it is not
// http or https: such a location is none of ours.
type location struct {
	scheme, host, path, query string
}

func (l location) origin() string { return l.scheme + "://" + l.host }

// dir is the path up to its last slash.
func (l location) dir() string { return l.path[:strings.LastIndexByte(l.path, '/')+1] }

func (l location) String() string {
	if l.query == "" {
		return l.origin() + l.path
	}
	return l.origin() + l.path + "?" + l.query
}

// resolve is RFC 3986, section 5.2, on raw bytes, as browsers do it: an
// escaped dot is a dot segment too. What parsers read in different ways is
// ErrURI: see ambiguous.
func (l location) resolve(ref string) (location, error) {
	if ambiguous(ref) {
		return location{}, ErrURI
	}
	ref, _, _ = strings.Cut(ref, "#")
	rest, query, hasQuery := strings.Cut(ref, "?")
	scheme, rest, hasScheme := cutScheme(rest)
	to := location{cmp.Or(scheme, l.scheme), l.host, rest, query}
	after, hasAuthority := strings.CutPrefix(rest, "//")
	switch {
	case hasScheme && scheme != "http" && scheme != "https":
		return location{scheme: scheme, query: query}, nil
	case hasAuthority:
		authority, path, _ := strings.Cut(after, "/")
		to.host, to.path = host(to.scheme, authority), removeDots("/"+path)
		if to.host == "" {
			return location{}, ErrURI
		}
	case hasScheme:
		return location{}, ErrURI
	case l.host == "": // a relative reference below what is none of ours
	case strings.HasPrefix(rest, "/"):
		to.path = removeDots(rest)
	case rest != "":
		to.path = removeDots(l.dir() + rest)
	case hasQuery:
		to.path = l.path
	default:
		return l, nil
	}
	return to, nil
}

// ambiguous reports whether ref, without the ASCII blanks at its ends, holds
// what some parsers drop, end a line at or take for a slash: control
// characters, line separators, backslashes, and any blank or invisible
// character at an end.
func ambiguous(ref string) bool {
	first, _ := utf8.DecodeRuneInString(ref)
	last, _ := utf8.DecodeLastRuneInString(ref)
	return strings.ContainsFunc(ref, separates) || invisible(first) || invisible(last)
}

func separates(r rune) bool {
	return r == '\\' || unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
}

func invisible(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// schemeBytes are what a scheme consists of, beginning with a letter.
const schemeBytes = "abcdefghijklmnopqrstuvwxyz0123456789+-."

// cutScheme takes the scheme, in lower case, off ref.
func cutScheme(ref string) (scheme, rest string, found bool) {
	before, rest, found := strings.Cut(ref, ":")
	scheme = strings.ToLower(before)
	if !found || scheme == "" || scheme[0] < 'a' || strings.Trim(scheme, schemeBytes) != "" {
		return "", ref, false
	}
	return scheme, rest, true
}

func hasScheme(ref string) bool {
	_, _, found := cutScheme(ref)
	return found
}

// host returns an authority's host as viewers send it, with a port unless it
// is the scheme's own; "" where it is not a valid one.
func host(scheme, authority string) string {
	authority = authority[strings.LastIndexByte(authority, '@')+1:]
	if strings.HasPrefix(authority, "[") {
		return strings.ToLower(authority) // an IPv6 address, which CloudFront is not
	}
	encoded, err := policy.EncodeURL(scheme + "://" + authority + "/")
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(encoded[len(scheme+"://"):], "/")
}

func removeDots(path string) string {
	if !strings.Contains(path, "/.") && !strings.Contains(path, "/%2") {
		return path
	}
	segments := strings.Split(path[1:], "/")
	kept := segments[:0]
	var dots bool // the last one is
	for _, s := range segments {
		switch whole := undotted(s); whole {
		case ".", "..":
			kept, dots = kept[:max(0, len(kept)+1-len(whole))], true
		default:
			kept, dots = append(kept, s), false
		}
	}
	if dots { // at the end: a directory
		kept = append(kept, "")
	}
	return "/" + strings.Join(kept, "/")
}

// undotted is a segment with its escaped dots decoded, when it may be a dot
// segment.
func undotted(segment string) string {
	if len(segment) > len("%2e%2e") {
		return segment
	}
	return strings.ReplaceAll(strings.ReplaceAll(segment, "%2e", "."), "%2E", ".")
}

// verdict is where a URI leads and whether it needs the signature.
type verdict struct {
	to     location
	sign   bool
	length int // of the URL that viewers send, if it needs the signature
}

// judge resolves ref under base. Of a plain URI, it says no path: a manifest
// has thousands of them.
func (w *rewrite) judge(base *location, ref string) (verdict, error) {
	if err := w.spend(1 + len(ref)/signer.MaxURL); err != nil {
		return verdict{}, err
	}
	if w.quick && base == &w.base && plain(ref) {
		sign := w.Private == nil || w.Private(base.host, w.path(ref))
		return verdict{location{host: base.host}, sign, len(w.home) + len(ref)}, nil
	}
	to, err := base.resolve(ref)
	if err != nil || !w.isPrivate(to) {
		return verdict{to: to}, err
	}
	sent, err := policy.EncodeResource(to.String())
	if err == nil && !w.covers(sent) {
		err = ErrOutside
	}
	return verdict{to, true, len(sent)}, err
}

// pathsTogether is how many bytes of paths share a piece of memory.
const pathsTogether = 4 << 10

// path returns the path of a plain URI, of which there are thousands.
func (w *rewrite) path(ref string) string {
	dir := w.base.dir()
	if length := len(dir) + len(ref); w.paths.Cap() < w.paths.Len()+length {
		w.paths.Reset()
		w.paths.Grow(max(pathsTogether, length))
	}
	start := w.paths.Len()
	w.paths.WriteString(dir)
	w.paths.WriteString(ref)
	return w.paths.String()[start:]
}

// isPlain are the bytes that every parser reads alike in a relative reference.
var isPlain = func() (set [256]bool) {
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()+,;=@/" {
		set[c] = true
	}
	return set
}()

// plain reports whether ref is a relative reference below the manifest that
// every parser reads alike: the common case, which costs one pass over it.
func plain(ref string) bool {
	for i := range len(ref) {
		if !isPlain[ref[i]] {
			return false
		}
	}
	return ref != "" && ref[0] != '/' && ref[0] != '.' && !strings.Contains(ref, "/.")
}

func (w *rewrite) isPrivate(to location) bool {
	if w.Private == nil {
		return to.host == w.base.host
	}
	return to.host != "" && w.Private(to.host, to.path)
}

func (w *rewrite) covers(url string) bool {
	return policy.Policy{Resource: w.resource}.Matches(url)
}

// spend counts URIs against MaxURIs, a long one more than once.
func (w *rewrite) spend(n int) error {
	if w.uris += n; w.uris > MaxURIs {
		return refuse(ErrTooLarge, "it holds more than %d URIs", MaxURIs)
	}
	return nil
}

// moved reports whether relative URIs of content become absolute.
func (w *rewrite) moved() bool { return w.Relay || w.Absolute }

// comeBack writes the URI of a document that comes back to the program that
// relays. It is relative, so that the program may be mounted anywhere, unless a
// player would resolve it with a BaseURL.
func (w *rewrite) comeBack(u uri, to location) error {
	ref, _, _ := strings.Cut(u.value, "#")
	if hasScheme(ref) || strings.HasPrefix(ref, "/") {
		ref = strings.Repeat("../", strings.Count(w.base.dir(), "/")-1) + to.path[1:]
		if to.query != "" {
			ref += "?" + to.query
		}
		if first, _, _ := strings.Cut(ref, "/"); first == "" || strings.Contains(first, ":") {
			ref = "./" + ref
		}
	}
	if w.Carry != "" {
		ref += joint(ref) + w.Carry
	}
	if u.kind == linked {
		if w.RelayURL == "" {
			return ErrRelay
		}
		at, err := location{}.resolve(w.RelayURL)
		if err == nil {
			at, err = at.resolve(ref)
		}
		if err != nil {
			return err
		}
		ref = at.String()
	}
	w.write(u, u.end, ref)
	return nil
}
