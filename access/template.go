package access

import (
	"fmt"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/infra"
)

// ErrNoDistribution says that a template describes no CloudFront distribution.
var ErrNoDistribution = infra.ErrNoDistribution

// Template is a template, read, that [Diff] compares. It cannot be changed and
// is safe for concurrent use.
type Template struct{ infra *infra.Template }

// sole is the name of a stack that is alone. AWS derives names from a stack's,
// which must not make two states of one stack differ.
const sole = "Stack"

// Read reads a template, a cloud assembly's directory (cdk.out) or an
// assembly's manifest.json. values give what the templates leave open: a
// parameter by its name, an import by its export's name.
//
// Errors name the resource and the property, or are the file system's.
func Read(path string, values map[string]string) (*Template, error) {
	return newTemplate(infra.ReadFile(path, options(values)))
}

// Parse reads the text of a template, JSON or YAML. See [Read].
func Parse(text []byte, values map[string]string) (*Template, error) {
	return newTemplate(infra.Read(text, options(values)))
}

// maxBehaviors bounds the behaviors of a distribution that are compared.
// CloudFront's quota is 75.
const maxBehaviors = 300

func newTemplate(tmpl *infra.Template, err error) (*Template, error) {
	if err != nil {
		return nil, err
	}
	for _, d := range tmpl.Distributions {
		if len(d.Behaviors) > maxBehaviors {
			return nil, &Error{Where: d.LogicalID, What: fmt.Sprintf("a distribution has at most %d behaviors", maxBehaviors)}
		}
	}
	return &Template{tmpl}, nil
}

func options(values map[string]string) infra.Options {
	return infra.Options{Stack: sole, StubLambdaEdge: true, Options: cloudformation.Options{Values: values}}
}
