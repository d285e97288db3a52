// Package curl reads a curl command line, such as a browser's developer tools
// copy for a request, for what CloudFront sees of it.
package curl

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/internal/fault"
)

// Request is the request of a curl command line.
type Request struct {
	URL     string   // as written, without its fragment; http:// where no scheme is given, as curl has it
	Cookies []string // the values of its Cookie headers
}

// maxCommand is the longest command line that is read, in bytes: more than
// CloudFront accepts of a request several times over.
const maxCommand = 1 << 18

// ErrNotRead is the kind of a command line that cannot be read.
var ErrNotRead = errors.New("the curl command cannot be read")

func notRead(what, remedy string) error {
	return &fault.Error{Kind: ErrNotRead, What: ErrNotRead.Error() + ": " + what, Remedy: remedy}
}

const copyAgain = "copy the request again: Copy as cURL (bash) or (cmd)"

// The options that take an argument, of curl's manual; any other takes none.
const takingShort = "AbcCdDeEFHKmoPQrtTuUwxXyYz"

var takingLong = strings.Fields(`
	url header cookie cookie-jar request user-agent referer output output-dir data data-raw data-binary data-ascii
	data-urlencode json form form-string user proxy proxy-user max-time connect-timeout retry retry-delay
	retry-max-time range cacert capath cert cert-type key key-type pass ciphers tls13-ciphers curves tls-max
	connect-to resolve interface dns-servers doh-url write-out dump-header config limit-rate max-redirs
	max-filesize noproxy socks5 socks5-hostname socks4 socks4a unix-socket abstract-unix-socket upload-file
	time-cond speed-limit speed-time stderr trace trace-ascii keepalive-time local-port proto proto-default
	proto-redir oauth2-bearer aws-sigv4 request-target variable expand-url rate haproxy-clientip
	etag-compare etag-save hsts alt-svc engine happy-eyeballs-timeout-ms`)

// IsCommand reports whether a text is a curl command line.
func IsCommand(text string) bool {
	words := strings.Fields(text)
	return len(words) > 1 && slices.ContainsFunc(words, isCurl)
}

func isCurl(word string) bool {
	name := word[strings.LastIndexAny(word, `/\\`)+1:]
	return name == "curl" || strings.EqualFold(name, "curl.exe")
}

// Parse reads a command line as a POSIX shell would split it, quotes and the
// $'…' of browsers included, or as cmd of Windows would where it has its ^".
func Parse(command string) (*Request, error) {
	if len(command) > maxCommand {
		return nil, notRead(fmt.Sprintf("it has %d bytes, and the limit is %d", len(command), maxCommand),
			"shorten it to the URL and its cookies")
	}
	if strings.Contains(command, `^"`) {
		command = uncaret(command)
	}
	words, err := split(command)
	if err != nil {
		return nil, err
	}
	start := slices.IndexFunc(words, isCurl) // after a prompt that was copied too
	if start < 0 {
		return nil, notRead("it is not a curl command", copyAgain)
	}
	r := &Request{}
	for words = words[start+1:]; len(words) > 0; {
		name, value, left := option(words)
		if err := r.take(name, value); err != nil {
			return nil, err
		}
		words = left
	}
	if r.URL == "" {
		return nil, notRead("it has no URL", copyAgain)
	}
	return r, nil
}

// option takes the next option, or the URL as an option of that name, off the
// words. Of bundled short options only one that takes an argument matters.
func option(words []string) (name, value string, left []string) {
	word, left := words[0], words[1:]
	if len(word) < 2 || word[0] != '-' {
		return "url", word, left
	}
	i := strings.IndexAny(word[1:], takingShort) + 1 // 0 where none takes an argument
	name, value, takes := longNames[word[i]], word[i+1:], i+1 == len(word)
	if long, ok := strings.CutPrefix(word, "--"); ok {
		name, value, takes = long, "", slices.Contains(takingLong, long)
	}
	if takes && len(left) > 0 { // its argument is the next word
		value, left = left[0], left[1:]
	}
	return name, value, left
}

// longNames are the long names of the short options that are looked at.
var longNames = map[byte]string{'H': "header", 'b': "cookie"}

func (r *Request) take(name, value string) error {
	switch name {
	case "url":
		if r.URL != "" {
			return notRead("it requests more than one URL", "give one URL")
		}
		r.URL, _, _ = strings.Cut(value, "#")
		if !strings.Contains(r.URL, "://") {
			r.URL = "http://" + r.URL
		}
	case "header":
		field, v, _ := strings.Cut(value, ":")
		if strings.EqualFold(strings.TrimSpace(field), "Cookie") {
			r.Cookies = append(r.Cookies, strings.TrimSpace(v))
		}
	case "cookie":
		if !strings.Contains(value, "=") {
			return notRead("its cookies are in the file "+fault.Quote(value), "give them as -b NAME=VALUE")
		}
		r.Cookies = append(r.Cookies, value)
	}
	return nil
}

// piece matches the next piece of a command line: a string in $'…', '…' or "…",
// what a backslash precedes, blanks, or other characters.
var piece = regexp.MustCompile(
	`(?s)^(?:\$'(?:[^'\\]|\\.)*'|'[^']*'|"(?:[^"\\]|\\.)*"|\\\r\n|\\.|[ \t\r\n]+|[^\\'"$ \t\r\n]+|.)`)

// split splits a command line into words.
func split(s string) (words []string, err error) {
	var word string
	var started bool
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
