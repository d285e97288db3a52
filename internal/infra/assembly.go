package infra

import (
	"cmp"
	"strings"

	"example.com/privatecdn/internal/assembly"
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
		return r.addTemplate(path, cmp.Or(a.Properties.StackName, a.ID), known(account), known(region))
	})
}

// known returns "" for what CDK leaves open in an environment-agnostic stack.
func known(value string) string {
	if strings.HasPrefix(value, "unknown-") {
		return ""
	}
	return value
}
