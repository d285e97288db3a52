package verify

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/internal/fault"
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
	return tokens(path, func(c byte) bool { return c == '/' })
}

func queryTokens(query string) []token {
	inValue := false
	return tokens(query, func(c byte) bool {
		separator := c == '&' || c == '=' && !inValue
		inValue = c != '&' && (inValue || c == '=')
		return separator
	})
}

func tokens(s string, separator func(byte) bool) []token {
	all := make([]token, 0, len(s))
	for i := 0; i < len(s); i++ {
		if c, ok := unhex(s[i:]); ok {
			all = append(all, token{c, true, false, s[i : i+3]})
			i += 2
		} else {
			all = append(all, token{s[i], false, separator(s[i]), s[i : i+1]})
		}
	}
	return all
}

func unhex(s string) (byte, bool) {
	if len(s) < 3 || s[0] != '%' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[1:3], 16, 8)
	return byte(n), err == nil
}

func escape(c byte, lower bool) string {
	digits := "0123456789ABCDEF"
	if lower {
		digits = "0123456789abcdef"
	}
	return string([]byte{'%', digits[c>>4], digits[c&15]})
}

// recode returns the tokens as a coding writes them; a + is read as a space
// where plusIsSpace.
func (c coding) recode(all []token, plusIsSpace bool) string {
	var b strings.Builder
	for _, t := range all {
		value := t.value
		if plusIsSpace && value == '+' && !t.escaped {
			value = ' '
		}
		switch {
		case t.separator || isAlnum(value):
			b.WriteByte(value)
		case value == ' ' && c.plus:
			b.WriteByte('+')
		case strings.IndexByte(c.literal, value) >= 0:
			b.WriteByte(value)
		default:
			b.WriteString(escape(value, c.lower))
		}
	}
	return b.String()
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// recoded returns a path or query as every coding writes it, itself first, each
// once.
func recoded(s string, all []token) []string {
	found := []string{
		s,
		strings.ReplaceAll(s, "+", "%20"),
		strings.ReplaceAll(s, "%20", "+"),
		recase(all, true),
		recase(all, false),
	}
	for _, plusIsSpace := range []bool{false, true} {
		for _, c := range codings {
			found = append(found, c.recode(all, plusIsSpace))
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(found, func(s string) bool {
		again := seen[s]
		seen[s] = true
		return again
	})
}

// maxRecoded bounds how far down the lists of codings a path and a query are
// combined.
const maxRecoded = 24

// maxFlips bounds the characters whose spelling is changed alone.
const maxFlips = 16

// encodings returns the requested URL with its path and query escaped in other
// ways: as the codings do, then single characters in another spelling, and ever
// more of them together.
func (d Decision) encodings() iter.Seq[variant] {
	return func(yield func(variant) bool) {
		t := cutURL(d.base)
		seen := map[string]bool{d.base: true}
		try := func(path, query string) bool {
			other := t
			other.path, other.query = path, query
			text := other.String()
			if seen[text] {
				return true
			}
			seen[text] = true
			return yield(variant{text, "signed in another encoding: " + spelled(text, d.base),
				"encode the URL once, sign it, and request exactly what was signed"})
		}
		path, query := pathTokens(t.path), queryTokens(t.query)
		paths, queries := recoded(t.path, path), recoded(t.query, query)
		for sum := range min(len(paths)+len(queries)-1, maxRecoded) { // what differs least first
			for i := max(0, sum-len(queries)+1); i <= min(sum, len(paths)-1); i++ {
				if !try(paths[i], queries[sum-i]) {
					return
				}
			}
		}
		for _, spaced := range slices.Compact([]string{t.query, strings.ReplaceAll(t.query, "+", "%20")}) {
			query := queryTokens(spaced)
			contested := contestedBytes(slices.Concat(path, query))
			for size := 1; size <= len(contested); size++ {
				if !choose(contested, size, nil, func(chosen []byte) bool {
					return try(flip(path, chosen...), flip(query, chosen...))
				}) {
					return
				}
			}
		}
	}
}

// recase writes the escapes in lower or in upper case.
func recase(all []token, lower bool) string {
	var b strings.Builder
	for _, t := range all {
		if t.escaped {
			b.WriteString(escape(t.value, lower))
		} else {
			b.WriteByte(t.value)
		}
	}
	return b.String()
}

// contestedBytes returns the bytes that one side may escape and the other not,
// in the order they stand.
func contestedBytes(all []token) (found []byte) {
	seen := [256]bool{}
	for _, t := range all {
		plain := isAlnum(t.value) || strings.IndexByte("-._", t.value) >= 0
		if seen[t.value] || plain && !t.escaped || t.value >= 0x80 || len(found) == maxFlips {
			continue
		}
		seen[t.value] = true
		found = append(found, t.value)
	}
	return found
}

// choose yields every choice of size values, until one is refused.
func choose(values []byte, size int, chosen []byte, yield func([]byte) bool) bool {
	if size == 0 {
		return yield(chosen)
	}
	for i := range len(values) - size + 1 {
		if !choose(values[i+1:], size-1, append(chosen[:len(chosen):len(chosen)], values[i]), yield) {
			return false
		}
	}
	return true
}

// flip writes the given bytes in their other spelling.
func flip(all []token, values ...byte) string {
	var b strings.Builder
	for _, t := range all {
		switch {
		case strings.IndexByte(string(values), t.value) < 0:
			b.WriteString(t.text)
		case t.escaped:
			b.WriteByte(t.value)
		default:
			b.WriteString(escape(t.value, false))
		}
	}
	return b.String()
}

// spelled shows the first place where a signed text and the requested one
// differ.
func spelled(signed, requested string) string {
	i := 0
	for i < len(signed) && i < len(requested) && signed[i] == requested[i] {
		i++
	}
	for back := 1; back <= 2; back++ { // not within an escape
		if i-back >= 0 && signed[i-back] == '%' {
			i -= back
			break
		}
	}
	return "signed " + quote(piece(signed[i:])) + ", requested " + quote(piece(requested[i:]))
}

// piece returns a string's first character: of non-ASCII ones all in a row.
func piece(s string) string {
	for end := 0; end < len(s); {
		c, escaped := unhex(s[end:])
		length := 3
		if !escaped {
			c, length = s[end], 1
		}
		switch {
		case c >= 0x80:
			end += length
		case end > 0:
			return s[:end]
		default:
			return s[:length]
		}
	}
	return s
}

func quote(s string) string { return fault.Quote(s) }
