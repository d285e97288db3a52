package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"

	"example.com/privatecdn/internal/fault"
)

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

// Generate returns a new key pair: an *ecdsa.PrivateKey or an *rsa.PrivateKey.
// Another algorithm is ErrAlgorithm.
func Generate(a Algorithm) (crypto.Signer, error) {
	switch a {
	case ECDSAP256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case RSA2048:
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return nil, wrong(ErrAlgorithm, fault.Quote(string(a))+" is not a supported algorithm",
		"CloudFront accepts ecdsa-p256 and rsa-2048")
}
