package cdkapp

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/privatecdn/internal/assembly"
)

// annotated returns the errors that constructs have left in the assembly as
// annotations: the app ends well with them, and it is `cdk synth` that fails.
func annotated(dir string) error {
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
	switch {
	case errors.Is(err, assembly.ErrInvalid):
		return fmt.Errorf("the app did not write a cloud assembly: %w", err)
	case err == nil && len(said) > 0:
		slices.Sort(said)
		return fmt.Errorf("synthesis failed:\n%s", strings.Join(said, "\n"))
	}
	return err
}
