package pathpattern

// The automaton of real paths: those Normalize leaves as they are, with
// complete escapes.
const (
	realStart   uint16 = iota // nothing read
	realSegment               // a slash read
	realDot                   // a segment that is "." so far
	realDots                  // a segment that is ".." so far
	realOther                 // within any other segment
	realPercent               // % read
	realHex                   // and after it, 16 states: % and a digit read
)

// complete reports whether a path may end in a state.
func complete(s uint16) bool { return s == realSegment || s == realOther }

// realStep follows a character; false where no real path goes on with it.
func realStep(s uint16, c byte) (uint16, bool) {
	switch {
	case s == realStart:
		return realSegment, c == '/'
	case s == realPercent:
		return realHex + uint16(unhex(c)), isUpperHex(c)
	case s >= realHex:
		return realOther, isUpperHex(c) && !isUnreserved(byte(s-realHex)<<4|unhex(c))
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

func isUpperHex(c byte) bool { return isHex(c) && (c < 'a' || c > 'f') }
