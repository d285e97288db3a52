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
// [Stack.UnknownAttribute].
type Attributes func(s *Stack, r *Resource, name string) (any, error)

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

	app    *App
	memo   map[string]*memo
	parent *Stack            // of a nested stack
	maker  *Resource         // the parent's resource that makes it
	nested map[string]*Stack // by logical ID of the resources that make them
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
	s.app, s.memo, s.nested = a, map[string]*memo{}, map[string]*Stack{}
	if err := s.parse(text); err != nil {
		return nil, err
	}
	a.stacks = append(a.stacks, s)
	return s, nil
}

// Nest adds the stack that r, an AWS::CloudFormation::Stack of s, makes of a
// template: its parameters are r's, and r has its outputs as attributes.
func (s *Stack) Nest(r *Resource, text []byte) (*Stack, error) {
	n, err := s.app.add(&Stack{Name: s.Name + "-" + r.LogicalID, Account: s.Account, Region: s.Region,
		parent: s, maker: r}, text)
	if err == nil {
		s.nested[r.LogicalID] = n
	}
	return n, err
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

// Nested returns the stack that a resource of s makes, nil for any other
// resource.
func (s *Stack) Nested(r *Resource) *Stack { return s.nested[r.LogicalID] }

// Parent returns the stack s is nested in, nil when it is not.
func (s *Stack) Parent() *Stack { return s.parent }

// Stacks returns the stacks in the order they were added.
func (a *App) Stacks() []*Stack { return a.stacks }

// Partition returns the AWS partition of the stack's Region.
func (s *Stack) Partition() awsname.Partition { return awsname.PartitionFor(s.Region) }

// At returns the location of a resource.
func (s *Stack) At(r *Resource) Location {
	return Location{Stack: s.Name, Resource: brief(r.LogicalID)}
}

// Exists reports whether a resource's condition holds, and in a nested stack
// that of the resource that makes the stack.
func (s *Stack) Exists(r *Resource) (bool, error) {
	if s.parent != nil {
		if exists, err := s.parent.Exists(s.maker); err != nil || !exists {
			return false, err
		}
	}
	if r.Condition == "" {
		return true, nil
	}
	return s.condition(s.At(r).Key("Condition"), r.Condition)
}

// Attribute returns an attribute of a resource, or what a Ref of it gives.
func (s *Stack) Attribute(r *Resource, name string) (any, error) {
	full := r.AttributeName(name)
	if v, ok := s.Given(full); ok {
		return v, nil
	}
	return s.once("attribute "+full, s.At(r), func() (any, error) {
		exists, err := s.Exists(r)
		if err != nil {
			return nil, err
		}
		if !exists {
			return nil, s.At(r).Invalid("the resource is needed but its condition %s is false", r.Condition)
		}
		if output, ok := strings.CutPrefix(name, "Outputs."); ok && s.Nested(r) != nil {
			v, _, err := s.Nested(r).Output(output)
			return v, err
		}
		return s.app.attributes(s, r, name)
	})
}

// UnknownAttribute returns the error for an attribute that only a deployment
// knows.
func (s *Stack) UnknownAttribute(r *Resource, name string) error {
	return s.At(r).Unresolved(r.AttributeName(name), "%s of %s, an %s, is known to AWS only", name, r.LogicalID, r.Type)
}

// Output returns an output's value; ok is false when its condition is.
func (s *Stack) Output(name string) (value string, ok bool, err error) {
	at := (Location{Stack: s.Name, Path: "Outputs"}).Key(name)
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
	v, err := s.once("output "+name, at, func() (any, error) {
		return s.text(at.Key("Value"), out.Value)
	})
	if err != nil {
		return "", false, err
	}
	return v.(string), true, nil
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

func (s *Stack) once(what string, at Location, work func() (any, error)) (any, error) {
	if m, seen := s.memo[what]; seen {
		if !m.done {
			return nil, at.Errorf(ErrCycle, "break the circle", "the %s refers to itself", what)
		}
		return m.value, m.err
	}
	m := &memo{}
	s.memo[what] = m
	m.value, m.err = work()
	m.done = true
	return m.value, m.err
}
