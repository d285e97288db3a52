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

func (s *Stack) condition(at Location, name string) (holds bool, err error) {
	condition, ok := s.Conditions[name]
	if !ok {
		return holds, at.Invalid("there is no condition %q", name)
	}
	at = s.section("Conditions").Key(name)
	return once(s, "condition "+name, at, func() (bool, error) { return s.holds(at, condition) })
}

func (s *Stack) holds(at Location, v any) (holds bool, err error) {
	name, arg, ok := single(v)
	if !ok {
		return holds, at.Invalid("a condition is one function, not %s", describe(v))
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
		if err == nil && len(values) != 2 {
			err = at.Invalid("Fn::Equals wants two values")
		}
		return err == nil && values[0] == values[1], err
	case "Fn::Not", "Condition":
		if len(args) != 1 {
			return holds, at.Invalid("%s wants one condition", name)
		}
		if name == "Fn::Not" {
			holds, err := s.holds(at, args[0])
			return !holds, err
		}
		name, _ := args[0].(string)
		return s.condition(at, name)
	}
	return holds, at.Unsupported("use Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition",
		"%s is not a condition function", name)
}
