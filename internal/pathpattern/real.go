package pathpattern

import "strings"

// The automaton of real paths: those Normalize leaves as they are, with
// complete escapes.
const (
	realStart   int32 = iota // nothing read
	realSegment              // a slash read
	realDot                  // a segment that is "." so far
	realDots                 // a segment that is ".." so far
	realOther                // within any other segment
	realPercent              // % read
	realHex                  // and after it, 16 states: % and a digit read
)

const hexDigits = "0123456789ABCDEF"

// complete reports whether a path may end in a state.
func complete(s int32) bool { return s == realSegment || s == realOther }

// realStep follows a character; false where no real path goes on with it.
func realStep(s int32, c byte) (int32, bool) {
	digit := strings.IndexByte(hexDigits, c)
	switch {
	case s == realStart:
		return realSegment, c == '/'
	case s == realPercent:
		return realHex + int32(digit), digit >= 0
	case s >= realHex:
		return realOther, digit >= 0 && !isUnreserved(byte(int(s-realHex)<<4|digit))
	case c == '/':
		return realSegment, s == realOther
	case c == '%':
		return realPercent, true
	case c == '.' && s == realSegment:
		return realDot, true
	case c == '.' && s == realDot:
		return realDots, true
	default:
		return realOther, true
	}
}
