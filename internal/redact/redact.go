// Package redact repeats input in messages without repeating a secret.
package redact

import "strconv"

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
