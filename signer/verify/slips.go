package verify

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/internal/urlparts"
)

// slip is what signers and clients commonly get wrong in a URL: signed makes of
// the requested one what was signed in its place. Where what ends in a colon, both
// spellings follow it.
type slip struct {
	what, todo string
	signed     func(u *urlparts.URL)
}

const (
	whole      = "sign the whole URL"
	asSigned   = "request exactly what was signed"
	encodeOnce = "encode the URL once, before signing it, and request exactly what was signed"
	asEndsUp   = "sign the URL that viewers end up at: after a redirect to HTTPS that is https://"
	asNamed    = "sign the URL with the host that viewers request it from"
	asWritten  = "sign the URL that viewers request"
)

var slips = []slip{
	{"requested with the path encoded twice:", encodeOnce, inPath(decodedOnce)},
	{"signed the unencoded path:", encodeOnce, inPath(decode(url.PathUnescape))},
	{"signed the path with + for a space", encodeOnce, inPath(func(path string) string {
		return strings.ReplaceAll(decode(url.PathUnescape)(path), " ", "+")
	})},
	{"signed the path encoded twice", encodeOnce, inPath(replace("%", "%25"))},
	{"signed the path with its slashes encoded", encodeOnce, inPath(func(path string) string {
		return "/" + strings.ReplaceAll(strings.TrimPrefix(path, "/"), "/", "%2F")
	})},
	{"signed without the last slash", asSigned, inPath(end("/", ""))},
	{"signed with the index document, requested without it", asWritten, inPath(end("", "index.html"))},
	{"signed without the index document, requested with it", asWritten, inPath(end("index.html", ""))},
	{"signed with another slash at the end", asSigned, inPath(end("", "/"))},
	{"signed with two slashes after the host", asSigned, inPath(func(path string) string { return "/" + path })},
	{"requested with path and query encoded twice:", encodeOnce, func(u *urlparts.URL) {
		u.Path, u.Query = decodedOnce(u.Path), decodedOnce(u.Query)
	}},
	{"signed with an empty query", "leave the ? out of what is signed", func(u *urlparts.URL) { u.HasQuery = true }},
	{"the query's parameters are in another order than signed", "keep their order", inPairs(slices.Reverse)},
	{"the query's parameters are in another order than signed", "keep their order", inPairs(slices.Sort)},
	{"signed without the = after a parameter that has no value", asSigned, inQuery(func(query string) string {
		return strings.TrimSuffix(strings.ReplaceAll(query, "=&", "&"), "=")
	})},
	{"signed with = after a parameter that has no value", asSigned, inPairs(func(pairs []string) {
		for i, pair := range pairs {
			if !strings.Contains(pair, "=") {
				pairs[i] += "="
			}
		}
	})},
	{"signed with &amp; for &, as HTML writes it", "sign the URL itself, not its HTML", inQuery(replace("&", "&amp;"))},
	{"requested with &amp; for &, as HTML writes it", "read the URL out of the HTML", inQuery(replace("&amp;", "&"))},
	{"requested with the query encoded twice:", encodeOnce, inQuery(decodedOnce)},
	{"signed the unencoded query:", encodeOnce, inQuery(decode(url.QueryUnescape))},
}

func inPath(change func(string) string) func(*urlparts.URL) {
	return func(u *urlparts.URL) { u.Path = change(u.Path) }
}

func inQuery(change func(string) string) func(*urlparts.URL) {
	return func(u *urlparts.URL) { u.Query = change(u.Query) }
}

func inPairs(change func(pairs []string)) func(*urlparts.URL) {
	return func(u *urlparts.URL) {
		pairs := strings.Split(u.Query, "&")
		change(pairs)
		u.Query = strings.Join(pairs, "&")
	}
}

// end puts one end of a path in another's place.
func end(old, new string) func(string) string {
	return func(s string) string { return strings.TrimSuffix(s, old) + new }
}

func replace(old, new string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, old, new) }
}

// decode returns what a part is before it is escaped, or the part where its
// escapes are not valid.
func decode(unescape func(string) (string, error)) func(string) string {
	return func(s string) string {
		if decoded, err := unescape(s); err == nil {
			return decoded
		}
		return s
	}
}

// decodedOnce returns a path or query encoded once less, if it is escaped twice.
func decodedOnce(s string) string {
	once := decode(url.PathUnescape)(s)
	if decode(url.PathUnescape)(once) == once {
		return s
	}
	return once
}

// urls returns what may have been signed in place of the requested URL: in
// another scheme, for another host, without a parameter, or with a common slip.
// See encodings and letterCases for the rest.
func (d Decision) urls() (found []variant) {
	t := urlparts.Cut(d.base)
	add := func(signed, what, todo string) {
		if signed != d.base {
			found = append(found, variant{signed, what, todo})
		}
	}
	scheme := map[string]string{"http": "https", "https": "http"}[t.Scheme]
	for _, end := range []string{"", "?"} {
		add(scheme+strings.TrimPrefix(d.base, t.Scheme)+end, "signed for "+scheme+", requested with "+t.Scheme, asEndsUp)
	}
	add(t.Relative(), "signed without scheme and host", whole)
	add(strings.TrimPrefix(t.Relative(), "/"), "signed without scheme and host", whole)
	add(t.Host+t.Relative(), "signed without a scheme", whole)
	for _, host := range d.otherHosts(t.Host) {
		other := t
		other.Host = host
		add(other.String(), "signed for "+host+", requested from "+t.Host, asNamed)
	}
	for _, s := range slips {
		other := t
		s.signed(&other)
		add(other.String(), s.what, s.todo)
	}
	withoutParameters(t, add)
	return found
}

// otherHosts returns a host's other spellings, the host that a policy names, and
// the other names of the distribution.
func (d Decision) otherHosts(host string) []string {
	name, _, _ := strings.Cut(host, ":")
	hosts := append([]string{
		strings.ToLower(host), name, name + ":443", name + ":80", name + ".", strings.TrimSuffix(name, "."),
		urlparts.Cut(d.Policy.Resource).Host,
	}, d.verifier.hosts...)
	return hosts[:min(len(hosts), maxHosts)]
}

// withoutParameters adds the URL without its query, and without parameters that
// may have been added to it.
func withoutParameters(t urlparts.URL, add func(signed, what, todo string)) {
	todo := "put a URL's own parameters in before signing it: nothing may be added afterwards"
	if strings.Contains(t.Query, "_HLS_") || strings.Contains(t.Query, "CMCD") {
		todo = "the player adds parameters: sign a Resource that ends in *, which covers them"
	}
	without := t
	without.HasQuery = false
	add(without.String(), "query added after signing", todo)
	pairs := strings.Split(t.Query, "&")
	for i := len(pairs) - 1; i >= max(0, len(pairs)-maxParameters); i-- {
		name, _, _ := strings.Cut(pairs[i], "=")
		t.Query = strings.Join(slices.Concat(pairs[:i], pairs[i+1:]), "&")
		add(t.String(), "query parameter "+fault.Quote(name)+" added after signing", todo)
		t.Query = strings.Join(pairs[:i], "&")
		add(t.String(), "query added after signing, from "+fault.Quote(name)+" on", todo)
	}
}

// words matches the words of a path, and its escapes.
var words = regexp.MustCompile(`%..|[A-Za-z]+`)

// letterCases returns a URL with the letters of all its path's words, or of one
// of the last, in other cases.
func letterCases(u string) (found []variant) {
	t := urlparts.Cut(u)
	path, at := t.Path, words.FindAllStringIndex(t.Path, -1)
	add := func(other string) {
		t.Path = other
		found = append(found, variant{t.String(), "signed with letters in another case:", asSigned})
	}
	title := func(word string) string { return strings.ToUpper(word[:1]) + strings.ToLower(word[1:]) }
	for _, letters := range []func(string) string{strings.ToLower, strings.ToUpper, title} {
		add(words.ReplaceAllStringFunc(path, func(word string) string {
			if word[0] == '%' {
				return word
			}
			return letters(word)
		}))
		for _, w := range at[max(0, len(at)-maxWords):] {
			add(path[:w[0]] + letters(path[w[0]:w[1]]) + path[w[1]:])
		}
	}
	return found
}
