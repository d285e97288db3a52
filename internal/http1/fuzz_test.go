package http1_test

import (
	"bufio"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"example.com/privatecdn/internal/http1"
)

// Whatever is read here, net/http reads too, and the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n", "GET /a?b=c%20d HTTP/1.1\r\nHost: a:1\r\nA: 1\r\na:2\t\r\n", "HEAD //x HTTP/1.1\r\nhost: [::1]\r\nCookie: a=b\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n", "GET /\x80 HTTP/1.1\r\nHost: a\r\nX-\xc3: \xff\r\n", "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n",
		"GET /%2e%2E/ HTTP/1.1\r\nHost: a\r\nPragma: no-cache\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, head string) {
		head += "\r\n"
		if !strings.HasSuffix(head, "\r\n\r\n") || strings.Count(head, "\n") != strings.Count(head, "\r\n") || strings.Index(head, "\r\n\r\n") != len(head)-4 {
			return // readHead lets only whole heads through
		}
		var got http.Request
		if !http1.Parse(&got, []byte(head)) {
			return
		}
		want, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head)))
		if err != nil {
			t.Fatalf("%q is refused by net/http: %v", head, err)
		}
		if got.Method != want.Method || got.RequestURI != want.RequestURI || got.Host != want.Host || !reflect.DeepEqual(got.URL, want.URL) {
			t.Errorf("%q: %+v, want %+v", head, got, want)
		}
		if want.Header.Get("Pragma") != "" {
			want.Header.Del("Cache-Control") // which net/http makes of Pragma
			got.Header.Del("Cache-Control")
		}
		if !reflect.DeepEqual(got.Header, want.Header) {
			t.Errorf("%q: header %q, want %q", head, got.Header, want.Header)
		}
	})
}
