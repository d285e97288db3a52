package infra

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"example.com/privatecdn/internal/cloudformation"
)

const manifestFile = "manifest.json"

// maxManifest bounds the size of a manifest, in bytes. CDK writes less than a
// tenth of it for an app of a hundred stacks.
const maxManifest = 64 << 20

// manifest is what of a cloud assembly's manifest.json is read.
// https://github.com/aws/aws-cdk-cli/tree/main/packages/%40aws-cdk/cloud-assembly-schema
type manifest struct {
	Artifacts map[string]struct {
		Type        string `json:"type"`
		Environment string `json:"environment"` // aws://ACCOUNT/REGION
		Properties  struct {
			TemplateFile  string `json:"templateFile"`
			StackName     string `json:"stackName"`
			DirectoryName string `json:"directoryName"`
		} `json:"properties"`
	} `json:"artifacts"`
}

// addAssembly adds the stacks of an assembly and of the assemblies nested in
// it, which CDK makes of stages.
func (r *reader) addAssembly(path string) error {
	data, err := readAtMost(path, maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return notAnAssembly(path, "there is no "+manifestFile+" in this directory")
	}
	if err != nil {
		return err
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil || m.Artifacts == nil {
		return notAnAssembly(path, "it is no manifest of a cloud assembly")
	}
	for _, name := range slices.Sorted(maps.Keys(m.Artifacts)) {
		a := m.Artifacts[name]
		switch a.Type {
		case "aws:cloudformation:stack":
			err = r.addStack(filepath.Dir(path), name, a.Environment, a.Properties.StackName, a.Properties.TemplateFile)
		case "cdk:cloud-assembly":
			err = r.addNestedAssembly(path, a.Properties.DirectoryName)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) addNestedAssembly(path, directory string) error {
	if !filepath.IsLocal(directory) || filepath.Clean(directory) == "." {
		return notAnAssembly(path, "a nested assembly lies outside of it")
	}
	return r.addAssembly(filepath.Join(filepath.Dir(path), directory, manifestFile))
}

func (r *reader) addStack(dir, id, environment, name, file string) error {
	if name == "" {
		name = id
	}
	if !filepath.IsLocal(file) {
		return notAnAssembly(filepath.Join(dir, manifestFile), "the template of stack "+name+" lies outside of it")
	}
	data, err := readAtMost(filepath.Join(dir, file), cloudformation.MaxSize)
	if err != nil {
		return err
	}
	t, err := cloudformation.Parse(name, data)
	if err != nil {
		return err
	}
	account, region, _ := strings.Cut(strings.TrimPrefix(environment, "aws://"), "/")
	return r.addNestedStacks(r.app.Add(name, known(account), known(region), t), dir)
}

// known is "" for what CDK leaves open in an environment-agnostic stack.
func known(value string) string {
	if strings.HasPrefix(value, "unknown-") {
		return ""
	}
	return value
}

func notAnAssembly(path, problem string) error {
	return cloudformation.Location{Stack: path}.Errorf(cloudformation.ErrSyntax,
		"give a template, or the directory that `cdk synth` wrote", "%s", problem)
}
