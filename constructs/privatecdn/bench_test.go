package privatecdn_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
)

// BenchmarkSynth is the time of a whole synthesis, with CDK's validation, of
// apps with so many distributions, ten in a stack. scripts/synth-bench runs it
// beside the same in TypeScript.
func BenchmarkSynth(b *testing.B) {
	ring := oneKey(b)
	warm := newApp(b) // starts CDK's process and its validation
	media(newStack(warm, "Stack", ""), &props{Keys: ring})
	warm.Synth(nil)
	for _, n := range []int{1, 10, 50} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				app := newApp(b)
				var stack awscdk.Stack
				for i := range n {
					if i%10 == 0 {
						stack = newStack(app, fmt.Sprint("Stack", i), "")
					}
					privatecdn.NewDistribution(stack, jsii.String(fmt.Sprint("Media", i)),
						&privatecdn.DistributionProps{
							Keys: ring,
							Limits: &privatecdn.Limits{PublicKeys: n, KeyGroups: n, CachePolicies: n,
								ResponseHeadersPolicies: n},
						})
				}
				app.Synth(nil)
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/float64(n), "ms/distribution")
		})
	}
}
