package awsuri

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// The most that one response of AWS may take. The largest that is read is a
// stack's template, 1 MB; objects of a bucket come through another client.
const (
	maxResponse = 16 << 20
	maxWait     = 30 * time.Second
)

// newClient returns the SDK's own client, which it adds its settings to, such
// as AWS_CA_BUNDLE. Once they are there, bounded bounds what comes back.
func newClient() *awshttp.BuildableClient { return awshttp.NewBuildableClient().WithTimeout(maxWait) }

type bounded struct{ client aws.HTTPClient }

func (b bounded) Do(r *http.Request) (*http.Response, error) {
	resp, err := b.client.Do(r)
	if err == nil {
		resp.Body = &limited{io.LimitedReader{R: resp.Body, N: maxResponse + 1}, resp.Body}
	}
	return resp, err
}

// limited is a body that fails once it is too long.
type limited struct {
	io.LimitedReader
	io.Closer
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.LimitedReader.Read(p)
	if l.N == 0 {
		err = fmt.Errorf("the response of AWS has more than %d bytes", maxResponse)
	}
	return n, err
}

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
