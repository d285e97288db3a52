package infra

import "example.com/privatecdn/internal/cloudformation"

// of returns a kind of resource of which read gets the properties.
func of[P any](typ string, read func(*reader, *cloudformation.Resource, *P) error) kind {
	return kind{name: typ, properties: *new(P), read: func(r *reader, res *cloudformation.Resource) error {
		var p P
		if err := res.Decode(&p); err != nil {
			return err
		}
		return read(r, res, &p)
	}}
}

// byID returns a kind of resource that others refer to by one of its attributes,
// an ID or an ARN. read makes what it describes of its properties.
func byID[P, T any](typ, attribute string, read reading[P, T]) kind {
	return of(typ, func(r *reader, res *cloudformation.Resource, p *P) error {
		id, err := res.Attribute(attribute)
		if err == nil {
			r.made[id.(string)], err = read(r, source{res.At().Key("Properties"), res.LogicalID, id.(string)}, p)
		}
		return err
	})
}

// reading makes a T of a resource's properties.
type reading[P, T any] func(*reader, source, *P) (*T, error)

// source says where the properties of a resource come from.
type source struct {
	at        cloudformation.Location // of the properties, or of the reference to what is given
	logicalID string                  // "" for what exists outside of the templates
	id        string
}

// find returns the resource with an ID: of the templates, AWS's own, or one that
// exists outside, whose properties the values give by its ID. Where they do not,
// the error asks for them.
func find[P, T any](r *reader, at cloudformation.Location, what, id string, read reading[P, T]) (*T, error) {
	if made, ok := r.made[id].(*T); ok {
		return made, nil
	}
	text, ok := at.Stack.Given(id)
	if !ok {
		err := at.Unresolved(id, "the %s %q is in none of the templates given", what, id)
		err.Remedy += ": its Properties in JSON, or give the template that has it, too"
		return nil, err
	}
	var p P
	if err := at.Stack.DecodeJSON(at, text, &p); err != nil {
		return nil, err
	}
	return read(r, source{at, "", id}, &p)
}
