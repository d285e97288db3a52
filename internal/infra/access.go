package infra

import (
	"slices"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/bucketpolicy"
)

// Access returns what opens the behavior. It is Presigned if CloudFront sends
// no identity to the bucket and the bucket is not public. If the bucket's
// policy is unknown, it is Presigned if the viewer's signature is forwarded.
func (b *Behavior) Access() deployment.Access {
	o := b.Origin
	switch {
	case b.Signed():
		return deployment.Signed
	case o.Bucket == nil || o.Identified():
		return deployment.Public
	case o.Bucket.External && !b.ForwardsSignature() || readableByAll(o.Bucket):
		return deployment.Public
	default:
		return deployment.Presigned
	}
}

// Identified reports whether CloudFront itself signs what it requests of the
// origin.
func (o *Origin) Identified() bool {
	return o.OAI != nil || o.OAC != nil && o.OAC.Behavior != "never"
}

// s3Signature are the query parameters of a presigned request.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
var s3Signature = []string{
	"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Signature", "X-Amz-SignedHeaders",
}

// ForwardsSignature reports whether the parameters of a presigned URL reach
// the origin.
func (b *Behavior) ForwardsSignature() bool {
	if b.CachePolicy.QueryStrings.IncludesPresigned() {
		return true
	}
	return b.OriginRequestPolicy != nil && b.OriginRequestPolicy.QueryStrings.IncludesPresigned()
}

// IncludesPresigned reports whether a selection of query strings has all
// parameters of a presigned URL.
func (s Selection) IncludesPresigned() bool {
	for _, name := range s3Signature {
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
func readableByAll(b *Bucket) bool {
	policy, err := bucketpolicy.Compile(b.Policy)
	if err != nil || b.PublicAccessBlock.RestrictPublicBuckets {
		return false
	}
	return policy.Evaluate(bucketpolicy.Request{Action: "s3:GetObject", Resource: b.ARN + "/x"}) == bucketpolicy.Allow
}
