package privatecdn_test

import (
	"log"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
	"example.com/privatecdn/keys"
)

func ExampleNewDistribution() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Films"), nil)
	ring, err := keys.Open("keys/ring")
	if err != nil {
		log.Fatal(err)
	}
	media := privatecdn.NewDistribution(stack, jsii.String("Media"), &privatecdn.DistributionProps{
		Keys:      ring,
		Behaviors: []privatecdn.Behavior{{PathPattern: "public/*", Access: privatecdn.Public}},
	})
	privatecdn.Outputs(stack, media)
	app.Synth(nil)
}

func ExampleNewTrustedKeys() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Films"), nil)
	ring, err := keys.Open("keys/ring")
	if err != nil {
		log.Fatal(err)
	}
	shared := privatecdn.NewTrustedKeys(stack, jsii.String("Keys"), &privatecdn.TrustedKeysProps{Keys: ring})
	for _, name := range []string{"Films", "Music"} {
		privatecdn.NewDistribution(stack, &name, &privatecdn.DistributionProps{TrustedKeys: shared})
	}
	app.Synth(nil)
}

func ExampleDistribution() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Films"), nil)
	media := privatecdn.NewDistribution(stack, jsii.String("Media"), &privatecdn.DistributionProps{
		Default: &privatecdn.Behavior{Access: privatecdn.Presigned},
	})
	backend := awsiam.NewRole(stack, jsii.String("Backend"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
	})
	media.Bucket().GrantRead(backend, nil) // who may read the bucket can presign
	app.Synth(nil)
}
