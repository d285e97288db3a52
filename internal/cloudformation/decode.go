package cloudformation

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Ignored is the type of a field whose property is known and changes nothing
// for whoever decodes it. The property is not even resolved.
type Ignored struct{}

// Refused is the type of a field whose property is known and cannot be
// honored. Its tag says what to do. Left out or empty it does no harm.
type Refused struct{}

var (
	ignored = reflect.TypeFor[Ignored]()
	refused = reflect.TypeFor[Refused]()
)

// Decode resolves v, an object, and stores its properties in the fields of
// the struct into points to. A field is called exactly as its property; a
// property without a field is an error of kind [ErrUnsupported].
//
// Fields may be strings, booleans, integers, floats, structs, pointers to
// them (nil when the property is left out), slices, maps with string keys, and
// any, which takes whatever the property resolves to. The tag `cfn:"required"`
// makes leaving a property out an error; `cfn:"a|b"` lists a string's values.
func (s *Stack) Decode(at Location, v any, into any) error {
	v, err := s.shallow(at, v)
	if err != nil {
		return err
	}
	if v == nil || v == (noValue{}) {
		v = map[string]any{}
	}
	return s.decodeStruct(at, v, reflect.ValueOf(into).Elem())
}

// Properties decodes a resource's properties, see [Stack.Decode].
func (s *Stack) Properties(r *Resource, into any) error {
	return s.Decode(s.At(r).Key("Properties"), r.Properties, into)
}

func (s *Stack) decodeStruct(at Location, v any, into reflect.Value) error {
	o, err := object(at, v)
	if err != nil {
		return err
	}
	for _, name := range sortedKeys(o) {
		field, known := into.Type().FieldByName(name)
		if !known {
			return at.Key(name).Unsupported("remove it, or ask for its support", "unknown property")
		}
		if err := s.decodeField(at.Key(name), o[name], field, into.FieldByIndex(field.Index)); err != nil {
			return err
		}
	}
	for i := range into.NumField() {
		field := into.Type().Field(i)
		if field.Tag.Get("cfn") == "required" && into.Field(i).IsZero() {
			return at.Key(field.Name).Invalid("the property is missing or empty")
		}
	}
	return nil
}

func (s *Stack) decodeField(at Location, v any, field reflect.StructField, into reflect.Value) error {
	tag := field.Tag.Get("cfn")
	switch field.Type {
	case ignored:
		return nil
	case refused:
		v, err := s.Resolve(at, v)
		if err == nil && !isEmpty(v) {
			err = at.Unsupported(tag, "the property is not supported")
		}
		return err
	}
	if err := s.decode(at, v, into); err != nil {
		return err
	}
	if strings.Contains(tag, "|") && !into.IsZero() && !slices.Contains(strings.Split(tag, "|"), into.String()) {
		return at.Unsupported("use one of "+strings.ReplaceAll(tag, "|", ", "), "%q is not a value known here", into.String())
	}
	return nil
}

// isEmpty reports whether a property says no more than its absence would.
func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == "" || v == "false"
	case json.Number:
		return v == "0"
	case []any:
		return len(v) == 0
	case map[string]any:
		for _, e := range v {
			if !isEmpty(e) {
				return false
			}
		}
		return true
	}
	return false
}

func (s *Stack) decode(at Location, v any, into reflect.Value) error {
	v, err := s.shallow(at, v)
	if err != nil || v == nil || v == (noValue{}) {
		return err
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return s.decode(at, v, into.Elem())
	case reflect.Struct:
		return s.decodeStruct(at, v, into)
	case reflect.Slice:
		return s.decodeSlice(at, v, into)
	case reflect.Map:
		return s.decodeMap(at, v, into)
	case reflect.Interface:
		whole, err := s.deep(at, v)
		if err == nil {
			into.Set(reflect.ValueOf(whole))
		}
		return err
	default:
		return s.decodeScalar(at, v, into)
	}
}

func (s *Stack) decodeSlice(at Location, v any, into reflect.Value) error {
	list, ok := v.([]any)
	if !ok {
		return at.Invalid("a list is wanted, not %s", describe(v))
	}
	into.Set(reflect.MakeSlice(into.Type(), 0, len(list)))
	for i, e := range list {
		e, err := s.shallow(at.Index(i), e)
		if err != nil {
			return err
		}
		if e == (noValue{}) {
			continue
		}
		element := reflect.New(into.Type().Elem()).Elem()
		if err := s.decode(at.Index(i), e, element); err != nil {
			return err
		}
		into.Set(reflect.Append(into, element))
	}
	return nil
}

func (s *Stack) decodeMap(at Location, v any, into reflect.Value) error {
	o, err := object(at, v)
	if err != nil {
		return err
	}
	into.Set(reflect.MakeMap(into.Type()))
	for _, k := range sortedKeys(o) {
		element := reflect.New(into.Type().Elem()).Elem()
		if err := s.decode(at.Key(k), o[k], element); err != nil {
			return err
		}
		into.SetMapIndex(reflect.ValueOf(k), element)
	}
	return nil
}

// decodeScalar takes "true" for true and "10" for 10, as CloudFormation does.
func (s *Stack) decodeScalar(at Location, v any, into reflect.Value) error {
	text, err := s.text(at, v)
	if err != nil {
		return err
	}
	switch into.Kind() {
	case reflect.String:
		into.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil || len(text) < len("true") {
			return at.Invalid("true or false is wanted, not %s", describe(v))
		}
		into.SetBool(b)
	case reflect.Int:
		i, err := json.Number(text).Int64()
		if err != nil {
			return at.Invalid("a whole number is wanted, not %s", describe(v))
		}
		into.SetInt(i)
	case reflect.Float64:
		f, err := json.Number(text).Float64()
		if err != nil {
			return at.Invalid("a number is wanted, not %s", describe(v))
		}
		into.SetFloat(f)
	}
	return nil
}
