package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
)

// PresignedStackProps are the properties of the stack: CDK's own, and those of
// the distribution in it, whose default behavior is Presigned.
type PresignedStackProps struct {
	awscdk.StackProps
	privatecdn.DistributionProps
}

// NewPresignedStack makes a stack with one distribution, Media, that hands
// every request to S3 with the viewer's own presigned signature. It needs no
// key: whoever may read the bucket can presign.
func NewPresignedStack(scope constructs.Construct, id string, props *PresignedStackProps) awscdk.Stack {
	if props == nil {
		props = &PresignedStackProps{}
	}
	presigned := props.DistributionProps
	presigned.Default.Access = privatecdn.Presigned
	stack := awscdk.NewStack(scope, &id, &props.StackProps)
	media := privatecdn.NewDistribution(stack, jsii.String("Media"), &presigned)
	privatecdn.Outputs(stack, media)
	return stack
}
