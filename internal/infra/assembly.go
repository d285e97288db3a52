package infra

import (
	"cmp"
	"strings"

	"example.com/privatecdn/internal/assembly"
	"example.com/privatecdn/internal/fault"
)

// addAssembly adds the stacks of an assembly and of those nested in it.
func (r *reader) addAssembly(dir string) error {
	err := assembly.Walk(dir, func(a *assembly.Artifact) error {
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
	if err == nil && len(r.app.Stacks()) == 0 {
		err = &fault.Error{Kind: ErrNoDistribution, Where: dir, What: "the assembly has no stack",
			Remedy: "give the directory that `cdk synth` wrote for the stack that has the distribution"}
	}
	return err
}

// known returns "" for what CDK leaves open in an environment-agnostic stack.
func known(value string) string {
	if strings.HasPrefix(value, "unknown-") {
		return ""
	}
	return value
}
