package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"example.com/privatecdn/internal/fault"
)

// reader parses the JSON of policies. It is stricter than encoding/json where
// that would let two readers disagree (names differing in case, members given
// twice, invalid UTF-8), and laxer in one thing: \? in a string.
type reader struct {
	text []byte
	at   int
	err  error // the first one
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.at = len(r.text)
}

func (r *reader) unknown(name []byte) {
	r.fail(errors.New("unknown member " + fault.Quote(string(name))))
}

func (r *reader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return
		}
	}
}

// peek returns the next byte, 0 at the end.
func (r *reader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

func (r *reader) expect(c byte) {
	if r.space(); r.peek() != c {
		r.fail(fmt.Errorf("no %q at byte %d", c, r.at))
		return
	}
	r.at++
}

// object reads an object, calling member with each name, and returns how many
// there were. Each name may stand once.
func (r *reader) object(member func(name []byte)) int {
	var names [8][]byte
	n := 0
	r.expect('{')
	if r.space(); r.peek() == '}' {
		r.at++
		return 0
	}
	for r.err == nil {
		name := r.string()
		if r.expect(':'); r.err != nil {
			break
		}
		if r.once(name, names[:n]); n == len(names) {
			r.fail(errors.New("too many members"))
			break
		}
		names[n] = name
		n++
		r.space()
		member(name)
		if r.space(); r.peek() != ',' {
			break
		}
		r.at++
	}
	r.expect('}')
	return n
}

func (r *reader) once(name []byte, earlier [][]byte) {
	for _, e := range earlier {
		if bytes.Equal(name, e) {
			r.fail(errors.New("member " + fault.Quote(string(name)) + " stands twice"))
		}
	}
}

// string reads a string. Its bytes are the text's own where it has no escapes.
func (r *reader) string() []byte {
	if r.expect('"'); r.err != nil {
		return nil
	}
	start, escaped := r.at, false
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '"':
			raw := r.text[start:r.at]
			r.at++
			return r.unquote(raw, escaped)
		case c == '\\':
			escaped = true
			r.at += 2
		case c < ' ':
			r.fail(fmt.Errorf("control character in a string, at byte %d", r.at))
			return nil
		default:
			r.at++
		}
	}
	r.fail(errors.New("a string does not end"))
	return nil
}

func (r *reader) unquote(raw []byte, escaped bool) []byte {
	if !utf8.Valid(raw) {
		r.fail(errors.New("a string is not UTF-8"))
		return nil
	}
	if !escaped {
		return raw
	}
	quoted := make([]byte, 0, len(raw)+8)
	quoted = append(quoted, '"')
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' {
			quoted = append(quoted, '\\')
			if i++; raw[i] == '?' {
				quoted = append(quoted, '\\')
			}
		}
		quoted = append(quoted, raw[i])
	}
	var s string
	if err := json.Unmarshal(append(quoted, '"'), &s); err != nil {
		r.fail(errors.New("a string holds an escape that JSON does not know"))
	}
	return []byte(s)
}

// number reads a whole number without sign, fraction or exponent. One that is
// too large for an int64 becomes the largest.
func (r *reader) number() int64 {
	start, n := r.at, int64(0)
	for c := r.peek(); '0' <= c && c <= '9'; c = r.peek() {
		if r.at++; n > (math.MaxInt64-9)/10 {
			n = math.MaxInt64
		} else {
			n = n*10 + int64(c-'0')
		}
	}
	if length := r.at - start; length == 0 || length > 1 && r.text[start] == '0' {
		r.fail(fmt.Errorf("no whole number at byte %d", start))
	}
	return n
}
