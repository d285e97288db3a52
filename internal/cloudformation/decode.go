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
// and change nothing for whoever decodes them. They are not even resolved.
type Ignored struct{}

// Refused is the type of a field whose property is known and cannot be
// honored. Its tag says what to do. Left out or empty it does no harm.
type Refused struct{}

// Lenient is the type of a field for a text that may stay unknown. It is then the
// expression that only a deployment can resolve, in JSON.
type Lenient string

var (
	ignored = reflect.TypeFor[Ignored]()
	lenient = reflect.TypeFor[Lenient]()
	refused = reflect.TypeFor[Refused]()
)

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

// Properties decodes a resource's properties, see [Stack.Decode].
func (s *Stack) Properties(r *Resource, into any) error {
	return s.Decode(s.At(r).Key("Properties"), r.Properties, into)
}

func (s *Stack) decodeStruct(at Location, v any, into reflect.Value) error {
	o, err := object(at, v)
	if err != nil {
		return err
	}
	present := map[string]bool{}
	for _, name := range sortedKeys(o) {
		if ignores(into.Type(), name) {
			continue
		}
		field, known := into.Type().FieldByName(name)
		if !known {
			return at.Key(name).Unsupported("remove it, or ask for its support", "unknown property")
		}
		var err error
		present[name], err = s.decodeField(at.Key(name), o[name], field, into.FieldByIndex(field.Index))
		if err != nil {
			return err
		}
	}
	for i := range into.NumField() {
		field, value := into.Type().Field(i), into.Field(i)
		required, _ := rules(field)
		kind := value.Kind()
		empty := value.IsZero() && kind != reflect.Bool && kind != reflect.Int && kind != reflect.Float64
		if required && (empty || !present[field.Name]) {
			return at.Key(field.Name).Invalid("the property is missing or empty")
		}
	}
	return nil
}

// ignores reports whether an [Ignored] field of a struct lists the property.
func ignores(t reflect.Type, name string) bool {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type == ignored && slices.Contains(strings.Fields(f.Tag.Get("cfn")), name) {
			return true
		}
	}
	return false
}

// rules takes the tag of a field apart.
func rules(field reflect.StructField) (required bool, values string) {
	values, required = strings.CutPrefix(field.Tag.Get("cfn"), "required")
	if listed, ok := reflect.Zero(field.Type).Interface().(interface{ Values() string }); ok {
		return required, listed.Values()
	}
	return required, strings.TrimPrefix(values, ",")
}

// decodeField reports whether the property is there, and not AWS::NoValue.
func (s *Stack) decodeField(at Location, v any, field reflect.StructField, into reflect.Value) (
	present bool, err error) {
	_, values := rules(field)
	if field.Type == lenient {
		if _, err := s.Resolve(at, v); errors.Is(err, ErrUnresolved) {
			expression, _ := json.Marshal(v) // of what was read from JSON or YAML
			into.SetString(string(expression))
			return true, nil
		}
	}
	if field.Type == refused {
		v, err := s.Resolve(at, v)
		if err == nil && !isEmpty(v) {
			err = at.Unsupported(values, "the property is not supported")
		}
		return true, err
	}
	if v, err = s.shallow(at, v); err != nil || v == nil || v == (noValue{}) {
		return false, err
	}
	if err := s.decode(at, v, into); err != nil {
		return true, err
	}
	return true, check(at, values, into)
}

// check compares a value with its rule: a|b for the values of a string or of
// each string of a list, 1..10 for the range of a number.
func check(at Location, rule string, v reflect.Value) error {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	least, most, isRange := strings.Cut(rule, "..")
	switch {
	case rule == "":
	case isRange:
		low, _ := strconv.ParseFloat(least, 64)
		high, err := strconv.ParseFloat(most, 64)
		n, _ := strconv.ParseFloat(fmt.Sprint(v.Interface()), 64)
		if n < low || err == nil && n > high {
			return at.Invalid("%v is not within %s", n, strings.Replace(rule, "..", " to ", 1))
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
		return at.Invalid("expected a list, got %s", describe(v))
	}
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
