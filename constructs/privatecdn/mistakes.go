package privatecdn

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/internal/fault"
)

// Error is a mistake: Where has the construct's path and the property, Hint
// returns what to do.
type Error = fault.Error

// ErrSynth is the kind of every mistake that synthesis finds.
var ErrSynth = errors.New("synthesis failed")

// Run makes an app, lets build fill it, synthesizes it and returns the exit
// code for main: 0, or 2 after it has printed each mistake to standard error as
// plain lines, error: and hint:, where CDK alone panics.
func Run(build func(awscdk.App) error) (code int) {
	defer jsii.Close()
	if err := run(build); err != nil {
		printErrors(os.Stderr, err)
		return 2
	}
	return 0
}

func run(build func(awscdk.App) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	app := awscdk.NewApp(nil)
	if err := build(app); err != nil {
		return err
	}
	return Synth(app)
}

// Synth synthesizes app. Mistakes, of any construct in it, are joined into the
// error, each an *[Error] of kind [ErrSynth].
func Synth(app awscdk.App) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	app.Synth(nil)
	return nil
}

const hintMark = "hint: "

// panicked returns what CDK says in a panic, without the trace behind it. Lines
// that begin with a construct's path, in brackets, are mistakes.
func panicked(r any) error {
	var mistakes, other []error
	for line := range strings.Lines(fmt.Sprint(r)) {
		line = strings.TrimSpace(line)
		hint, isHint := strings.CutPrefix(line, hintMark)
		switch {
		case isHint && len(mistakes) > 0:
			mistakes[len(mistakes)-1].(*Error).Remedy = hint
		case strings.HasPrefix(line, "["):
			mistakes = append(mistakes, &Error{Kind: ErrSynth, What: line})
		case line != "" && !strings.HasPrefix(line, "at "):
			other = append(other, &Error{Kind: ErrSynth, What: line})
		}
	}
	if len(mistakes) > 0 {
		return errors.Join(mistakes...)
	}
	return errors.Join(other...)
}

func printErrors(w io.Writer, err error) {
	line := func(mark, text string) {
		if text != "" {
			_, _ = fmt.Fprintln(w, mark+fault.Printable(fault.Text(text)))
		}
	}
	for _, e := range fault.All(err) {
		line("error: ", e.Error())
		line(hintMark, fault.Hint(e))
	}
}

// mistakes are those found in a construct's properties. Added to the construct's
// node, they stop synthesis, where CDK lists those of all constructs at once,
// each behind its construct's path.
type mistakes []string

// add reports one mistake: the property, what to do, and what is wrong.
func (m *mistakes) add(property, remedy, what string, args ...any) {
	*m = append(*m, property+": "+fmt.Sprintf(what, args...)+"\n    "+hintMark+remedy)
}

// addError reports an error of another package, with its hint.
func (m *mistakes) addError(property string, err error) {
	for _, e := range fault.All(err) {
		m.add(property, fault.Hint(e), "%v", e)
	}
}

// validation implements constructs.IValidation. What it validates is known at
// synthesis only.
type validation func() mistakes

// validator is what a construct's node accepts.
type validator struct{ validate validation }

// Validate implements constructs.IValidation.
func (v *validator) Validate() *[]*string { return jsii.Strings(v.validate()...) }

// atSynthesis stops synthesis if validate finds a mistake then.
func atSynthesis(c constructs.Construct, validate validation) {
	var v constructs.IValidation = &validator{validate}
	c.Node().AddValidation(v)
}

// report stops synthesis because of the mistakes found so far.
func (m mistakes) report(c constructs.Construct) {
	if len(m) > 0 {
		atSynthesis(c, func() mistakes { return m })
	}
}

// checkEnum refuses what is none of an enum's values, for which jsii would
// panic.
func checkEnum[E ~string](m *mistakes, property string, v E, known ...E) {
	if v != "" && !slices.Contains(known, v) {
		m.add(property, fmt.Sprintf("use one of %q", known), "%s is not a valid value", fault.Quote(string(v)))
	}
}

// isToken reports whether s is known at deployment only.
func isToken(s string) bool { return strings.Contains(s, "${Token[") }

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// Zero is a time of zero seconds, where 0 stands for a property's default.
const Zero time.Duration = -1

// orDefault returns d as it is meant, with a fallback for 0.
func orDefault(d, fallback time.Duration) time.Duration {
	if d == Zero {
		return 0
	}
	return cmp.Or(d, fallback)
}

func (m *mistakes) checkSeconds(property string, d time.Duration) {
	if d != Zero && (d < 0 || d%time.Second != 0) {
		m.add(property, "use whole seconds, or privatecdn.Zero for none", "%v is not a valid time", d)
	}
}

func (m *mistakes) checkBetween(property string, d, least, most time.Duration) {
	if m.checkSeconds(property, d); d != 0 && (d < least || d > most) && d%time.Second == 0 {
		m.add(property, fmt.Sprintf("use %v to %v", least, most), "%v is out of bounds", d)
	}
}

func seconds(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}

// optionalSeconds returns nil, CDK's default, for 0.
func optionalSeconds(d time.Duration) awscdk.Duration {
	if d == 0 {
		return nil
	}
	return seconds(max(d, 0))
}

// optional returns nil, CDK's default, for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// or returns what p points to, or the zero value: the default of a group of
// properties that is not given.
func or[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}
