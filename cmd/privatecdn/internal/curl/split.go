package curl

import (
	"regexp"
	"strconv"
	"strings"
)

// piece matches the next piece of a command line: a string in $'…', '…' or "…",
// what a backslash precedes, blanks, or other characters.
var piece = regexp.MustCompile(
	`(?s)^(?:\$'(?:[^'\\]|\\.)*'|'[^']*'|"(?:[^"\\]|\\.)*"|\\\r\n|\\.|[ \t\r\n]+|[^\\'"$ \t\r\n]+|.)`)

// split splits a command line into words.
func split(s string) (words []string, err error) {
	word, started := "", false
	for s != "" {
		text := piece.FindString(s)
		s = s[len(text):]
		inner := text[1:max(1, len(text)-1)]
		switch {
		case strings.Trim(text, " \t\r\n") == "":
			if started {
				words = append(words, word)
			}
			word, started = "", false
			continue
		case text == "\\\n" || text == "\\\r\n": // a line goes on in the next
			continue
		case text == "'" || text == `"`:
			return nil, notRead("a quote "+text+" has no end", copyAgain)
		case strings.HasPrefix(text, "$'"):
			if inner, err = ansi(inner[1:]); err != nil {
				return nil, err
			}
			word += inner
		case text[0] == '\'':
			word += inner
		case text[0] == '"':
			word += escaped.ReplaceAllString(inner, "$1")
		case len(text) > 1:
			word += strings.TrimPrefix(text, `\`)
		default:
			word += text
		}
		started = true
	}
	if started {
		words = append(words, word)
	}
	return words, nil
}

// escaped matches what loses its backslash between double quotes, and the end of
// a line, which is lost too.
var escaped = regexp.MustCompile("\\\\(?:([$`\"\\\\])|\n)")

// ansi returns the content of a $'…' string, whose escapes are those of C.
func ansi(s string) (string, error) {
	var text strings.Builder
	for s != "" {
		quote := byte('\'')
		if strings.HasPrefix(s, `\"`) {
			quote = '"'
		}
		r, _, tail, err := strconv.UnquoteChar(s, quote)
		if err != nil {
			return "", notRead("an escape in $'…' is not known", copyAgain)
		}
		text.WriteRune(r)
		s = tail
	}
	return text.String(), nil
}

// carets match a caret of a line for cmd of Windows: each takes its meaning from
// the character after it, and one at the end of a line continues the line.
var carets = regexp.MustCompile(`(?s)\^(?:\r?\n|(.?))`)

func uncaret(s string) string { return carets.ReplaceAllString(s, "$1") }
