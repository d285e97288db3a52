package cdkapp

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/privatecdn/internal/assembly"
)

// errAnnotated says that constructs have reported errors.
var errAnnotated = errors.New("synthesis failed")

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
	var said []string
	err := assembly.Walk(dir, func(a *assembly.Artifact) error {
		for path, entries := range a.Metadata {
			for _, e := range entries {
				if e.Type == "aws:cdk:error" {
					said = append(said, fmt.Sprintf("[%s] %v", path, e.Data))
				}
			}
		}
		return nil
	})
	if errors.Is(err, assembly.ErrInvalid) {
		err = fmt.Errorf("the app did not write a cloud assembly: %w", err)
	}
	return said, err
}
