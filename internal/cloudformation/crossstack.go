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
		output, err := other.exported(name)
		if err != nil {
			return nil, err
		}
		if output != "" {
			v, _, err := other.Output(output)
			return v, err
		}
	}
	return nil, at.Unresolved(name, "no stack given exports %q", name)
}

// exported returns the name of the output exported as name, "" when there is
// none.
func (s *Stack) exported(name string) (string, error) {
	for _, output := range sortedKeys(s.Outputs) {
		out := s.Outputs[output]
		if out.Export == nil {
			continue
		}
		at := (Location{Stack: s.Name, Path: "Outputs"}).Key(output).Key("Export.Name")
		export, err := s.once("export "+output, at, func() (any, error) { return s.text(at, out.Export) })
		if err != nil {
			return "", err
		}
		if export == name {
			return output, nil
		}
	}
	return "", nil
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
