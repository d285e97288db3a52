// Package privatecdn is a CDK construct for private content: an S3 bucket
// nobody can read, a CloudFront distribution that reads it, and the public
// keys whose signatures open it.
//
// One statement is complete, and everything else is a default that can be
// changed:
//
//	ring, err := keys.Open("keys/ring")
//	…
//	media := privatecdn.NewDistribution(stack, jsii.String("Media"), &privatecdn.DistributionProps{Keys: ring})
//
// Mistakes in the properties are found before CDK sees them and are reported
// at synthesis, all at once, each with the construct's path, the property and
// the remedy. Until then the construct stands in for what is wrong with its
// defaults, so that no other statement of the app fails because of it.
package privatecdn
