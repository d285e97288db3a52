// Package stacks holds the deployable stacks. They are thin: properties in,
// a construct of package privatecdn, outputs out.
package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"example.com/privatecdn/constructs/privatecdn"
)

// PrivateCdnStackProps are the properties of the stack: CDK's own, and those
// of the distribution in it.
type PrivateCdnStackProps struct {
	awscdk.StackProps
	privatecdn.DistributionProps
}

// NewPrivateCdnStack makes a stack with one private distribution, Media, and
// its outputs.
func NewPrivateCdnStack(scope constructs.Construct, id string, props *PrivateCdnStackProps) awscdk.Stack {
	if props == nil {
		props = &PrivateCdnStackProps{}
	}
	stack := awscdk.NewStack(scope, &id, &props.StackProps)
	media := privatecdn.NewDistribution(stack, new("Media"), &props.DistributionProps)
	privatecdn.Outputs(stack, media)
	return stack
}
