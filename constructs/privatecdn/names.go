package privatecdn

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
)

// longestName leaves room for a suffix in the 128 characters that CloudFront
// gives a policy's, a key group's or a public key's name.
const longestName = 80

// physicalName begins the names of what CloudFront wants named. Such names are
// unique in an account across all its Regions, so the stack's name and Region
// are part of it: two copies of a stack never collide.
func physicalName(c constructs.Construct, region string) string {
	return stackwideName(c, longestName) + "-" + region
}

// stackwideName is unique in a Region of an account, with at most longest
// characters.
func stackwideName(c constructs.Construct, longest float64) string {
	return *awscdk.Names_UniqueResourceName(c, &awscdk.UniqueResourceNameOptions{MaxLength: &longest})
}

// digest shortens s to what a name can hold.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}
