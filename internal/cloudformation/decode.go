package cloudformation

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Ignored is the type of a blank field whose tag lists properties that are known
// and change nothing for whoever decodes them, * for any other. They are not even
// resolved.
type Ignored struct{}

// Refused is the type of a field whose property is known and cannot be
// honored. Its tag says what to do. Left out or empty it does no harm.
type Refused struct{}

// Lenient is the type of a field for a text that may stay unknown. It is then the
// expression that only a deployment can resolve, in JSON.
type Lenient string

// Decode resolves v, an object, and stores its properties in the fields of
// the struct into points to. A field is called exactly as its property; a
// property without a field is an error of kind [ErrUnsupported].
//
// Fields may be strings, booleans, integers, floats, structs, pointers to
// them (nil when the property is left out), slices, and any, which takes
// whatever the property resolves to. The tag `cfn:"required"`
// makes leaving a property out an error; `cfn:"a|b"` lists the values of a
// string or of each of a list's, `cfn:"1..10"` bounds a number. Both may follow
// required and a comma. The method Values of a field's type lists values, too.
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

// Decode decodes the resource's properties, see [Stack.Decode].
func (r *Resource) Decode(into any) error {
	return r.Stack.Decode(r.At().Key("Properties"), r.Properties, into)
}

func (s *Stack) decodeStruct(at Location, v any, into reflect.Value) error {
	o, err := object(at, v)
	if err != nil {
		return err
	}
	unknown := maps.Clone(o)
	for field := range into.Type().Fields() {
		names := field.Name
		if field.Type == reflect.TypeFor[Ignored]() {
			names = field.Tag.Get("cfn")
		}
		for name := range strings.FieldsSeq(names) {
			delete(unknown, name)
			if name == "*" {
				clear(unknown)
			}
		}
	}
	if names := sortedKeys(unknown); len(names) > 0 {
		return at.Key(names[0]).Unsupported("remove it, or ask for its support", "unknown property")
	}
	for field, value := range into.Fields() {
		if err := s.decodeField(at.Key(field.Name), o[field.Name], field, value); err != nil {
			return err
		}
	}
	return nil
}

// rules takes the tag of a field apart.
func rules(field reflect.StructField) (required bool, values string) {
	values, required = strings.CutPrefix(field.Tag.Get("cfn"), "required")
	if listed, ok := reflect.Zero(field.Type).Interface().(interface{ Values() string }); ok {
		return required, listed.Values()
	}
	return required, strings.TrimPrefix(values, ",")
}

func (s *Stack) decodeField(at Location, v any, field reflect.StructField, into reflect.Value) error {
	required, values := rules(field)
	if field.Type == reflect.TypeFor[Refused]() {
		v, err := s.Resolve(at, v)
		if err == nil && !isEmpty(v) {
			err = at.Unsupported(values, "the property is not supported")
		}
		return err
	}
	present, err := s.decode(at, v, into)
	mayBeZero := into.Kind() == reflect.Bool || into.CanInt() || into.CanFloat()
	switch {
	case err != nil:
		return err
	case required && (!present || into.IsZero() && !mayBeZero):
		return at.Invalid("the property is missing or empty")
	case present:
		return check(at, values, into)
	}
	return nil
}

// check compares a value with its rule: a|b for the values of a string or of
// each string of a list, 1..10 for the range of a number.
func check(at Location, rule string, v reflect.Value) error {
	v = reflect.Indirect(v)
	least, most, isRange := strings.Cut(rule, "..")
	switch {
	case rule == "":
	case isRange:
		low, _ := json.Number(least).Float64()
		high, err := json.Number(most).Float64()
		n, _ := json.Number(fmt.Sprint(v.Interface())).Float64()
		if n < low || err == nil && n > high {
			return at.Invalid("%v is not within %s", n, strings.ReplaceAll(rule, "..", " to "))
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			if err := check(at.Index(i), rule, v.Index(i)); err != nil {
				return err
			}
		}
	default:
		text := fmt.Sprint(v.Interface())
		if !v.IsZero() && !slices.Contains(strings.Split(rule, "|"), text) {
			return at.Unsupported("use one of "+strings.ReplaceAll(rule, "|", ", "), "%q is not a supported value", text)
		}
	}
	return nil
}

// isEmpty reports whether a property says no more than its absence would.
func isEmpty(v any) bool {
	if o, ok := v.(map[string]any); ok {
		return !slices.ContainsFunc(slices.Collect(maps.Values(o)), func(e any) bool { return !isEmpty(e) })
	}
	return slices.Contains([]string{"<nil>", "false", "", "0", "[]"}, fmt.Sprint(v))
}

// decode reports whether the value is there, and not AWS::NoValue.
func (s *Stack) decode(at Location, v any, into reflect.Value) (present bool, err error) {
	resolved, err := s.shallow(at, v)
	if into.Type() == reflect.TypeFor[Lenient]() && errors.Is(err, ErrUnresolved) {
		expression, _ := json.Marshal(v) // of what was read from JSON or YAML
		into.SetString(string(expression))
		return true, nil
	}
	if err != nil || resolved == nil || resolved == (noValue{}) {
		return false, err
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return s.decode(at, resolved, into.Elem())
	case reflect.Struct:
		err = s.decodeStruct(at, resolved, into)
	case reflect.Slice:
		err = s.elements(at, resolved, func(at Location, e any) error {
			element := reflect.New(into.Type().Elem()).Elem()
			_, err := s.decode(at, e, element)
			into.Set(reflect.Append(into, element))
			return err
		})
	case reflect.Interface:
		if resolved, err = s.deep(at, resolved); err == nil {
			into.Set(reflect.ValueOf(resolved))
		}
	default:
		err = s.decodeScalar(at, resolved, into)
	}
	return true, err
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
			return at.Invalid("expected true or false, got %s", describe(v))
		}
		into.SetBool(b)
	case reflect.Int:
		i, err := json.Number(text).Int64()
		if err != nil {
			return at.Invalid("expected a whole number, got %s", describe(v))
		}
		into.SetInt(i)
	case reflect.Float64:
		f, err := json.Number(text).Float64()
		if err != nil {
			return at.Invalid("expected a number, got %s", describe(v))
		}
		into.SetFloat(f)
	}
	return nil
}
