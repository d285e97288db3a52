package cli

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"
)

// Time is a point in time as the tool's flags write it: RFC 3339, or seconds
// since 1970. The zero Time is one that was not given.
type Time struct{ time.Time }

// milliseconds is where an epoch can no longer be meant as seconds: the year 5138.
const milliseconds = 1e11

var epoch = regexp.MustCompile(`^[0-9]+$`)

// ParseTime reads RFC 3339 (2030-01-02T15:04:05Z) or epoch seconds
// (1893596645). Milliseconds, the usual mistake, are told apart and refused.
func ParseTime(s string) (time.Time, error) {
	if !epoch.MatchString(s) {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return time.Time{}, fmt.Errorf(
				"%q is not a valid time: want RFC 3339 (2030-01-02T15:04:05Z) or seconds since 1970", s,
			)
		}
		return t, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		n = math.MaxInt64
	}
	switch {
	case n == 0:
		return time.Time{}, fmt.Errorf("0 is not a valid time: want RFC 3339 or seconds since 1970")
	case n >= milliseconds:
		return time.Time{}, fmt.Errorf("%s looks like milliseconds: drop the last three digits", s)
	}
	return time.Unix(n, 0).UTC(), nil
}

// UnmarshalText reads a time as [ParseTime] does.
func (t *Time) UnmarshalText(text []byte) error {
	v, err := ParseTime(string(text))
	t.Time = v
	return err
}
