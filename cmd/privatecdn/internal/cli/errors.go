package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

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
