package cloudformation

import (
	"errors"
	"fmt"
	"strings"

	"example.com/privatecdn/internal/fault"
)

// What is wrong with a template; every [Error] is one of these to errors.Is.
var (
	ErrSyntax      = errors.New("not a CloudFormation template")
	ErrInvalid     = errors.New("not valid in a CloudFormation template")
	ErrUnsupported = errors.New("not supported")
	ErrUnresolved  = errors.New("value not known")
	ErrCycle       = errors.New("refers to itself")
	ErrTooLarge    = errors.New("too large")
)

// Error is what is wrong with a template, and where: STACK/RESOURCE: PATH.
type Error = fault.Error

// Location is a place in a template.
type Location struct {
	Stack    *Stack
	Resource string // logical ID, or "" outside of the resources
	Path     string // Properties.DistributionConfig.Origins[0].DomainName
}

// String returns the location as STACK/RESOURCE: PATH.
func (l Location) String() string {
	text := l.Stack.Name
	if l.Resource != "" {
		text += "/" + l.Resource
	}
	if l.Path != "" {
		text += ": " + l.Path
	}
	return text
}

// Key returns the location of a key of the object at l.
func (l Location) Key(name string) Location {
	name = brief(name)
	if l.Path != "" {
		name = l.Path + "." + name
	}
	l.Path = name
	return l
}

// Index returns the location of an element of the list at l.
func (l Location) Index(i int) Location {
	l.Path = fmt.Sprintf("%s[%d]", l.Path, i)
	return l
}

// Errorf returns an error of a kind at l. Of its text arguments it repeats
// only what is as short as a name.
func (l Location) Errorf(kind error, remedy, format string, args ...any) *Error {
	return &Error{Kind: kind, Where: l.String(), What: sprintf(format, args), Remedy: remedy}
}

// Invalid returns an error of kind [ErrInvalid] at l.
func (l Location) Invalid(format string, args ...any) *Error {
	return l.Errorf(ErrInvalid, "", format, args...)
}

// Unsupported returns an error of kind [ErrUnsupported] at l.
func (l Location) Unsupported(remedy, format string, args ...any) *Error {
	return l.Errorf(ErrUnsupported, remedy, format, args...)
}

// Unresolved returns an error of kind [ErrUnresolved] at l for something
// called name in [Options.Values].
func (l Location) Unresolved(name, format string, args ...any) *Error {
	return l.Errorf(ErrUnresolved, fmt.Sprintf("give %q a value", brief(name)), format, args...)
}

func sprintf(format string, args []any) string {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = brief(text)
		}
	}
	return fmt.Sprintf(format, args...)
}

// brief is what of a template's text may be repeated in a message: what is
// longer than any name, or has lines, may be a private key in the wrong place.
func brief(text string) string {
	const most = 128
	if len(text) > most || strings.ContainsAny(text, "\r\n") || strings.Contains(text, "PRIVATE KEY") {
		return fmt.Sprintf("(%d characters)", len(text))
	}
	return text
}
