package fault

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// longestQuote is the longest piece of input that a message repeats. What is
// longer than any name may be a key that was given in its place.
const longestQuote = 64

// Quote returns s in quotes, without a key or a signature and with everything
// escaped that a terminal might act on, or its length when s is long.
func Quote(s string) string {
	if len(s) > longestQuote {
		return "(" + strconv.Itoa(len(s)) + " characters)"
	}
	return strconv.Quote(Text(s))
}

// privateKey matches a private key in text: PEM, even when its line ends are
// quoted or its end is missing, or its base64 alone, from a line's length on.
var privateKey = regexp.MustCompile(`(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*-----|$)` +
	`|\bM[HI][A-Za-z0-9+/]{62,}(?:(?:\s|\\n)+[A-Za-z0-9+/]{16,})*=*`)

// signature matches the values that open something: CloudFront's signature in a
// query or a cookie, S3's, and a session token, plain or percent-encoded.
var signature = regexp.MustCompile(`(?i)((?:\b|_|-|%26|%3F)(?:Signature|X-Amz-Security-Token|AWS_SESSION_TOKEN)` +
	`(?:"\s*:\s*"|\s*:\s+|=|%3D))[^&\s"';,]{8,}`)

// Text returns s without the private keys, signatures and session tokens in it.
func Text(s string) string {
	s = privateKey.ReplaceAllString(s, "(a private key)")
	return signature.ReplaceAllString(s, "${1}…")
}

// Printable returns s with every character escaped that a terminal might act on
// or hide: control characters but tab and line feed, C1 controls, bidirectional
// marks, bytes that are not UTF-8.
func Printable(s string) string {
	if strings.IndexFunc(s, acts) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case acts(r):
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func acts(r rune) bool { return r != '\n' && r != '\t' && !strconv.IsPrint(r) }

// Duration returns a duration as the tool's flags write it, such as 7d12h: Go's
// text with days of 24 hours in front and without the zeros at its end.
func Duration(d time.Duration) string {
	if d < 0 {
		return "-" + Duration(-d)
	}
	days, clock := d/(24*time.Hour), zeros.ReplaceAllString((d%(24*time.Hour)).String(), "$1$2")
	switch {
	case days == 0:
		return clock
	case clock == "0s":
		clock = ""
	}
	return fmt.Sprintf("%dd%s", days, clock)
}

// zeros are the minutes and seconds that a duration's text ends with for nothing.
var zeros = regexp.MustCompile(`(h)0m0s$|(m)0s$`)
