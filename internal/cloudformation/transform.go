package cloudformation

import (
	"slices"
	"strings"
)

// Processed is what to do about a transform that is not run.
const Processed = "give the template as the transform leaves it: " +
	"`aws cloudformation get-template --template-stage Processed`, or `stack:NAME`"

const (
	serverless         = "AWS::Serverless-2016-10-31"
	languageExtensions = "AWS::LanguageExtensions"
)

// transforms are those of AWS that change nothing of the resources that stand
// in the template already. Any other macro may rewrite the whole template.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-reference.html
func transforms(at Location, v any) ([]string, error) {
	list, ok := v.([]any)
	if !ok && v != nil {
		list = []any{v}
	}
	var names []string
	for _, e := range list {
		name, ok := e.(string)
		known := name == serverless || name == languageExtensions || name == "AWS::CodeDeployBlueGreen" ||
			strings.HasPrefix(name, "AWS::SecretsManager-")
		if !ok || !known {
			return nil, at.Unsupported(Processed, "the macro %q is not run", name)
		}
		names = append(names, name)
	}
	return names, nil
}

// Serverless reports whether the AWS Serverless Application Model makes
// resources of the template that do not stand in it.
func (t *Template) Serverless() bool { return slices.Contains(t.Transforms, serverless) }

func (t *Template) extended() bool { return slices.Contains(t.Transforms, languageExtensions) }
