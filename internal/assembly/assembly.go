// Package assembly reads a cloud assembly, which `cdk synth` writes: its
// stacks' artifacts and what constructs have said about themselves.
// https://github.com/aws/aws-cdk-cli/tree/main/packages/%40aws-cdk/cloud-assembly-schema
package assembly

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/wholefile"
)

// Manifest is the name of an assembly's manifest.
const Manifest = "manifest.json"

// The types of an [Artifact] that are read.
const (
	Stack  = "aws:cloudformation:stack"
	nested = "cdk:cloud-assembly"
)

const (
	maxManifest = 64 << 20 // bytes; CDK writes less than a tenth of it for an app of a hundred stacks
	maxDepth    = 10       // of nested assemblies, which a symbolic link could make endless
)

// ErrInvalid is the kind of an assembly that cannot be read.
var ErrInvalid = errors.New("not a cloud assembly")

// Artifact is one artifact of an assembly.
type Artifact struct {
	ID          string `json:"-"`
	Dir         string `json:"-"` // in which its files lie
	Type        string
	Environment string // aws://ACCOUNT/REGION
	Metadata    Metadata
	MoreIn      string `json:"additionalMetadataFile"`
	Properties  struct {
		TemplateFile  string
		StackName     string
		DirectoryName string // of a nested assembly
	}
}

// Metadata is what constructs have said about themselves, by path.
type Metadata map[string][]struct {
	Type string
	Data any
}

// Walk visits the artifacts of the assembly in dir by name, and those of the
// assemblies nested in it, which CDK makes of stages. Its errors are of the
// kind ErrInvalid, the file system's, or visit's.
func Walk(dir string, visit func(*Artifact) error) error { return walk(dir, visit, 0) }

func walk(dir string, visit func(*Artifact) error, depth int) error {
	path := filepath.Join(dir, Manifest)
	if depth > maxDepth {
		return invalid(path, "the assemblies in it are nested too deep")
	}
	var m struct{ Artifacts map[string]*Artifact }
	if err := readJSON(path, &m); err != nil {
		return err
	}
	if m.Artifacts == nil {
		return invalid(path, "it is not a manifest of a cloud assembly")
	}
	for _, id := range slices.Sorted(maps.Keys(m.Artifacts)) {
		a := m.Artifacts[id]
		if a == nil {
			return invalid(path, "the artifact "+fault.Quote(id)+" is empty")
		}
		a.ID, a.Dir = id, dir
		if a.MoreIn != "" {
			more, err := a.File(a.MoreIn)
			if err == nil {
				err = readJSON(more, &a.Metadata)
			}
			if err != nil {
				return err
			}
		}
		if err := visit(a); err != nil {
			return err
		}
		if a.Type != nested {
			continue
		}
		inner, err := a.File(a.Properties.DirectoryName)
		if err == nil {
			err = walk(inner, visit, depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// File returns the path of a file of the artifact, which lies in the assembly.
func (a *Artifact) File(name string) (string, error) {
	if !filepath.IsLocal(name) || filepath.Clean(name) == "." {
		return "", invalid(filepath.Join(a.Dir, Manifest), "a file of "+fault.Quote(a.ID)+" lies outside of it")
	}
	return filepath.Join(a.Dir, name), nil
}

func readJSON(path string, into any) error {
	data, err := wholefile.Read(path, maxManifest)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return invalid(path, "the file does not exist")
	case err != nil:
		return err
	case json.Unmarshal(data, into) != nil:
		return invalid(path, "it is not JSON of a cloud assembly")
	}
	return nil
}

func invalid(path, what string) error {
	return &fault.Error{Kind: ErrInvalid, Where: path, What: what,
		Remedy: "give a template, or the directory that `cdk synth` wrote"}
}
