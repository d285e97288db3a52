package privatecdn

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
)

// place is where a distribution is made. Name, Region and account may be tokens.
type place struct {
	stack                 awscdk.Stack
	name, region, account string
}

func placeOf(c constructs.Construct) place {
	stack := awscdk.Stack_Of(c)
	return place{stack, *stack.StackName(), *stack.Region(), *stack.Account()}
}

// longestName leaves room for a suffix in the 128 characters that CloudFront
// allows for a policy's, a key group's or a public key's name.
const longestName = 80

// physicalName returns the beginning of the names that CloudFront requires. They
// are unique in an account across all its Regions, so the stack's name and Region
// are part of them: two copies of a stack never collide.
func physicalName(c constructs.Construct, region string) string {
	return stackwideName(c, longestName) + "-" + region
}

// stackwideName returns a name of at most longest characters, unique in a Region
// of an account.
func stackwideName(c constructs.Construct, longest float64) string {
	return *awscdk.Names_UniqueResourceName(c, &awscdk.UniqueResourceNameOptions{MaxLength: &longest})
}

// digest shortens s to what a name has room for.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

// parameterName returns the name of the parameter with the deployment document:
// /privatecdn/ and the construct's path, which begins with the stack's name and
// so is unique where the stack is. What Systems Manager does not allow there is
// replaced, with a digest to stay unique.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
func parameterName(d *distribution) string {
	above := shared(d, "path", func() string { return *d.in.stack.Node().Path() })
	path := strings.TrimPrefix(d.path, above)
	allowed := notInParameter.ReplaceAllString(path, "-")
	if levels := strings.Split(allowed, "/"); len(levels) > 12 { // of 15, three of which are before it
		allowed = strings.Join(levels[:12], "/") + "-" + strings.Join(levels[12:], "-")
	}
	if allowed != path {
		allowed += "-" + digest(path)
	}
	return "/privatecdn/" + d.in.name + allowed
}

var notInParameter = regexp.MustCompile(`[^A-Za-z0-9_./-]`)
