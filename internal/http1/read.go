package http1

import (
	"bufio"
	"bytes"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
)

var headEnd, lineEnd, lineFeed = []byte("\r\n\r\n"), []byte("\r\n"), []byte("\n")

// readHead returns the bytes of the next request up to its empty line, without
// taking them from r. Without a head, ok is true for one that does not fit or
// whose lines end otherwise.
func readHead(r *bufio.Reader) (head []byte, ok bool) {
	for {
		data, _ := r.Peek(r.Buffered())
		if i := bytes.Index(data, headEnd); i >= 0 {
			return data[:i+len(headEnd)], true
		}
		if len(data) == r.Size() || bytes.Count(data, lineFeed) != bytes.Count(data, lineEnd) {
			return nil, true
		}
		if _, err := r.Peek(len(data) + 1); err != nil {
			return nil, false
		}
	}
}

// parse reads a simple request into r; it reports false for whatever is not
// simple or not right.
func parse(r *http.Request, head []byte) bool {
	text := string(head[:len(head)-len("\r\n")])
	line, rest, _ := strings.Cut(text, "\r\n")
	method, line, _ := strings.Cut(line, " ")
	target, proto, _ := strings.Cut(line, " ")
	if method != http.MethodGet && method != http.MethodHead || proto != "HTTP/1.1" || !strings.HasPrefix(target, "/") {
		return false
	}
	var err error
	if r.URL, err = url.ParseRequestURI(target); err != nil {
		return false
	}
	var ok bool
	if r.Header, ok = parseHeader(rest); !ok || !simple(r.Header) {
		return false
	}
	r.Method, r.RequestURI, r.Host = method, target, r.Header["Host"][0]
	delete(r.Header, "Host")
	return true
}

func parseHeader(lines string) (http.Header, bool) {
	n := strings.Count(lines, "\n")
	h := make(http.Header, n)
	values := make([]string, n) // one array for all the slices
	for len(lines) > 0 {
		var line string
		line, lines, _ = strings.Cut(lines, "\r\n")
		name, value, found := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		if !found || !isToken(name) || !isText(value) {
			return nil, false
		}
		name = textproto.CanonicalMIMEHeaderKey(name)
		if all, again := h[name]; again {
			h[name] = append(all, value)
			continue
		}
		values[0] = value
		h[name] = values[:1:1]
		values = values[1:]
	}
	return h, true
}

var undecided = []string{"Content-Length", "Transfer-Encoding", "Upgrade", "Expect", "Trailer", "Te"}

// simple headers leave nothing to decide about body or connection.
func simple(h http.Header) bool {
	for _, name := range undecided {
		if h[name] != nil {
			return false
		}
	}
	for _, c := range h["Connection"] {
		if !strings.EqualFold(c, "keep-alive") {
			return false
		}
	}
	host := h["Host"]
	return len(host) == 1 && isHost(host[0])
}

// isHost allows the letters of a host and port; anything else is for net/http
// to judge.
func isHost(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= ':' || c == '.' || c == '-' || c == '_' || c == '[' || c == ']') {
			return false
		}
	}
	return s != ""
}

func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}

func isText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
