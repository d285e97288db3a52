// Package cli holds what every command of the tool shares: how durations and
// times are written, and how an error becomes lines and an exit code.
package cli

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time as the tool's flags write it: Go's durations
// plus d, a day of 24 hours, in front: 90m, 36h, 7d, 1d12h. It is never
// negative.
type Duration time.Duration

var days = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)d`)

// maxDays is far above what CloudFront's 32-bit epochs can hold and far below
// where a time.Duration overflows.
const maxDays = 100 * 366

// ParseDuration reads a duration such as 90m, 7d or 1d12h.
func ParseDuration(s string) (time.Duration, error) {
	rest, total := s, time.Duration(0)
	if m := days.FindStringSubmatch(s); m != nil {
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil || n > maxDays {
			return 0, fmt.Errorf("the duration %q is too long", s)
		}
		total, rest = time.Duration(n*24*float64(time.Hour)), s[len(m[0]):]
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		switch {
		case err != nil:
			return 0, fmt.Errorf("%q is not a valid duration: want a number with a unit, such as 90m, 36h or 7d", s)
		case d < 0 || strings.HasPrefix(rest, "-"):
			return 0, fmt.Errorf("the duration %q is negative", s)
		case d > maxDays*24*time.Hour-total:
			return 0, fmt.Errorf("the duration %q is too long", s)
		}
		total += d
	}
	if s == "" {
		return 0, fmt.Errorf("the duration is empty: want a number with a unit, such as 90m, 36h or 7d")
	}
	return total, nil
}

// UnmarshalText reads a duration as [ParseDuration] does.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// Lifetime is a Duration of at least a second.
type Lifetime struct{ Duration }

// UnmarshalText reads a duration as [ParseDuration] does.
func (l *Lifetime) UnmarshalText(text []byte) error {
	err := l.Duration.UnmarshalText(text)
	if err == nil && l.Std() < time.Second {
		return fmt.Errorf("%q is not a valid lifetime: want at least a second, such as 90m, 36h or 7d", text)
	}
	return err
}

// Std is the duration as the standard library has it.
func (d Duration) Std() time.Duration { return time.Duration(d) }
