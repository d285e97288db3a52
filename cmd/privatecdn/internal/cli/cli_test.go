package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/internal/fault"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for in, want := range map[string]time.Duration{
		"90m": 90 * time.Minute, "36h": 36 * time.Hour, "7d": 7 * day, "1d12h": 36 * time.Hour,
		"1.5d": 36 * time.Hour, "0s": 0, "0": 0, "0d": 0, "2d3h4m5s": 2*day + 3*time.Hour + 4*time.Minute + 5*time.Second,
	} {
		var got cli.Duration
		if err := got.UnmarshalText([]byte(in)); err != nil || got.Std() != want {
			t.Errorf("%q is %v, %v; want %v", in, got, err, want)
		}
	}
	const invalid, negative, long = "is not a valid duration", "is negative", "is too long"
	for in, want := range map[string]string{
		"": invalid, "7": invalid, "d": invalid, "-1d": invalid, "1h2d": invalid, "7 d": invalid, "1w": invalid,
		"1e3d": invalid, "1.2.3d": invalid, ".d": invalid, "1dd": invalid, "-1h": negative, "1d-1h": negative,
		"36601d": long, "878401h": long, "36600d1ns": long, "1d878400h": long, "1" + strings.Repeat("0", 400) + "d": long,
	} {
		var got cli.Duration
		if err := got.UnmarshalText([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %v, %v; want: %s", in, got, err, want)
		}
	}
	for in, want := range map[string]time.Duration{"36600d": 36600 * day, "878400h": 36600 * day} {
		var got cli.Duration
		if err := got.UnmarshalText([]byte(in)); err != nil || got.Std() != want {
			t.Errorf("%q is %v, %v", in, got, err)
		}
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	want := time.Date(2030, 1, 2, 15, 4, 5, 0, time.UTC)
	for _, in := range []string{"2030-01-02T15:04:05Z", "2030-01-02T16:04:05+01:00", "1893596645"} {
		var got cli.Time
		if err := got.UnmarshalText([]byte(in)); err != nil || !got.Equal(want) {
			t.Errorf("%q is %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "0", "100000000000", "1893596645000", "99999999999999999999", "-1", "2030-01-02", "tomorrow", "1893596645.5",
	} {
		var got cli.Time
		if err := got.UnmarshalText([]byte(in)); err == nil {
			t.Errorf("%q is %v, want an error", in, got)
		}
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	broke := errors.New("it broke")
	for _, c := range []struct {
		yes       bool
		err, want error
	}{{true, nil, nil}, {false, nil, cli.ErrNo}, {true, broke, broke}, {false, broke, broke}} {
		if got := cli.Answer(c.yes, c.err); got != c.want {
			t.Errorf("Answer(%t, %v) = %v, want %v", c.yes, c.err, got, c.want)
		}
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	plain := errors.New("it broke\nin two places")
	for _, c := range []struct {
		err  error
		code int
		out  string
	}{
		{nil, cli.Done, ""},
		{fmt.Errorf("verify: %w", cli.ErrNo), cli.No, ""},
		{context.Canceled, cli.Failed, "error: interrupted\n"},
		{plain, cli.Failed, "error: it broke\n  in two places\n"},
		{
			fmt.Errorf("up: %w", fault.New(plain, "mend it")), cli.Failed,
			"error: up: it broke\n  in two places\nhint: mend it\n",
		},
		{errors.Join(plain, fault.New(errors.New("that too"), "mend that")), cli.Failed,
			"error: it broke\n  in two places\nerror: that too\nhint: mend that\n"},
	} {
		var out bytes.Buffer
		if code := cli.Report(&out, c.err); code != c.code || out.String() != c.out {
			t.Errorf("Report(%v) = %d, %q; want %d, %q", c.err, code, out.String(), c.code, c.out)
		}
	}
}
