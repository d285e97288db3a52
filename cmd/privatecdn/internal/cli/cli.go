// Package cli has what every command of the tool shares: how durations and
// times are written, and how an error becomes lines and an exit code.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/internal/fault"
)

// The exit codes of every command.
const (
	Done   = 0 // what was asked is done, or the answer is yes
	No     = 1 // the answer is no: refused, check failed, access widened
	Failed = 2 // bad input, or something went wrong
)

// ErrNo is what a command returns when it has printed its answer and the
// answer is no.
var ErrNo = errors.New("no")

// Answer returns err, or ErrNo where the answer is no.
func Answer(yes bool, err error) error {
	if err == nil && !yes {
		return ErrNo
	}
	return err
}

// Report writes err to w as the tool does, `error: …` and `hint: …` where
// there is one, and returns the exit code. Errors that were joined are written
// one by one. No message repeats a private key, a signature or a control
// character.
func Report(w io.Writer, err error) int {
	switch {
	case err == nil:
		return Done
	case errors.Is(err, ErrNo):
		return No
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(w, "error: interrupted")
		return Failed
	}
	for _, e := range fault.All(err) {
		line(w, "error", e.Error())
		if hint := fault.Hint(e); hint != "" {
			line(w, "hint", hint)
		}
	}
	return Failed
}

// line writes a message, whose own lines stay together under its label.
func line(w io.Writer, label, message string) {
	message = strings.TrimRight(fault.Printable(fault.Text(message)), "\n")
	fmt.Fprintf(w, "%s: %s\n", label, strings.ReplaceAll(message, "\n", "\n  "))
}

// Duration is a length of time as the tool's flags write it: Go's durations
// plus d, a day of 24 hours, in front: 90m, 36h, 7d, 1d12h. It is never
// negative.
type Duration time.Duration

// Std returns the duration as the standard library has it.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// maxDays is far above what CloudFront's 32-bit epochs can express and far below
// where a time.Duration overflows.
const maxDays = 100 * 366

// UnmarshalText reads a duration such as 90m, 7d or 1d12h.
func (d *Duration) UnmarshalText(text []byte) error {
	days, rest, ok := strings.Cut(string(text), "d")
	if !ok || days == "" || strings.Trim(days, digits+".") != "" {
		days, rest = "0", string(text)
	} else if rest == "" {
		rest = "0"
	}
	n, err := strconv.ParseFloat(days, 64)
	more, restErr := time.ParseDuration(rest)
	switch {
	case err != nil && n == 0 || restErr != nil:
		return fmt.Errorf("%q is not a valid duration: want a number with a unit, such as 90m, 36h or 7d", text)
	case strings.HasPrefix(rest, "-"):
		return fmt.Errorf("the duration %q is negative", text)
	case n > maxDays || more.Hours()/24 > maxDays-n:
		return fmt.Errorf("the duration %q is too long", text)
	}
	*d = Duration(time.Duration(n*24*float64(time.Hour)) + more)
	return nil
}

// Lifetime is a Duration of at least a second.
type Lifetime struct{ Duration }

// UnmarshalText reads a duration as [Duration.UnmarshalText] does.
func (l *Lifetime) UnmarshalText(text []byte) error {
	err := l.Duration.UnmarshalText(text)
	if err == nil && l.Std() < time.Second {
		return fmt.Errorf("%q is not a valid lifetime: want at least a second, such as 90m, 36h or 7d", text)
	}
	return err
}

// Time is a point in time as the tool's flags write it: RFC 3339, or seconds
// since 1970. The zero Time is one that was not given.
type Time struct{ time.Time }

// milliseconds is where an epoch can no longer be meant as seconds: the year 5138.
const milliseconds = 1e11

const digits = "0123456789"

// UnmarshalText reads RFC 3339 (2030-01-02T15:04:05Z) or epoch seconds
// (1893596645). Milliseconds, the usual mistake, are told apart and refused.
func (t *Time) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 || strings.Trim(string(text), digits) != "" {
		if t.Time, err = time.Parse(time.RFC3339, string(text)); err != nil {
			return fmt.Errorf("%q is not a valid time: want RFC 3339 (2030-01-02T15:04:05Z) or seconds since 1970", text)
		}
		return nil
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		n = math.MaxInt64
	}
	switch {
	case n == 0:
		return fmt.Errorf("0 is not a valid time: want RFC 3339 or seconds since 1970")
	case n >= milliseconds:
		return fmt.Errorf("%s looks like milliseconds: drop the last three digits", text)
	}
	t.Time = time.Unix(n, 0).UTC()
	return nil
}
