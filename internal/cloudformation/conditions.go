package cloudformation

// conditionFunctions are the functions a condition may be made of.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
var conditionFunctions map[string]func(s *Stack, at Location, args []any) (bool, error)

func init() { // an initializer would refer to itself
	conditionFunctions = map[string]func(s *Stack, at Location, args []any) (bool, error){
		"Condition":  (*Stack).named,
		"Fn::And":    (*Stack).and,
		"Fn::Equals": (*Stack).equals,
		"Fn::Not":    (*Stack).not,
		"Fn::Or":     (*Stack).or,
	}
}

// ifElse resolves Fn::If to the branch taken; the other one is not looked at.
func (s *Stack) ifElse(at Location, arg any) (any, error) {
	args, err := arguments(at, "Fn::If", arg, 3)
	if err != nil {
		return nil, err
	}
	name, ok := args[0].(string)
	if !ok {
		return nil, at.Invalid("Fn::If wants the name of a condition")
	}
	holds, err := s.condition(at, name)
	if err != nil {
		return nil, err
	}
	if holds {
		return args[1], nil
	}
	return args[2], nil
}

func (s *Stack) condition(at Location, name string) (bool, error) {
	condition, ok := s.Conditions[name]
	if !ok {
		return false, at.Invalid("there is no condition %q", name)
	}
	at = (Location{Stack: s.Name, Path: "Conditions"}).Key(name)
	v, err := s.once("condition "+name, at, func() (any, error) { return s.holds(at, condition) })
	holds, _ := v.(bool)
	return holds, err
}

func (s *Stack) holds(at Location, v any) (bool, error) {
	o, _ := v.(map[string]any)
	if len(o) != 1 {
		return false, at.Invalid("a condition is one function, not %s", describe(v))
	}
	var name string
	var arg any
	for name, arg = range o {
	}
	f, ok := conditionFunctions[name]
	if !ok {
		return false, at.Unsupported("use Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition", "%s is not a condition function", name)
	}
	args, ok := arg.([]any)
	if !ok {
		args = []any{arg}
	}
	return f(s, at, args)
}

func (s *Stack) named(at Location, args []any) (bool, error) {
	if len(args) != 1 {
		return false, at.Invalid("Condition wants the name of one condition")
	}
	name, _ := args[0].(string)
	return s.condition(at, name)
}

func (s *Stack) equals(at Location, args []any) (bool, error) {
	values, err := s.texts(at, args)
	if err != nil {
		return false, err
	}
	if len(values) != 2 {
		return false, at.Invalid("Fn::Equals wants two values")
	}
	return values[0] == values[1], nil
}

func (s *Stack) not(at Location, args []any) (bool, error) {
	if len(args) != 1 {
		return false, at.Invalid("Fn::Not wants one condition")
	}
	holds, err := s.holds(at, args[0])
	return !holds, err
}

func (s *Stack) and(at Location, args []any) (bool, error) {
	return s.all(at, args, true)
}

func (s *Stack) or(at Location, args []any) (bool, error) {
	found, err := s.all(at, args, false)
	return !found, err
}

// all reports whether every condition of args is want.
func (s *Stack) all(at Location, args []any, want bool) (bool, error) {
	for _, arg := range args {
		if holds, err := s.holds(at, arg); err != nil || holds != want {
			return false, err
		}
	}
	return true, nil
}
