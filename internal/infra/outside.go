package infra

import "example.com/privatecdn/internal/cloudformation"

// outside decodes the properties of something that exists outside of the
// templates, which the values give by its ID or ARN. Where they do not, the
// error asks for it.
func outside(s *cloudformation.Stack, at cloudformation.Location, what, id string, into any) error {
	text, ok := s.Given(id)
	if !ok {
		err := at.Unresolved(id, "the %s %q is in none of the templates given", what, id)
		err.Remedy += ": its Properties in JSON, or give the template that has it, too"
		return err
	}
	return s.DecodeJSON(at, text, into)
}

// noteAt notes something about the resource at a place.
func (r *reader) noteAt(at cloudformation.Location, typ, why string) {
	r.tmpl.Notes = append(r.tmpl.Notes, Note{Stack: at.Stack, LogicalID: at.Resource, Type: typ, Why: why})
}

// outsideKey returns a public key that exists outside of the templates, nil,
// with a note, where its PEM text is not given: it then opens nothing.
func (r *reader) outsideKey(s *cloudformation.Stack, at cloudformation.Location, id string) (*PublicKey, error) {
	var p publicKeyProperties
	if _, ok := s.Given(id); !ok {
		r.noteAt(at, typeKeyGroup, reason(outside(s, at, "public key", id, &p))+"; until then it opens nothing")
		return nil, nil
	}
	if err := outside(s, at, "public key", id, &p); err != nil {
		return nil, err
	}
	key, err := parseKey(at, &p)
	return &PublicKey{ID: id, Key: key}, err
}

// outsideGroup returns a key group that exists outside of the templates. It is
// empty, with a note, where it is not given: it then opens nothing.
func (r *reader) outsideGroup(s *cloudformation.Stack, at cloudformation.Location, id string) (*KeyGroup, error) {
	var p keyGroupProperties
	if _, ok := s.Given(id); !ok {
		r.noteAt(at, typeDistribution, reason(outside(s, at, "key group", id, &p))+"; until then it opens nothing")
		return &KeyGroup{ID: id}, nil
	}
	if err := outside(s, at, "key group", id, &p); err != nil {
		return nil, err
	}
	return r.newKeyGroup(s, at, "", id, &p)
}
