package awsuri

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// The operations of AWS that the tool calls, without their clients: a client
// that is handed over as an interface brings all its other operations into the
// program, about 90 of CloudFormation's and 150 of SSM's.
type (
	operation[I, O, P any] func(context.Context, *I, ...func(*P)) (*O, error)

	getParameter operation[ssm.GetParameterInput, ssm.GetParameterOutput, ssm.Options]
	putParameter operation[ssm.PutParameterInput, ssm.PutParameterOutput, ssm.Options]

	describeStacks operation[
		cloudformation.DescribeStacksInput, cloudformation.DescribeStacksOutput, cloudformation.Options]
)

// DescribeStacks implements awssource.StackClient.
func (f describeStacks) DescribeStacks(ctx context.Context, in *cloudformation.DescribeStacksInput,
	o ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	return f(ctx, in, o...)
}

// GetParameter implements awssource.ParameterClient and awsstore.ParameterGetter.
func (f getParameter) GetParameter(ctx context.Context, in *ssm.GetParameterInput,
	o ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	return f(ctx, in, o...)
}

// PutParameter implements awsstore.ParameterPutter.
func (f putParameter) PutParameter(ctx context.Context, in *ssm.PutParameterInput,
	o ...func(*ssm.Options)) (*ssm.PutParameterOutput, error) {
	return f(ctx, in, o...)
}
