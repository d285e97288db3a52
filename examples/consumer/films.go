// An app of one's own that imports the construct: films that only viewers with
// a signed URL can watch, posters that everyone may see, and a function's role
// that may sign.
package main

import (
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
	"example.com/privatecdn/keys"
)

// NewFilmsStack makes the stack.
func NewFilmsStack(scope constructs.Construct, id string, ring *keys.Ring) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, nil)
	films := privatecdn.NewDistribution(stack, jsii.String("Films"), &privatecdn.DistributionProps{
		Keys:          ring,
		Behaviors:     []privatecdn.Behavior{{PathPattern: "posters/*", Access: privatecdn.Public}},
		OriginAccess:  privatecdn.OAC,
		CookieOrigins: []string{"https://app.example.com"},
	})
	backend := awsiam.NewRole(stack, jsii.String("Backend"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
	})
	films.GrantSign(backend)
	privatecdn.Outputs(stack, films)
	return stack
}

func main() {
	os.Exit(privatecdn.Run(func(app awscdk.App) error {
		ring, err := keys.Open("keys/ring")
		if err != nil {
			return err
		}
		NewFilmsStack(app, "Films", ring)
		return nil
	}))
}
