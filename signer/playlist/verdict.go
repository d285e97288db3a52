package playlist

import (
	"strings"

	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

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
		sign := w.Private == nil || w.Private(base.host, base.dir()+ref)
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
	switch {
	case to.host == "":
		return false
	case w.Private == nil:
		return to.host == w.base.host
	default:
		return w.Private(to.host, to.path)
	}
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

// returns reports whether a document comes back to the program that relays.
func (w *rewrite) returns(v verdict) bool {
	return w.Relay && v.to.host != "" && (v.sign || v.to.host == w.base.host)
}

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
