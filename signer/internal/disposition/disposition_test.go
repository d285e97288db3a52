package disposition_test

import (
	"errors"
	"mime"
	"net/url"
	"strings"
	"testing"

	"example.com/privatecdn/signer/internal/disposition"
)

func TestAttachment(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"film.mp4":    `attachment; filename="film.mp4"`,
		"a b (1).pdf": `attachment; filename="a b (1).pdf"`,
		"Bücher – May's.pdf": `attachment; filename="B_cher _ May's.pdf"; ` +
			`filename*=UTF-8''B%C3%BCcher%20%E2%80%93%20May%27s.pdf`,
		`say "x";y=*.txt`:        `attachment; filename="say 'x';y=*.txt"; filename*=UTF-8''say%20%22x%22%3By%3D%2A.txt`,
		"100%.txt":               `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`,
		strings.Repeat("a", 255): `attachment; filename="` + strings.Repeat("a", 255) + `"`,
		"~a!":                    `attachment; filename="~a!"`,
		"0é~!9AZaz":              `attachment; filename="0_~!9AZaz"; filename*=UTF-8''0%C3%A9~%219AZaz`,
		"日本.mp4":                 `attachment; filename="__.mp4"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.mp4`,
	} {
		got, err := disposition.Attachment(name)
		if err != nil || got != want {
			t.Errorf("%q: %s, %v; want %s", name, got, err, want)
		}
		// The standard library's reading of RFC 2231 is the judge.
		if kind, parameters, err := mime.ParseMediaType(got); err != nil || kind != "attachment" ||
			parameters["filename"] != name {
			t.Errorf("%q is read as %q, %v", name, parameters["filename"], err)
		}
		query := disposition.Query(disposition.Parameter, got)
		if values, err := url.ParseQuery(query); err != nil || values.Get(disposition.Parameter) != got {
			t.Errorf("%s is read as %q, %v", query, values.Get(disposition.Parameter), err)
		}
	}
	for _, name := range []string{
		"", ".", "..", " ", "a/b", `a\b`, "a\nb", "a\x00", "\u202egpj.exe", "a\x7f", "a\xff", strings.Repeat("a", 256),
	} {
		if got, err := disposition.Attachment(name); !errors.Is(err, disposition.ErrName) {
			t.Errorf("%q: %s, %v", name, got, err)
		}
	}
}
