package cloudformation

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// maxText bounds what joining may make of a template, which could otherwise
// double a text with every resource. The longest value CloudFormation takes
// anywhere is far shorter.
const maxText = 1 << 20

// maxWork bounds what resolving all the templates of an app may make, in bytes
// of text and nodes of objects and lists. Real apps stay under a tenth of it.
const maxWork = 32 << 20

// nodeSize is about what a node of the result occupies, in bytes.
const nodeSize = 64

// spend counts n against maxWork.
func (s *Stack) spend(at Location, n int) error {
	if s.app.work += n; s.app.work > maxWork {
		return tooLong(at)
	}
	return nil
}

// noValue is what AWS::NoValue gives: the property or element is not there.
type noValue struct{}

// Resolve returns v with every intrinsic function in it resolved, nil for
// AWS::NoValue.
func (s *Stack) Resolve(at Location, v any) (any, error) {
	v, err := s.deep(at, v)
	if v == (noValue{}) {
		v = nil
	}
	return v, err
}

func (s *Stack) deep(at Location, v any) (any, error) {
	v, err := s.shallow(at, v)
	if err == nil {
		err = s.spend(at, nodeSize)
	}
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case map[string]any:
		return s.deepObject(at, v)
	case []any:
		return s.deepList(at, v)
	}
	return v, nil
}

func (s *Stack) deepObject(at Location, o map[string]any) (any, error) {
	out := make(map[string]any, len(o))
	for _, k := range sortedKeys(o) {
		e, err := s.deep(at.Key(k), o[k])
		if err != nil {
			return nil, err
		}
		if e != (noValue{}) {
			out[k] = e
		}
	}
	return out, nil
}

func (s *Stack) deepList(at Location, list []any) (any, error) {
	out := []any{}
	err := s.elements(at, list, func(at Location, e any) error {
		e, err := s.deep(at, e)
		out = append(out, e)
		return err
	})
	return out, err
}

// shallow resolves v until it is no intrinsic function; what an object or a
// list then holds is left as it is.
func (s *Stack) shallow(at Location, v any) (any, error) {
	for {
		name, arg, ok := intrinsic(v)
		if !ok {
			return s.dynamic(at, v)
		}
		var err error
		if v, err = s.call(at, name, arg); err != nil {
			return nil, err
		}
	}
}

// intrinsic takes {Ref: X} and {Fn::Name: X} apart.
func intrinsic(v any) (name string, arg any, ok bool) {
	name, arg, ok = single(v)
	return name, arg, ok && (name == "Ref" || strings.HasPrefix(name, "Fn::"))
}

// single takes an object with one key apart.
func single(v any) (key string, value any, ok bool) {
	o, _ := v.(map[string]any)
	for key, value = range o {
	}
	return key, value, len(o) == 1
}

// dynamicReference matches a whole one. Of what Fn::Join completes, a part may be seen.
var dynamicReference = regexp.MustCompile(`(?s)\{\{resolve:.*?\}\}`)

// dynamic replaces a dynamic reference, which only a deployment can look up.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
func (s *Stack) dynamic(at Location, v any) (any, error) {
	text, ok := v.(string)
	if !ok {
		return v, nil
	}
	return replaceAll(dynamicReference, text, func(match string) (string, error) {
		name := strings.Trim(match, "{}")
		value, ok := s.Given(name)
		if !ok {
			return "", at.Unresolved(name, "the dynamic reference is looked up in AWS")
		}
		return value, nil
	})
}

// text resolves v to a string; numbers and booleans become theirs.
func (s *Stack) text(at Location, v any) (string, error) {
	v, err := s.shallow(at, v)
	if err != nil {
		return "", err
	}
	switch v := v.(type) {
	case string:
		if len(v) > maxText {
			return "", tooLong(at)
		}
		return v, s.spend(at, len(v))
	case json.Number:
		return v.String(), nil
	case bool:
		return strconv.FormatBool(v), nil
	}
	return "", at.Invalid("expected a string, got %s", describe(v))
}

func tooLong(at Location) error {
	return at.Errorf(ErrTooLarge, "remove what repeats itself", "the value becomes too long")
}

// texts resolves v to a list of strings.
func (s *Stack) texts(at Location, v any) (texts []string, err error) {
	err = s.elements(at, v, func(at Location, e any) error {
		text, err := s.text(at, e)
		texts = append(texts, text)
		return err
	})
	return texts, err
}

// elements resolves v to a list and calls do with every element that is there.
func (s *Stack) elements(at Location, v any, do func(at Location, e any) error) error {
	list, err := s.list(at, v)
	if err != nil {
		return err
	}
	for i, e := range list {
		here := at.Index(i)
		if e, err = s.shallow(here, e); err == nil && e != (noValue{}) {
			err = do(here, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Stack) list(at Location, v any) ([]any, error) {
	v, err := s.shallow(at, v)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, at.Invalid("expected a list, got %s", describe(v))
	}
	return list, nil
}
