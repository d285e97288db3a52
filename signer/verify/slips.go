package verify

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"example.com/privatecdn/internal/fault"
)

// target is a requested URL in its parts.
type target struct {
	scheme, host, path, query string
	hasQuery                  bool
}

func cutURL(u string) (t target) {
	scheme, rest, _ := strings.Cut(u, "://")
	end := strings.IndexAny(rest+"/", "/?")
	t.scheme, t.host = scheme, rest[:end]
	t.path, t.query, t.hasQuery = strings.Cut(rest[end:], "?")
	return t
}

func (t target) String() string { return t.scheme + "://" + t.host + t.relative() }

// relative returns the URL without scheme and host.
func (t target) relative() string {
	if t.hasQuery {
		return t.path + "?" + t.query
	}
	return t.path
}

// slip is what signers and clients commonly get wrong in a path or a query:
// signed returns what was signed in its place. Where what ends in a colon, both
// spellings follow it.
type slip struct {
	what, todo string
	signed     func(part string) string
}

const (
	whole      = "sign the whole URL"
	asSigned   = "request exactly what was signed"
	encodeOnce = "encode the URL once, before signing it, and request exactly what was signed"
	asEndsUp   = "sign the URL that viewers end up at: after a redirect to HTTPS that is https://"
	asNamed    = "sign the URL with the host that viewers request it from"
	asWritten  = "sign the URL that viewers request"
)

var pathSlips = []slip{
	{"requested with the path encoded twice:", encodeOnce, decodedOnce},
	{"signed the unencoded path:", encodeOnce, decode(url.PathUnescape)},
	{"signed the path with + for a space", encodeOnce, func(path string) string {
		return strings.ReplaceAll(decode(url.PathUnescape)(path), " ", "+")
	}},
	{"signed the path encoded twice", encodeOnce, replace("%", "%25")},
	{"signed the path with its slashes encoded", encodeOnce, func(path string) string {
		return "/" + strings.ReplaceAll(strings.TrimPrefix(path, "/"), "/", "%2F")
	}},
	{"signed without the last slash", asSigned, func(path string) string { return strings.TrimSuffix(path, "/") }},
	{"signed with the index document, requested without it", asWritten, func(path string) string {
		if strings.HasSuffix(path, "/") {
			path += "index.html"
		}
		return path
	}},
	{"signed without the index document, requested with it", asWritten, func(path string) string {
		return strings.TrimSuffix(path, "index.html")
	}},
	{"signed with another slash at the end", asSigned, func(path string) string { return path + "/" }},
	{"signed with two slashes after the host", asSigned, func(path string) string { return "/" + path }},
}

var querySlips = []slip{
	{"the query's parameters are in another order than signed", "keep their order", inPairs(slices.Reverse)},
	{"the query's parameters are in another order than signed", "keep their order", inPairs(slices.Sort)},
	{"signed without the = after a parameter that has no value", asSigned, func(query string) string {
		return strings.TrimSuffix(strings.ReplaceAll(query, "=&", "&"), "=")
	}},
	{"signed with = after a parameter that has no value", asSigned, inPairs(func(pairs []string) {
		for i, pair := range pairs {
			if !strings.Contains(pair, "=") {
				pairs[i] += "="
			}
		}
	})},
	{"signed with &amp; for &, as HTML writes it", "sign the URL itself, not its HTML", replace("&", "&amp;")},
	{"requested with &amp; for &, as HTML writes it", "read the URL out of the HTML", replace("&amp;", "&")},
	{"requested with the query encoded twice:", encodeOnce, decodedOnce},
	{"signed the unencoded query:", encodeOnce, decode(url.QueryUnescape)},
}

func inPairs(change func(pairs []string)) func(string) string {
	return func(query string) string {
		pairs := strings.Split(query, "&")
		change(pairs)
		return strings.Join(pairs, "&")
	}
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
	t := cutURL(d.base)
	add := func(signed, what, todo string) {
		if signed != d.base {
			found = append(found, variant{signed, what, todo})
		}
	}
	scheme := map[string]string{"http": "https", "https": "http"}[t.scheme]
	for _, end := range []string{"", "?"} {
		add(scheme+strings.TrimPrefix(d.base, t.scheme)+end, "signed for "+scheme+", requested with "+t.scheme, asEndsUp)
	}
	add(t.relative(), "signed without scheme and host", whole)
	add(strings.TrimPrefix(t.relative(), "/"), "signed without scheme and host", whole)
	add(t.host+t.relative(), "signed without a scheme", whole)
	for _, host := range d.otherHosts(t.host) {
		other := t
		other.host = host
		add(other.String(), "signed for "+host+", requested from "+t.host, asNamed)
	}
	for _, s := range pathSlips {
		other := t
		other.path = s.signed(t.path)
		add(other.String(), s.what, s.todo)
	}
	both := t
	both.path, both.query = decodedOnce(t.path), decodedOnce(t.query)
	add(both.String(), "requested with path and query encoded twice:", encodeOnce)
	if !t.hasQuery {
		add(d.base+"?", "signed with an empty query", "leave the ? out of what is signed")
		return found
	}
	withoutParameters(t, add)
	for _, s := range querySlips {
		other := t
		other.query = s.signed(t.query)
		add(other.String(), s.what, s.todo)
	}
	return found
}

// otherHosts returns a host's other spellings, the host that a policy names, and
// the other names of the distribution.
func (d Decision) otherHosts(host string) []string {
	name, _, _ := strings.Cut(host, ":")
	hosts := append([]string{
		strings.ToLower(host), name, name + ":443", name + ":80", name + ".", strings.TrimSuffix(name, "."),
		cutURL(d.Policy.Resource).host,
	}, d.verifier.hosts...)
	return hosts[:min(len(hosts), maxHosts)]
}

// withoutParameters adds the URL without its query, and without parameters that
// may have been added to it.
func withoutParameters(t target, add func(signed, what, todo string)) {
	todo := "put a URL's own parameters in before signing it: nothing may be added afterwards"
	if strings.Contains(t.query, "_HLS_") || strings.Contains(t.query, "CMCD") {
		todo = "the player adds parameters: sign a Resource that ends in *, which covers them"
	}
	without := t
	without.hasQuery = false
	add(without.String(), "query added after signing", todo)
	pairs := strings.Split(t.query, "&")
	for i := len(pairs) - 1; i >= max(0, len(pairs)-maxParameters); i-- {
		name, _, _ := strings.Cut(pairs[i], "=")
		t.query = strings.Join(slices.Delete(slices.Clone(pairs), i, i+1), "&")
		add(t.String(), "query parameter "+fault.Quote(name)+" added after signing", todo)
		t.query = strings.Join(pairs[:i], "&")
		add(t.String(), "query added after signing, from "+fault.Quote(name)+" on", todo)
	}
}

// words matches the words of a path, and its escapes.
var words = regexp.MustCompile(`%..|[A-Za-z]+`)

// letterCases returns a URL with the letters of all its path's words, or of one
// of the last, in other cases.
func letterCases(u string) (found []variant) {
	t := cutURL(u)
	path, at := t.path, words.FindAllStringIndex(t.path, -1)
	add := func(other string) {
		t.path = other
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
