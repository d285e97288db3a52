package privatecdn

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/internal/fault"
)

// Error is a mistake: What has the construct's path and the property, Hint
// returns what to do.
type Error = fault.Error

// ErrSynth is the kind of every mistake that synthesis finds.
var ErrSynth = errors.New("synthesis failed")

// Run makes an app, lets build fill it, synthesizes it and returns the exit
// code for main: 0, or 2 after it has printed each mistake to standard error as
// plain lines, error: and hint:, where CDK alone panics.
func Run(build func(awscdk.App) error) int {
	defer jsii.Close()
	err := recovered(func() error {
		app := awscdk.NewApp(nil)
		if err := build(app); err != nil {
			return err
		}
		return Synth(app)
	})
	if err == nil {
		return 0
	}
	for _, e := range fault.All(err) {
		text := "error: " + e.Error()
		if hint := fault.Hint(e); hint != "" {
			text += "\n" + hintMark + hint
		}
		_, _ = fmt.Fprintln(os.Stderr, fault.Printable(fault.Text(text)))
	}
	return 2
}

// Synth synthesizes app. Mistakes, of any construct in it, are joined into the
// error, each an *[Error] of kind [ErrSynth].
func Synth(app awscdk.App) error {
	return recovered(func() error {
		app.Synth(nil)
		return nil
	})
}

const hintMark = "hint: "

// recovered calls f. If CDK panics in it, recovered returns what CDK says,
// without the trace behind it. Lines that begin with a construct's path, in
// brackets, are mistakes.
func recovered(f func() error) (err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
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
		err = cmp.Or(errors.Join(mistakes...), errors.Join(other...))
	}()
	return f()
}

// mistakes are those found in a construct's properties. Added to the construct's
// node, they stop synthesis, where CDK lists those of all constructs at once,
// each behind its construct's path.
type mistakes []string

// add reports one mistake: the property, what to do, and what is wrong.
func (m *mistakes) add(property, remedy, what string, args ...any) {
	*m = append(*m, property+": "+fmt.Sprintf(what, args...)+"\n    "+hintMark+remedy)
}

// refuse adds a mistake if wrong.
func (m *mistakes) refuse(wrong bool, property, remedy, what string, args ...any) {
	if wrong {
		m.add(property, remedy, what, args...)
	}
}

// refuseBoth adds a mistake if two properties that exclude each other are set.
func (m *mistakes) refuseBoth(both bool, property, other string) {
	m.refuse(both, property, "remove one of them", "it is set together with %s", other)
}

// addError reports an error of another package, if any, with its hint.
func (m *mistakes) addError(property string, err error) {
	for _, e := range fault.All(err) {
		m.refuse(e != nil, property, fault.Hint(e), "%v", e)
	}
}

// validator implements constructs.IValidation.
type validator struct{ check func(*mistakes) }

// Validate implements constructs.IValidation.
func (v *validator) Validate() *[]*string {
	var found mistakes
	v.check(&found)
	return jsii.Strings(found...)
}

// atSynthesis stops synthesis if check finds a mistake then: what it checks is
// known at synthesis only.
func atSynthesis(c constructs.Construct, check func(*mistakes)) {
	c.Node().AddValidation(&validator{check})
}

// checkEnum refuses a value that an enum lacks, for which jsii would panic.
func checkEnum[E ~string](m *mistakes, property string, v E, known ...E) {
	m.refuse(v != "" && !slices.Contains(known, v), property, fmt.Sprintf("use one of %q", known),
		"%s is not a valid value", fault.Quote(string(v)))
}

// checkText refuses values that are not valid; a token's value is known at
// deployment only.
func (m *mistakes) checkText(property, what, remedy string, valid func(string) bool, values ...string) {
	for _, v := range values {
		m.refuse(!isToken(v) && !valid(v), property, remedy, "%s is not a valid %s", fault.Quote(v), what)
	}
}

// checkList refuses nil, or the zero value, in a list, and two items of one name.
func checkList[T comparable](m *mistakes, property string, list []T, name func(T) string) {
	var names []string
	for _, v := range list {
		if v == *new(T) {
			m.add(property, "remove it", "one of them is nil")
			continue
		}
		n := name(v)
		m.refuse(slices.Contains(names, n), property, "remove one of them", "%s is listed twice", n)
		names = append(names, n)
	}
}

// checkBetween refuses a number or time out of bounds; 0 stands for the default.
func checkBetween[N cmp.Ordered](m *mistakes, property string, v, least, most N) {
	m.refuse(v != *new(N) && (v < least || v > most), property, fmt.Sprintf("use %v to %v", least, most),
		"%v is out of bounds", v)
}

// checkSeconds refuses a time that is not whole seconds.
func (m *mistakes) checkSeconds(property string, d time.Duration) {
	m.refuse(d != Zero && (d < 0 || d%time.Second != 0), property, "use whole seconds, or privatecdn.Zero for none",
		"%v is not a valid time", d)
}

const day, year = 24 * time.Hour, 365 * 24 * time.Hour

// Zero is a time of zero seconds, where 0 stands for a property's default.
const Zero time.Duration = -1

// orDefault returns d as it is meant, with a fallback for 0.
func orDefault(d, fallback time.Duration) time.Duration {
	if d == Zero {
		return 0
	}
	return cmp.Or(d, fallback)
}
