package cloudformation

import (
	"cmp"
	"slices"
	"strings"

	"example.com/privatecdn/internal/awsname"
)

// Defaults for what only a deployment decides. The account is the one AWS's
// own documentation uses.
const (
	DefaultAccount = "123456789012"
	DefaultRegion  = "us-east-1"
)

// Options are the values that a deployment, not the template, decides.
type Options struct {
	Account string // 12 digits; DefaultAccount when empty
	Region  string // DefaultRegion when empty

	// Values gives what the templates leave open: a parameter by its name, an
	// import by its export name, an attribute of a resource as LogicalID.Name,
	// a dynamic reference by its text without the braces. A name may be
	// preceded by its stack's, as in "Front/CertificateArn".
	Values map[string]string
}

// Attributes says what a resource's attribute is, "Ref" being what a Ref of
// the resource gives. An attribute it does not know is an error made with
// [Resource.UnknownAttribute].
type Attributes func(r *Resource, name string) (any, error)

// App is one stack, or several that may refer to each other's outputs.
type App struct {
	options    Options
	attributes Attributes
	stacks     []*Stack
	work       int             // spent so far, see maxWork
	wanted     map[string]bool // the names that were looked up in Values
}

// Stack is one template together with the values of one deployment of it.
type Stack struct {
	*Template
	Name    string
	Account string
	Region  string
	Maker   *Resource // of a nested stack, the parent's resource that makes it

	app  *App
	memo map[string]*memo
}

// memo is what was found for one condition, output or attribute, so that each
// is worked out once and one that needs itself is seen.
type memo struct {
	done  bool
	value any
	err   error
}

// NewApp returns an app without stacks.
func NewApp(options Options, attributes Attributes) *App {
	options.Account = cmp.Or(options.Account, DefaultAccount)
	options.Region = cmp.Or(options.Region, DefaultRegion)
	return &App{options: options, attributes: attributes, wanted: map[string]bool{}}
}

// Add adds the stack that a template in JSON or YAML describes. An empty account
// or region is the options'. Its error is an [*Error] located in the stack.
func (a *App) Add(name, account, region string, text []byte) (*Stack, error) {
	return a.add(&Stack{Name: name, Account: account, Region: region}, text)
}

func (a *App) add(s *Stack, text []byte) (*Stack, error) {
	s.Account, s.Region = cmp.Or(s.Account, a.options.Account), cmp.Or(s.Region, a.options.Region)
	s.app, s.memo = a, map[string]*memo{}
	if err := s.parse(text); err != nil {
		return nil, err
	}
	a.stacks = append(a.stacks, s)
	return s, nil
}

// Nest adds the stack that r, an AWS::CloudFormation::Stack, makes of a
// template: its parameters are r's, and r has its outputs as attributes.
func (r *Resource) Nest(text []byte) (nested *Stack, err error) {
	s := r.Stack
	r.Nested, err = s.app.add(&Stack{Name: s.Name + "-" + r.LogicalID, Account: s.Account, Region: s.Region, Maker: r},
		text)
	return r.Nested, err
}

// Unused returns the names of the values that are none of a parameter, and that
// nothing asked for: they may be misspelled. Properties of what exists outside
// are no part of it, since one set of them serves several apps.
func (a *App) Unused() []string {
	isParameter := func(value string) bool {
		return slices.ContainsFunc(a.stacks, func(s *Stack) bool {
			_, ok := s.Parameters[strings.TrimPrefix(value, s.Name+"/")]
			return ok
		})
	}
	return slices.DeleteFunc(sortedKeys(a.options.Values), func(name string) bool {
		return a.wanted[name] || isParameter(name) || strings.HasPrefix(a.options.Values[name], "{")
	})
}

// Stacks returns the stacks in the order they were added.
func (a *App) Stacks() []*Stack { return a.stacks }

// Partition returns the AWS partition of the stack's Region.
func (s *Stack) Partition() awsname.Partition { return awsname.PartitionFor(s.Region) }

// section returns the location of a section of the template.
func (s *Stack) section(name string) Location { return Location{Stack: s, Path: name} }

// At returns the location of the resource.
func (r *Resource) At() Location { return Location{Stack: r.Stack, Resource: brief(r.LogicalID)} }

// Exists reports whether the resource's condition holds, and in a nested stack
// that of the resource that makes the stack.
func (r *Resource) Exists() (bool, error) {
	if maker := r.Stack.Maker; maker != nil {
		if exists, err := maker.Exists(); err != nil || !exists {
			return false, err
		}
	}
	if r.Condition == "" {
		return true, nil
	}
	return r.Stack.condition(r.At().Key("Condition"), r.Condition)
}

// Attribute returns an attribute of the resource, or what a Ref of it gives.
func (r *Resource) Attribute(name string) (any, error) {
	full := r.attributeName(name)
	if v, ok := r.Stack.Given(full); ok {
		return v, nil
	}
	return once(r.Stack, "attribute "+full, r.At(), func() (any, error) {
		exists, err := r.Exists()
		if err != nil {
			return nil, err
		}
		if !exists {
			return nil, r.At().Invalid("the resource is needed but its condition %s is false", r.Condition)
		}
		if output, ok := strings.CutPrefix(name, "Outputs."); ok && r.Nested != nil {
			v, _, err := r.Nested.Output(output)
			return v, err
		}
		return r.Stack.app.attributes(r, name)
	})
}

// attributeName is what [Options.Values] calls an attribute of the resource.
func (r *Resource) attributeName(name string) string {
	if name == "Ref" {
		return r.LogicalID
	}
	return r.LogicalID + "." + name
}

// UnknownAttribute returns the error for an attribute that only a deployment
// knows.
func (r *Resource) UnknownAttribute(name string) error {
	return r.At().Unresolved(r.attributeName(name), "%s of %s, an %s, is known to AWS only", name, r.LogicalID, r.Type)
}

// Output returns an output's value; ok is false when its condition is.
func (s *Stack) Output(name string) (value string, ok bool, err error) {
	at := s.section("Outputs").Key(name)
	out, there := s.Outputs[name]
	if !there {
		return "", false, at.Invalid("there is no such output")
	}
	if out.Condition != "" {
		holds, err := s.condition(at.Key("Condition"), out.Condition)
		if err != nil || !holds {
			return "", false, err
		}
	}
	value, err = once(s, "output "+name, at, func() (string, error) { return s.text(at.Key("Value"), out.Value) })
	return value, err == nil, err
}

// DecodeJSON decodes the properties that a text contains, see [Stack.Decode].
func (s *Stack) DecodeJSON(at Location, text string, into any) error {
	v, twice, err := parseTree([]byte(text))
	if err != nil || len(twice) > 0 {
		return at.Invalid("the value given is not an object in JSON or YAML")
	}
	return s.Decode(at, v, into)
}

// Given looks a name up in [Options.Values], the stack's own first.
func (s *Stack) Given(name string) (value string, ok bool) {
	for _, name := range []string{s.Name + "/" + name, name} {
		s.app.wanted[name] = true
		if v, ok := s.app.options.Values[name]; ok {
			return v, true
		}
	}
	return "", false
}

func once[T any](s *Stack, what string, at Location, work func() (T, error)) (value T, err error) {
	if m, seen := s.memo[what]; seen {
		if !m.done {
			return value, at.Errorf(ErrCycle, "break the circle", "the %s refers to itself", what)
		}
		value, _ = m.value.(T) // nil is a value of T, too
		return value, m.err
	}
	m := &memo{}
	s.memo[what] = m
	value, m.err = work()
	m.value, m.done = value, true
	return value, m.err
}
