// Package disposition names downloads: it builds the Content-Disposition that
// S3 returns for a request with the parameter response-content-disposition.
package disposition

import (
	"errors"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/privatecdn/internal/fault"
)

// Parameter is the query parameter that S3 reads the header from.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
const Parameter = "response-content-disposition"

// maxName is the longest file name that file systems accept, in bytes.
const maxName = 255

// ErrName is the kind of a name that was refused.
var ErrName = errors.New("not a valid name for a download")

// Attachment returns the Content-Disposition that makes a browser save a file
// under a name: with an ASCII fallback, and filename* where that is not the
// whole name. A name that is empty, has more than 255 bytes, a slash, or
// characters that are not printed is ErrName.
// https://www.rfc-editor.org/rfc/rfc6266
func Attachment(name string) (string, error) {
	hidden := func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }
	switch {
	case name == "" || len(name) > maxName:
		return "", refuse(name, "give 1 to 255 bytes")
	case strings.ContainsAny(name, `/\`):
		return "", refuse(name, `give a name alone, without / and \`)
	case strings.ContainsFunc(name, hidden) || strings.Trim(name, ". ") == "":
		return "", refuse(name, "give a name of characters that are printed")
	}
	ascii := strings.Map(func(r rune) rune {
		switch {
		case r > '~', r == '%': // which some clients decode
			return '_'
		case r == '"':
			return '\''
		}
		return r
	}, name)
	header := `attachment; filename="` + ascii + `"`
	if ascii != name {
		header += "; filename*=UTF-8''" + escape(name)
	}
	return header, nil
}

func refuse(name, remedy string) error {
	return &fault.Error{Kind: ErrName, What: fault.Quote(name) + " is not a valid name for a download", Remedy: remedy}
}

// Query returns a query parameter that every client sends as it is written.
func Query(name, value string) string { return escape(name) + "=" + escape(value) }

// escape percent-encodes all but letters, digits, -, ., _ and ~.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
