package access

import (
	"slices"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/infra"
)

// Of returns what opens a behavior. Presigned is a bucket that CloudFront asks
// in nobody's name and that does not answer everybody. Of a bucket whose
// policy is not known, that the viewer's signature is handed on tells.
func Of(b *infra.Behavior) deployment.Access {
	o := b.Origin
	switch {
	case b.Signed():
		return deployment.Signed
	case o.Bucket == nil || o.OAI != nil || o.OAC != nil && o.OAC.Behavior != "never":
		return deployment.Public
	case o.Bucket.External && !forwardsSignature(b) || readableByAll(o.Bucket):
		return deployment.Public
	default:
		return deployment.Presigned
	}
}

// s3Signature are the query parameters of a presigned request.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
var s3Signature = []string{
	"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Signature", "X-Amz-SignedHeaders",
}

func forwardsSignature(b *infra.Behavior) bool {
	if includesAll(b.CachePolicy.QueryStrings, s3Signature) {
		return true
	}
	return b.OriginRequestPolicy != nil && includesAll(b.OriginRequestPolicy.QueryStrings, s3Signature)
}

func includesAll(s infra.Selection, names []string) bool {
	for _, name := range names {
		listed := slices.Contains(s.Names, name)
		if s.Kind != "all" && (s.Kind != "whitelist" || !listed) && (s.Kind != "allExcept" || listed) {
			return false
		}
	}
	return true
}

// readableByAll reports whether the bucket answers requests without identity.
// A policy that cannot be evaluated counts as one that does not: the edge
// refuses it by name.
func readableByAll(b *infra.Bucket) bool {
	policy, err := bucketpolicy.Compile(b.Policy)
	if err != nil || b.PublicAccessBlock.RestrictPublicBuckets {
		return false
	}
	return policy.Evaluate(bucketpolicy.Request{Action: "s3:GetObject", Resource: b.ARN + "/x"}) == bucketpolicy.Allow
}

func bucketLabel(b *infra.Bucket) string {
	if b.External {
		return b.Name
	}
	return b.LogicalID
}
