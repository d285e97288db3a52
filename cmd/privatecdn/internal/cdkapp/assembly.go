package cdkapp

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// manifest is as much of a cloud assembly's manifest.json as is needed here.
// https://docs.aws.amazon.com/cdk/v2/guide/deploy.html
type manifest struct {
	Artifacts map[string]artifact `json:"artifacts"`
}

type artifact struct {
	Type       string   `json:"type"`
	Metadata   metadata `json:"metadata"`
	MoreIn     string   `json:"additionalMetadataFile"`
	Properties struct {
		Directory string `json:"directoryName"` // of a nested assembly
	} `json:"properties"`
}

// metadata is what constructs have said about themselves, by path.
type metadata map[string][]struct {
	Type string `json:"type"`
	Data any    `json:"data"`
}

// errAnnotated says that constructs have reported errors.
var errAnnotated = errors.New("the app does not synthesize")

// annotated returns the errors that constructs have left in the assembly as
// annotations: the app ends well with them, and it is `cdk synth` that fails.
func annotated(dir string) error {
	said, err := annotations(dir)
	if err != nil || len(said) == 0 {
		return err
	}
	slices.Sort(said)
	return fmt.Errorf("%w:\n%s", errAnnotated, strings.Join(said, "\n"))
}

func annotations(dir string) ([]string, error) {
	var m manifest
	if err := readJSON(filepath.Join(dir, "manifest.json"), &m); err != nil {
		return nil, fmt.Errorf("the app wrote no cloud assembly: %w", err)
	}
	var said []string
	for _, a := range m.Artifacts {
		if a.MoreIn != "" {
			if err := readJSON(filepath.Join(dir, a.MoreIn), &a.Metadata); err != nil {
				return nil, err
			}
		}
		for path, entries := range a.Metadata {
			for _, e := range entries {
				if e.Type == "aws:cdk:error" {
					said = append(said, fmt.Sprintf("[%s] %v", path, e.Data))
				}
			}
		}
		if a.Type == "cdk:cloud-assembly" {
			nested, err := annotations(filepath.Join(dir, a.Properties.Directory))
			if err != nil {
				return nil, err
			}
			said = append(said, nested...)
		}
	}
	return said, nil
}
