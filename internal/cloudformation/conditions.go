package cloudformation

// conditionFunctions are the functions a condition may be made of.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
var conditionFunctions = []string{"Condition", "Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"}

// ifElse resolves Fn::If to the branch taken; the other one is not looked at.
func (s *Stack) ifElse(at Location, args []any) (any, error) {
	name, ok := args[0].(string)
	if !ok {
		return nil, at.Invalid("Fn::If wants the name of a condition")
	}
	holds, err := s.condition(at, name)
	if holds {
		return args[1], err
	}
	return args[2], err
}

func (s *Stack) condition(at Location, name string) (bool, error) {
	condition, ok := s.Conditions[name]
	if !ok {
		return false, at.Invalid("there is no condition %q", name)
	}
	at = s.section("Conditions").Key(name)
	return once(s, "condition "+name, at, func() (bool, error) { return s.holds(at, condition) })
}

func (s *Stack) holds(at Location, v any) (bool, error) {
	name, arg, ok := single(v)
	if !ok {
		return false, at.Invalid("a condition is one function, not %s", describe(v))
	}
	args, ok := arg.([]any)
	if !ok {
		args = []any{arg}
	}
	switch name {
	case "Fn::And", "Fn::Or":
		for _, arg := range args {
			if holds, err := s.holds(at, arg); err != nil || holds == (name == "Fn::Or") {
				return holds, err
			}
		}
		return name == "Fn::And", nil
	case "Fn::Equals":
		values, err := s.texts(at, args)
		if err != nil {
			return false, err
		}
		if len(values) != 2 {
			return false, at.Invalid("Fn::Equals wants two values")
		}
		return values[0] == values[1], nil
	case "Fn::Not", "Condition":
		if len(args) != 1 {
			return false, at.Invalid("%s wants one condition", name)
		}
		if name == "Fn::Not" {
			holds, err := s.holds(at, args[0])
			return !holds, err
		}
		name, _ := args[0].(string)
		return s.condition(at, name)
	}
	return false, at.Unsupported("use Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition",
		"%s is not a condition function", name)
}
