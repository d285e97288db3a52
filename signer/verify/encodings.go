package verify

import (
	"cmp"
	"iter"
	"math/bits"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/internal/urlparts"
)

// coding is how a client or a signer escapes a path or a query: which bytes,
// beside letters and digits, it leaves as they are.
type coding struct {
	literal string
	plus    bool // a space becomes +
	lower   bool // escapes are in lower case
}

// codings are the ones in use. .NET and Zend escape in lower case.
var codings = []coding{
	{literal: "-._~"},                                               // RFC 3986: PHP's rawurlencode, Python's quote
	{literal: "-._~/"},                                              // the same, slashes left alone
	{literal: "-._~!'()*"},                                          // JavaScript's encodeURIComponent
	{literal: "-._~!'()*;/?:@&=+$,#"},                               // JavaScript's encodeURI
	{literal: "-._~$&+,/:;=@"},                                      // Go's url.URL
	{literal: "-._~!$&'()*+,;=:@/?"},                                // RFC 3986's pchar: Java's URI
	{literal: "-._~!$&'()*+,;=:@/?[]|\\^`{}%"},                      // browsers, in a path
	{literal: "-._*", plus: true},                                   // forms: URLSearchParams, Java's URLEncoder
	{literal: "-._~", plus: true},                                   // Go's QueryEscape, Python's quote_plus
	{literal: "-._~", lower: true}, {literal: "-._~/", lower: true}, // .NET
	{literal: "-._!()*", plus: true, lower: true},
}

// token is one byte of a path or query as it stands there.
type token struct {
	value     byte
	escaped   bool
	separator bool // between a path's segments, a query's parameters, a name and its value
	text      string
}

func pathTokens(path string) []token {
	return tokens(path, func(text string) bool { return text == "/" })
}

// queryTokens reads a + as a space, as forms write it.
func queryTokens(query string) []token {
	inValue := false
	all := tokens(query, func(text string) bool {
		separator := text == "&" || text == "=" && !inValue
		inValue = text != "&" && (inValue || text == "=")
		return separator
	})
	for i := range all {
		if all[i].text == "+" {
			all[i].value = ' '
		}
	}
	return all
}

var escape = regexp.MustCompile(`^%[0-9A-Fa-f]{2}`)

func tokens(s string, separator func(text string) bool) (all []token) {
	for s != "" {
		text := cmp.Or(escape.FindString(s), s[:1])
		value := decode(url.PathUnescape)(text)
		all = append(all, token{value[0], value != text, separator(text), text})
		s = s[len(text):]
	}
	return all
}

func appendEscape(b []byte, c byte, lower bool) []byte {
	digits := "0123456789ABCDEF"
	if lower {
		digits = "0123456789abcdef"
	}
	return append(b, '%', digits[c>>4], digits[c&15])
}

// spell writes each token in its own way.
func spell(all []token, how func(b []byte, t token) []byte) string {
	b := make([]byte, 0, len(all))
	for _, t := range all {
		b = how(b, t)
	}
	return string(b)
}

// recode returns the tokens as a coding writes them.
func (c coding) recode(all []token) string {
	return spell(all, func(b []byte, t token) []byte {
		switch {
		case t.separator || isAlnum(t.value) || strings.IndexByte(c.literal, t.value) >= 0:
			return append(b, t.value)
		case t.value == ' ' && c.plus:
			return append(b, '+')
		}
		return appendEscape(b, t.value, c.lower)
	})
}

// flip writes some bytes in their other spelling.
func flip(all []token, flipped []byte) string {
	return spell(all, func(b []byte, t token) []byte {
		switch {
		case !slices.Contains(flipped, t.value):
			return append(b, t.text...)
		case t.escaped:
			return append(b, t.value)
		}
		return appendEscape(b, t.value, false)
	})
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// recoded returns a path or query as every coding writes it, itself first.
func recoded(s string, all []token) []string {
	recased := func(lower bool) string {
		return spell(all, func(b []byte, t token) []byte {
			if t.escaped {
				return appendEscape(b, t.value, lower)
			}
			return append(b, t.text...)
		})
	}
	found := []string{
		s, replace("+", "%20")(s), replace("%20", "+")(s), replace("+", "%2B")(s), recased(true), recased(false),
	}
	for _, c := range codings {
		found = append(found, c.recode(all))
	}
	return slices.Compact(found)
}

// encodings returns the requested URL with its path and query escaped in other
// ways: as the codings do, then single characters in another spelling, and ever
// more of them together.
func (d Decision) encodings(yield func(variant) bool) {
	t := urlparts.Cut(d.base)
	path, query := pathTokens(t.Path), queryTokens(t.Query)
	seen := map[string]bool{}
	try := func(path, query string) bool {
		t.Path, t.Query = path, query
		text := t.String()
		again := seen[text]
		seen[text] = true
		return again || yield(variant{text, "signed in another encoding:", encodeOnce})
	}
	paths, queries := recoded(t.Path, path), recoded(t.Query, query)
	for sum := range len(paths) + len(queries) { // what differs least first
		for i, path := range paths[:min(sum, len(paths))] {
			if at := sum - i - 1; at < len(queries) && !try(path, queries[at]) {
				return
			}
		}
	}
	contested := contestedBytes(slices.Concat(path, query))
	for set := range sets(len(contested)) {
		var flipped []byte
		for i, c := range contested {
			if set>>i&1 == 1 {
				flipped = append(flipped, c)
			}
		}
		if !try(flip(path, flipped), flip(query, flipped)) {
			return
		}
	}
}

// contestedBytes returns the bytes that one side may escape and the other not,
// in the order they stand.
func contestedBytes(all []token) (found []byte) {
	for _, t := range all {
		plain := !t.escaped && (isAlnum(t.value) || strings.Contains("-._", t.text))
		if !plain && t.value < utf8.RuneSelf && !slices.Contains(found, t.value) && len(found) < maxFlips {
			found = append(found, t.value)
		}
	}
	return found
}

// sets yields the sets of n things as bits, those of fewer things first.
func sets(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for size := range n + 1 {
			for set := range 1 << n {
				if bits.OnesCount(uint(set)) == size && !yield(set) {
					return
				}
			}
		}
	}
}

// pieces match a URL's first character, of non-ASCII ones all in a row.
var pieces = regexp.MustCompile(`(?s)^((%[89A-Fa-f][0-9A-Fa-f]|[^\x00-\x7f])+|%[0-9A-Fa-f]{2}|.)`)

// spelled shows the first place where a signed text and the requested one
// differ.
func spelled(signed, requested string) string {
	i := 0
	for i < len(signed) && i < len(requested) && signed[i] == requested[i] {
		i++
	}
	if escape := strings.LastIndexByte(signed[:i], '%'); escape >= max(i-2, 0) {
		i = escape
	}
	return "signed " + fault.Quote(pieces.FindString(signed[i:])) +
		", requested " + fault.Quote(pieces.FindString(requested[i:]))
}
