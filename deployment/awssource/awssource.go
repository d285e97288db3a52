// Package awssource reads a deployment document from where the stack puts it:
// a Systems Manager parameter, or the stack's outputs.
//
//	source := awssource.Parameter(ssm.NewFromConfig(cfg), "/privatecdn/PrivateCdn/Media")
//	d, err := source.Load(ctx)
package awssource

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/awsfault"
	"example.com/privatecdn/internal/awsname"
)

// Open returns the source that ref names: ssm:NAME, stack:NAME, or a file. AWS is
// reached with the settings that AWS's tools use, in the region of an ARN if NAME
// is one.
func Open(ctx context.Context, ref string) (deployment.Source, error) {
	kind, name, _ := strings.Cut(ref, ":")
	if kind != "ssm" && kind != "stack" {
		return deployment.File(ref), nil
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(awsname.ARNRegion(name)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	if kind == "ssm" {
		return Parameter(ssm.NewFromConfig(cfg), name), nil
	}
	return Stack(cloudformation.NewFromConfig(cfg), name), nil
}

// source is a document in AWS.
type source struct {
	name string
	text func(context.Context) (string, error)
}

// String names the source in messages.
func (s source) String() string { return s.name }

// Load implements deployment.Source.
func (s source) Load(ctx context.Context) (*deployment.Deployment, error) {
	text, err := s.text(ctx)
	if err != nil {
		return nil, err
	}
	d, err := deployment.Parse([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	return d, nil
}

// ParameterClient is what Parameter needs; *ssm.Client is one.
type ParameterClient interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
}

// Parameter returns the source of the document in a Systems Manager parameter,
// named by its name or ARN. It needs ssm:GetParameter on it. A missing parameter
// is deployment.ErrNotFound.
func Parameter(client ParameterClient, name string) deployment.Source {
	return source{"ssm:" + name, func(ctx context.Context) (string, error) {
		out, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
		if _, missing := errors.AsType[*ssmtypes.ParameterNotFound](err); missing {
			return "", notFound(err, "there is no parameter "+name,
				"give the stack's output DeploymentParameter, and the account and region it is in")
		}
		if err != nil {
			return "", awsfault.Explain(err, "ssm:"+name, "ssm:GetParameter")
		}
		return aws.ToString(out.Parameter.Value), nil
	}}
}

// StackClient is what Stack needs; *cloudformation.Client is one.
type StackClient interface {
	DescribeStacks(context.Context, *cloudformation.DescribeStacksInput,
		...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error)
}

const outputName = "Deployment"

// Stack returns the source of the document in the outputs of a CloudFormation
// stack, named by its name or ARN: the output Deployment or, where there is none,
// the only one whose name ends so. It needs cloudformation:DescribeStacks. A
// missing stack or output is deployment.ErrNotFound.
func Stack(client StackClient, name string) deployment.Source {
	return source{"stack:" + name, func(ctx context.Context) (string, error) {
		out, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
		if err != nil {
			return "", explain(err, name, "cloudformation:DescribeStacks")
		}
		var candidates []string
		for _, stack := range out.Stacks {
			for _, o := range stack.Outputs {
				key, value := aws.ToString(o.OutputKey), aws.ToString(o.OutputValue)
				if key == outputName {
					return value, nil
				}
				if strings.HasSuffix(key, outputName) {
					candidates = append(candidates, value)
				}
			}
		}
		if len(candidates) == 1 {
			return candidates[0], nil
		}
		return "", notFound(nil, fmt.Sprintf("the stack %s has %d outputs whose names end in %s, and one is needed",
			name, len(candidates), outputName), "give the SSM parameter of the distribution that is meant, as ssm:NAME")
	}}
}

// TemplateClient is what Template needs; *cloudformation.Client is one.
type TemplateClient interface {
	GetTemplate(context.Context, *cloudformation.GetTemplateInput,
		...func(*cloudformation.Options)) (*cloudformation.GetTemplateOutput, error)
}

// Template returns the template of a deployed stack, named by its name or ARN.
// It needs cloudformation:GetTemplate. A missing stack is deployment.ErrNotFound.
func Template(ctx context.Context, client TemplateClient, name string) ([]byte, error) {
	out, err := client.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &name})
	if err != nil {
		return nil, explain(err, name, "cloudformation:GetTemplate")
	}
	return []byte(aws.ToString(out.TemplateBody)), nil
}

// explain returns CloudFormation's error about a stack: it has no type of its own
// for one that does not exist.
func explain(err error, name, action string) error {
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() == "ValidationError" {
		return notFound(err, "there is no stack "+name,
			"give the stack's name as `cdk list` shows it, and the account and region it is in")
	}
	return awsfault.Explain(err, "stack:"+name, action)
}

func notFound(err error, what, remedy string) error {
	return &deployment.Error{Kind: errors.Join(deployment.ErrNotFound, err), What: what, Remedy: remedy}
}
