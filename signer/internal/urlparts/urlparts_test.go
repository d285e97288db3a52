package urlparts_test

import (
	"testing"

	"example.com/privatecdn/signer/internal/urlparts"
)

func TestCut(t *testing.T) {
	t.Parallel()
	for u, want := range map[string]urlparts.URL{
		"https://h.example:8443/a/b?c=d?e/f": {"https", "h.example:8443", "/a/b", "c=d?e/f", true},
		"https://h.example?a/b":              {"https", "h.example", "", "a/b", true},
		"http://h.example/a?":                {"http", "h.example", "/a", "", true},
		"http*://h.example":                  {"http*", "h.example", "", "", false},
		"://h.example/a":                     {"", "h.example", "/a", "", false},
		"*/a?b":                              {"", "*", "/a", "b", true},
		"/a":                                 {"", "", "/a", "", false},
		"":                                   {},
	} {
		got := urlparts.Cut(u)
		if got != want {
			t.Errorf("Cut(%q) = %+v, want %+v", u, got, want)
		}
		if got.Scheme != "" && got.String() != u {
			t.Errorf("%q came back as %q", u, got)
		}
	}
}
