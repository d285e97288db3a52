// Package keys makes, reads and names the key pairs that sign for CloudFront,
// and keeps them in a ring that says which of them is in use.
package keys

// Algorithm names a kind of key pair CloudFront accepts.
type Algorithm string

// The algorithms CloudFront accepts for signed URLs and cookies.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html
const (
	ECDSAP256 Algorithm = "ecdsa-p256"
	RSA2048   Algorithm = "rsa-2048"
)

// State says what a key of the ring is used for.
type State string

// The states of a key, in the order it goes through them.
const (
	Pending  State = "pending"  // in the key group, not signing yet
	Signing  State = "signing"  // the one that signs
	Retiring State = "retiring" // accepted until a date, no longer signing
	Revoked  State = "revoked"  // out of the key group
)
