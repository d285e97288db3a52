// Package redact repeats input in messages without repeating a secret.
package redact

import (
	"regexp"
	"strconv"
)

// most is the longest piece of input that is repeated: what is longer than any
// that belongs there may be a key, given in its place.
const most = 64

// Quote returns s in quotes, or its length when s is long.
func Quote(s string) string {
	if len(s) > most {
		return "(" + strconv.Itoa(len(s)) + " characters)"
	}
	return strconv.Quote(s)
}

// privateKey is what a private key looks like in text: PEM, even when its line
// ends are quoted or its end is missing, or its base64 alone, from a line's
// length on.
var privateKey = regexp.MustCompile(`(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*-----|$)` +
	`|\bM[HI][A-Za-z0-9+/]{62,}(?:(?:\s|\\n)+[A-Za-z0-9+/]{16,})*=*`)

// Text returns s without the private keys in it.
func Text(s string) string { return privateKey.ReplaceAllString(s, "(a private key)") }
