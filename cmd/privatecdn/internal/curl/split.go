package curl

import (
	"fmt"
	"strconv"
	"strings"
)

// split splits a command line into words.
func split(s string) ([]string, error) {
	var words []string
	var word strings.Builder
	started := false
	for i := 0; i < len(s); {
		rest := s[i:]
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if started {
				words = append(words, word.String())
				word.Reset()
				started = false
			}
			i++
			continue
		case strings.HasPrefix(rest, "\\\n"):
			i += 2 // a line goes on in the next
			continue
		case strings.HasPrefix(rest, "\\\r\n"):
			i += 3
			continue
		case c == '\\' && len(rest) > 1:
			word.WriteByte(rest[1])
			i += 2
		case strings.HasPrefix(rest, "$'"):
			n, err := ansi(&word, rest[2:])
			if err != nil {
				return nil, err
			}
			i += 2 + n
		case c == '\'' || c == '"':
			n, err := quoted(&word, rest[1:], c)
			if err != nil {
				return nil, err
			}
			i += 1 + n
		default:
			word.WriteByte(c)
			i++
		}
		started = true
	}
	if started {
		words = append(words, word.String())
	}
	return words, nil
}

// quoted copies up to the closing quote and returns how much it read. Between
// double quotes a backslash takes the meaning from $, `, ", \ and the end of
// the line; between single quotes it stands for itself.
func quoted(word *strings.Builder, s string, quote byte) (int, error) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return i + 1, nil
		case quote == '"' && s[i] == '\\' && i+1 < len(s) && strings.IndexByte("$`\"\\\n", s[i+1]) >= 0:
			i++
			if s[i] != '\n' {
				word.WriteByte(s[i])
			}
		default:
			word.WriteByte(s[i])
		}
	}
	return 0, notRead(fmt.Sprintf("a quote %c has no end", quote), copyAgain)
}

// ansi copies a $'…' string, whose escapes are those of C.
func ansi(word *strings.Builder, s string) (int, error) {
	for i := 0; i < len(s); {
		switch {
		case s[i] == '\'':
			return i + 1, nil
		case s[i] != '\\':
			word.WriteByte(s[i])
			i++
		default:
			// strconv knows C's escapes; a quote may be escaped too.
			if i+1 < len(s) && (s[i+1] == '\'' || s[i+1] == '"') {
				word.WriteByte(s[i+1])
				i += 2
				continue
			}
			r, _, tail, err := strconv.UnquoteChar(s[i:], 0)
			if err != nil {
				return 0, notRead("an escape in $'…' is not known", copyAgain)
			}
			word.WriteRune(r)
			i = len(s) - len(tail)
		}
	}
	return 0, notRead("a quote $' has no end", copyAgain)
}

// uncaret takes the carets from a line for cmd of Windows: each takes its
// meaning from the character after it, and one at the end of a line continues
// the line.
func uncaret(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '^' {
			rest := s[i+1:]
			if strings.HasPrefix(rest, "\r\n") {
				i += 2
				continue
			}
			if i++; i == len(s) || s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
