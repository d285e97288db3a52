package cloudformation

import (
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// function is an intrinsic function. It returns a value, or something that is to
// be resolved further.
type function struct {
	args int // how many it needs in a list; 0 for one that is no list
	do   func(s *Stack, at Location, args []any) (any, error)
}

// intrinsics are the functions this package resolves.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
var intrinsics map[string]function

func init() { // an initializer would refer to itself
	intrinsics = map[string]function{
		"Ref":                {0, (*Stack).ref},
		"Fn::Base64":         {0, (*Stack).base64},
		"Fn::FindInMap":      {3, (*Stack).findInMap},
		"Fn::GetAtt":         {0, (*Stack).getAtt},
		"Fn::GetStackOutput": {0, (*Stack).getStackOutput},
		"Fn::If":             {3, (*Stack).ifElse},
		"Fn::ImportValue":    {0, (*Stack).importValue},
		"Fn::Join":           {2, (*Stack).join},
		"Fn::Length":         {0, (*Stack).length},
		"Fn::Select":         {2, (*Stack).selectOne},
		"Fn::Split":          {2, (*Stack).split},
		"Fn::Sub":            {0, (*Stack).sub},
		"Fn::ToJsonString":   {0, (*Stack).toJSONString},
	}
}

// call calls an intrinsic function.
func (s *Stack) call(at Location, name string, arg any) (any, error) {
	f, known := intrinsics[name]
	switch {
	case !known:
		return nil, at.Unsupported("put its value in its place, or use one of "+strings.Join(Functions(), ", "),
			"%s is not a supported intrinsic function", name)
	case (name == "Fn::Length" || name == "Fn::ToJsonString") && !s.extended():
		return nil, notExtended(at, name)
	case f.args == 0:
		return f.do(s, at, []any{arg})
	}
	args, err := arguments(at, name, arg, f.args)
	if list, _ := arg.([]any); name == "Fn::FindInMap" && s.extended() && len(list) == 4 {
		args, err = list, nil // with a default
	}
	if err != nil {
		return nil, err
	}
	return f.do(s, at, args)
}

// Functions returns the names of the intrinsic functions that are resolved,
// sorted; those of conditions are among them.
func Functions() []string {
	return slices.Sorted(slices.Values(append(sortedKeys(intrinsics), conditionFunctions...)))
}

func (s *Stack) ref(at Location, args []any) (any, error) {
	name, ok := args[0].(string)
	if !ok {
		return nil, at.Invalid("Ref needs a name")
	}
	if v, ok := s.pseudo(name); ok {
		return v, nil
	}
	if p, ok := s.Parameters[name]; ok {
		return s.parameter(at, name, p)
	}
	if r, ok := s.Resources[name]; ok {
		return s.attributeAt(at, r, "Ref")
	}
	if s.Serverless() {
		return s.made(at, name)
	}
	return nil, at.Invalid("Ref of %q, which is neither a parameter nor a resource of this template", name)
}

// pseudo is the value of a pseudo parameter.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
func (s *Stack) pseudo(name string) (any, bool) {
	partition := s.Partition()
	v, ok := map[string]any{
		"AWS::AccountId":        s.Account,
		"AWS::NoValue":          noValue{},
		"AWS::NotificationARNs": []any{},
		"AWS::Partition":        partition.ID,
		"AWS::Region":           s.Region,
		"AWS::StackId": "arn:" + partition.ID + ":cloudformation:" + s.Region + ":" + s.Account +
			":stack/" + s.Name + "/local",
		"AWS::StackName": s.Name,
		"AWS::URLSuffix": partition.DNSSuffix,
	}[name]
	return v, ok
}

func (s *Stack) getAtt(at Location, args []any) (any, error) {
	var id, name string
	switch arg := args[0].(type) {
	case string:
		id, name, _ = strings.Cut(arg, ".")
	case []any:
		if len(arg) == 2 {
			id, _ = arg[0].(string)
			var err error
			if name, err = s.text(at, arg[1]); err != nil {
				return nil, err
			}
		}
	}
	if id == "" || name == "" {
		return nil, at.Invalid("Fn::GetAtt needs a logical ID and an attribute")
	}
	r, ok := s.Resources[id]
	if !ok && s.Serverless() {
		return s.made(at, id+"."+name)
	}
	if !ok {
		return nil, at.Invalid("Fn::GetAtt of %q, which is not a resource of this template", id)
	}
	return s.attributeAt(at, r, name)
}

// made returns the value given for what SAM makes.
func (s *Stack) made(at Location, name string) (any, error) {
	if v, ok := s.Given(name); ok {
		return v, nil
	}
	return nil, at.Unresolved(name, "%s is made by %s, which is not run", name, serverless)
}

// attributeAt is Attribute for the place at, where one that is not known is
// missed.
func (s *Stack) attributeAt(at Location, r *Resource, name string) (any, error) {
	v, err := r.Attribute(name)
	var unknown *Error
	if errors.As(err, &unknown) && unknown.Kind == ErrUnresolved && unknown.Where == r.At().String() {
		missed := *unknown
		missed.Where = at.String()
		return nil, &missed
	}
	return v, err
}

func (s *Stack) base64(at Location, args []any) (any, error) {
	text, err := s.text(at, args[0])
	return base64.StdEncoding.EncodeToString([]byte(text)), err
}

func (s *Stack) join(at Location, args []any) (any, error) {
	parts, err := s.texts(at, args[1])
	if err != nil {
		return nil, err
	}
	separator, ok := args[0].(string)
	if !ok {
		return nil, at.Invalid("Fn::Join needs a text to put between")
	}
	if len(separator)*len(parts) > maxText {
		return nil, tooLong(at)
	}
	return strings.Join(parts, separator), nil
}

func (s *Stack) split(at Location, args []any) (any, error) {
	separator, _ := args[0].(string)
	text, err := s.text(at, args[1])
	if err != nil {
		return nil, err
	}
	if separator == "" {
		return nil, at.Invalid("Fn::Split needs a text to split at")
	}
	if err := s.spend(at, nodeSize*strings.Count(text, separator)); err != nil {
		return nil, err
	}
	list := []any{}
	for part := range strings.SplitSeq(text, separator) {
		list = append(list, part)
	}
	return list, nil
}

func (s *Stack) selectOne(at Location, args []any) (any, error) {
	text, err := s.text(at, args[0])
	if err != nil {
		return nil, err
	}
	list, err := s.list(at, args[1])
	if err != nil {
		return nil, err
	}
	i, err := strconv.Atoi(text)
	if err != nil || i < 0 || i >= len(list) {
		return nil, at.Invalid("Fn::Select of element %q of a list of %d", text, len(list))
	}
	return list[i], nil
}

func (s *Stack) findInMap(at Location, args []any) (any, error) {
	names, err := s.texts(at, args[:3])
	if err != nil {
		return nil, err
	}
	if len(names) != 3 {
		return nil, at.Invalid("Fn::FindInMap needs three names")
	}
	first, _ := s.Mappings[names[0]].(map[string]any)
	second, _ := first[names[1]].(map[string]any)
	v, ok := second[names[2]]
	if !ok && len(args) == 4 {
		otherwise, err := object(at, args[3])
		return otherwise["DefaultValue"], err
	}
	if !ok {
		return nil, at.Invalid("there is no %s in Mappings", strings.Join(names, "."))
	}
	if name, _, ok := intrinsic(v); ok {
		return nil, at.Invalid("%s is in Mappings, where only plain values may be", name)
	}
	return v, nil
}

func arguments(at Location, function string, arg any, n int) ([]any, error) {
	list, ok := arg.([]any)
	if !ok || len(list) != n {
		return nil, at.Invalid("%s needs a list of %d", function, n)
	}
	return list, nil
}
