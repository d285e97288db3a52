package cloudformation

// importValue finds the export among the app's stacks, else in the values
// given.
func (s *Stack) importValue(at Location, args []any) (any, error) {
	name, err := s.text(at, args[0])
	if err != nil {
		return nil, err
	}
	if v, ok := s.Given(name); ok {
		return v, nil
	}
	for _, other := range s.app.stacks {
		if other.Region != s.Region || other.Account != s.Account {
			continue
		}
		for _, id := range sortedKeys(other.Outputs) {
			expression := other.Outputs[id].Export
			if expression == nil {
				continue
			}
			at := other.section("Outputs").Key(id).Key("Export.Name")
			export, err := once(other, "export "+id, at, func() (string, error) { return other.text(at, expression) })
			if err != nil {
				return nil, err
			}
			if export == name {
				v, _, err := other.Output(id)
				return v, err
			}
		}
	}
	return nil, at.Unresolved(name, "no stack given exports %q", name)
}

// getStackOutput finds an output of another stack by the stack's name.
// docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
func (s *Stack) getStackOutput(at Location, args []any) (any, error) {
	var of struct {
		StackName  string `cfn:"required"`
		OutputName string `cfn:"required"`
		Region     string
		_          Ignored `cfn:"RoleArn"`
	}
	if err := s.Decode(at, args[0], &of); err != nil {
		return nil, err
	}
	name := of.StackName + "." + of.OutputName
	if v, ok := s.Given(name); ok {
		return v, nil
	}
	for _, other := range s.app.stacks {
		if other.Name == of.StackName && (of.Region == "" || of.Region == other.Region) {
			v, ok, err := other.Output(of.OutputName)
			if err == nil && !ok {
				err = at.Invalid("the condition of output %s of stack %s is false", of.OutputName, of.StackName)
			}
			return v, err
		}
	}
	return nil, at.Unresolved(name, "the stack %s is not among those given", of.StackName)
}
