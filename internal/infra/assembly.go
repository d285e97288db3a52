package infra

import (
	"strings"

	"example.com/privatecdn/internal/assembly"
	"example.com/privatecdn/internal/cloudformation"
)

// addAssembly adds the stacks of an assembly and of those nested in it.
func (r *reader) addAssembly(dir string) error {
	return assembly.Walk(dir, func(a *assembly.Artifact) error {
		if a.Type != assembly.Stack {
			return nil
		}
		path, err := a.File(a.Properties.TemplateFile)
		if err != nil {
			return err
		}
		account, region, _ := strings.Cut(strings.TrimPrefix(a.Environment, "aws://"), "/")
		name := a.Properties.StackName
		if name == "" {
			name = a.ID
		}
		return r.addTemplate(path, name, known(account), known(region))
	})
}

// known returns "" for what CDK leaves open in an environment-agnostic stack.
func known(value string) string {
	if strings.HasPrefix(value, "unknown-") {
		return ""
	}
	return value
}

// parseFile reads a template.
func parseFile(path, stack string) (*cloudformation.Template, error) {
	data, err := assembly.ReadFile(path, cloudformation.MaxSize)
	if err != nil {
		return nil, err
	}
	return cloudformation.Parse(stack, data)
}
