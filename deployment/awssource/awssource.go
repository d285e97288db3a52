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
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
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

// ParameterClient is what Parameter needs; *ssm.Client is one.
type ParameterClient interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
}

// Parameter is the document in a Systems Manager parameter, named by its name
// or ARN. It takes ssm:GetParameter on it. A parameter that is not there is
// deployment.ErrNotFound.
func Parameter(client ParameterClient, name string) deployment.Source {
	return parameter{client, name}
}

type parameter struct {
	client ParameterClient
	name   string
}

// String names the source in messages.
func (p parameter) String() string { return "ssm:" + p.name }

// Load implements deployment.Source.
func (p parameter) Load(ctx context.Context) (*deployment.Deployment, error) {
	out, err := p.client.GetParameter(ctx, &ssm.GetParameterInput{Name: &p.name, WithDecryption: aws.Bool(true)})
	var missing *ssmtypes.ParameterNotFound
	if errors.As(err, &missing) {
		return nil, &deployment.Error{
			Kind: errors.Join(deployment.ErrNotFound, err), What: "there is no parameter " + p.name,
			Remedy: "give the stack's output DeploymentParameter, and the account and region it is in",
		}
	}
	if err != nil {
		return nil, awsfault.Explain(err, p.String(), "ssm:GetParameter")
	}
	return parse(p, aws.ToString(out.Parameter.Value))
}

// StackClient is what Stack needs; *cloudformation.Client is one.
type StackClient interface {
	DescribeStacks(context.Context, *cloudformation.DescribeStacksInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error)
}

// Stack is the document in the outputs of a CloudFormation stack, named by its
// name or ARN: the output Deployment or, where there is none, the only one
// whose name ends so. It takes cloudformation:DescribeStacks. A stack or an
// output that is not there is deployment.ErrNotFound.
func Stack(client StackClient, name string) deployment.Source {
	return stack{client, name}
}

type stack struct {
	client StackClient
	name   string
}

// String names the source in messages.
func (s stack) String() string { return "stack:" + s.name }

// Load implements deployment.Source.
func (s stack) Load(ctx context.Context) (*deployment.Deployment, error) {
	out, err := s.client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &s.name})
	var api smithy.APIError
	switch {
	case errors.As(err, &api) && api.ErrorCode() == "ValidationError": // CloudFormation has no type of its own for it
		return nil, noStack(s.name, err)
	case err != nil:
		return nil, awsfault.Explain(err, s.String(), "cloudformation:DescribeStacks")
	case len(out.Stacks) == 0:
		return nil, s.noOutput(0)
	}
	return s.fromOutputs(out.Stacks[0].Outputs)
}

func noStack(name string, err error) error {
	return &deployment.Error{
		Kind: errors.Join(deployment.ErrNotFound, err), What: "there is no stack " + name,
		Remedy: "give the stack's name as `cdk list` shows it, and the account and region it is in",
	}
}

// TemplateClient is what Template needs; *cloudformation.Client is one.
type TemplateClient interface {
	GetTemplate(context.Context, *cloudformation.GetTemplateInput,
		...func(*cloudformation.Options)) (*cloudformation.GetTemplateOutput, error)
}

// Template returns the template of a deployed stack, named by its name or ARN.
// It needs cloudformation:GetTemplate. If there is no such stack, the error is
// deployment.ErrNotFound.
func Template(ctx context.Context, client TemplateClient, name string) ([]byte, error) {
	out, err := client.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &name})
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "ValidationError" {
		return nil, noStack(name, err)
	}
	if err != nil {
		return nil, awsfault.Explain(err, "stack:"+name, "cloudformation:GetTemplate")
	}
	return []byte(aws.ToString(out.TemplateBody)), nil
}

const outputName = "Deployment"

func (s stack) fromOutputs(outputs []cfntypes.Output) (*deployment.Deployment, error) {
	var candidates []string
	for _, o := range outputs {
		key := aws.ToString(o.OutputKey)
		if key == outputName {
			return parse(s, aws.ToString(o.OutputValue))
		}
		if strings.HasSuffix(key, outputName) {
			candidates = append(candidates, aws.ToString(o.OutputValue))
		}
	}
	if len(candidates) != 1 {
		return nil, s.noOutput(len(candidates))
	}
	return parse(s, candidates[0])
}

func (s stack) noOutput(found int) error {
	return &deployment.Error{
		Kind:   deployment.ErrNotFound,
		What:   fmt.Sprintf("the stack %s has %d outputs whose names end in %s, and one is needed", s.name, found, outputName),
		Remedy: "give the SSM parameter of the distribution that is meant, as ssm:NAME",
	}
}

func parse(source fmt.Stringer, text string) (*deployment.Deployment, error) {
	d, err := deployment.Parse([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	return d, nil
}
