package infra

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/fault"
)

// ErrNoDistribution says that a template is well and describes no CloudFront
// distribution.
var ErrNoDistribution = errors.New("no CloudFront distribution")

// Options are what a deployment, not the template, decides.
type Options struct {
	// Stack, if set, is the name of a stack that is alone. If not, an assembly
	// has the name, and of a single template the part of its file's name before
	// the first dot is.
	Stack string

	// StubLambdaEdge leaves Lambda@Edge functions out, each with a note.
	StubLambdaEdge bool
	cloudformation.Options
}

// reader builds a Template of an app's stacks.
type reader struct {
	app            *cloudformation.App
	assets         assets
	stubLambdaEdge bool
	tmpl           *Template
	made           map[string]any // by the ID or ARN that others refer to it by
}

func newReader(o Options) *reader {
	r := &reader{
		stubLambdaEdge: o.StubLambdaEdge,
		tmpl:           &Template{Outputs: map[string]string{}, Parameters: map[string]string{}},
		made:           Managed(),
	}
	r.app = cloudformation.NewApp(o.Options, r.attribute)
	return r
}

// Read reads one template, in JSON or YAML. Its errors are [*fault.Error],
// naming resource and property, or wrap ErrNoDistribution or a keys error.
func Read(data []byte, o Options) (*Template, error) {
	if o.Stack == "" {
		o.Stack = "Stack"
	}
	r := newReader(o)
	if _, err := r.app.Add(o.Stack, "", "", data); err != nil {
		return nil, err
	}
	return r.read()
}

func (r *reader) read() (*Template, error) {
	for _, k := range kinds {
		err := r.each(func(res *cloudformation.Resource) error {
			if res.Type != k.name {
				return nil
			}
			err := k.read(r, res)
			if k.optional && errors.Is(err, cloudformation.ErrUnresolved) {
				r.note(res, reason(err))
				return nil
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	r.assumeGrants()
	r.noteTwice()
	err := r.each(func(res *cloudformation.Resource) error {
		if !isRead(res.Type) && res.Nested == nil {
			r.note(res, whyLeftOut(res.Type)) // what refers to it asks for its value
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	stacks := r.roots()
	for _, s := range stacks {
		prefix := ""
		if len(stacks) > 1 {
			prefix = s.Name + "/"
		}
		if err := r.outputs(s, prefix); err != nil {
			return nil, err
		}
	}
	r.tmpl.UnusedValues = r.app.Unused()
	if len(r.tmpl.Distributions) == 0 {
		return nil, cloudformation.Location{Stack: stacks[0]}.Errorf(ErrNoDistribution,
			"give the template of the stack that has the distribution", "it has no "+typeDistribution)
	}
	return r.tmpl, nil
}

// each calls do with every resource that exists.
func (r *reader) each(do func(*cloudformation.Resource) error) error {
	for _, s := range r.app.Stacks() {
		for _, id := range s.LogicalIDs() {
			exists, err := s.Resources[id].Exists()
			if err == nil && exists {
				err = do(s.Resources[id])
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// noteTwice lists the keys that an object of a template has more than once.
func (r *reader) noteTwice() {
	for _, s := range r.app.Stacks() {
		for _, t := range s.Twice {
			r.noteOf(s.Name, t.Key, "Key", "stands twice in one object ("+t.Place+"), the last one counts")
		}
	}
}

// reason is an error's text and hint in one, for a note. What is not resolved
// has a hint that says what to give a value.
func reason(err error) string { return err.Error() + "; " + fault.Hint(err) }

// note notes something about a resource.
func (r *reader) note(res *cloudformation.Resource, why string) {
	r.noteOf(res.Stack.Name, res.LogicalID, res.Type, why)
}

// noteAt notes something about the resource at a place.
func (r *reader) noteAt(at cloudformation.Location, typ, why string) {
	r.noteOf(at.Stack.Name, at.Resource, typ, why)
}

func (r *reader) noteOf(stack, name, typ, why string) {
	r.tmpl.Notes = append(r.tmpl.Notes, Note{Stack: stack, LogicalID: name, Type: typ, Why: why})
}

// roots returns the stacks that are nested in none. The outputs of the others
// are their parents'.
func (r *reader) roots() []*cloudformation.Stack {
	isNested := func(s *cloudformation.Stack) bool { return s.Maker != nil }
	return slices.DeleteFunc(slices.Clone(r.app.Stacks()), isNested)
}

// outputs resolves the outputs of a stack. One that cannot be resolved does
// not change what a viewer gets: it is noted.
func (r *reader) outputs(s *cloudformation.Stack, prefix string) error {
	for _, name := range slices.Sorted(maps.Keys(s.Outputs)) {
		value, ok, err := s.Output(name)
		switch {
		case errors.Is(err, cloudformation.ErrUnresolved), errors.Is(err, cloudformation.ErrUnsupported):
			r.noteOf(s.Name, name, "Output", reason(err))
		case err != nil:
			return err
		case ok:
			r.tmpl.Outputs[prefix+name] = value
		}
	}
	return nil
}

func (r *reader) parameter(res *cloudformation.Resource, p *parameterProperties) error {
	r.tmpl.Parameters[p.name(res)] = p.Value
	return nil
}

func (p *parameterProperties) name(r *cloudformation.Resource) string {
	return cmp.Or(p.Name, fmt.Sprintf("CFN-%s-%s", r.LogicalID, shortID(r, "parameter")))
}
