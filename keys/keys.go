package keys

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"strconv"

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

func wrongAlgorithm(name string) error {
	return wrong(ErrAlgorithm, "this is "+name+", which CloudFront does not accept for signing",
		"give an RSA-2048 or ECDSA P-256 key; `privatecdn keys new` generates one")
}

func malformed(what string) error {
	return wrong(ErrMalformed, "the "+what+" is malformed", copyAgain)
}

// accepted are the algorithms that CloudFront accepts, by the names that nameOf
// gives them.
var accepted = map[string]Algorithm{"RSA-2048": RSA2048, "ECDSA P-256": ECDSAP256}

func nameOf(key any) string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if k != nil && k.N != nil {
			return "RSA-" + strconv.Itoa(k.N.BitLen())
		}
	case *ecdsa.PublicKey:
		if k != nil && k.Curve != nil {
			return "ECDSA " + k.Params().Name
		}
	case ed25519.PublicKey:
		return "Ed25519"
	case *ecdh.PublicKey, *ecdh.PrivateKey:
		return "X25519 (key agreement only)"
	}
	return "neither RSA nor ECDSA"
}

var oidEC = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}

// algorithmNames are algorithms and curves in use that CloudFront does not
// accept, by their OIDs.
var algorithmNames = map[string]string{
	"1.2.840.113549.1.1.10":   "RSA-PSS",
	"1.2.840.10040.4.1":       "DSA",
	"1.3.101.110":             "X25519 (key agreement only)",
	"1.3.101.111":             "X448 (key agreement only)",
	"1.3.101.112":             "Ed25519",
	"1.3.101.113":             "Ed448",
	"2.16.840.1.101.3.4.3.17": "ML-DSA-44",
	"2.16.840.1.101.3.4.3.18": "ML-DSA-65",
	"2.16.840.1.101.3.4.3.19": "ML-DSA-87",
	"1.2.840.10045.3.1.1":     "ECDSA P-192",
	"1.3.132.0.33":            "ECDSA P-224",
	"1.3.132.0.34":            "ECDSA P-384",
	"1.3.132.0.35":            "ECDSA P-521",
	"1.3.132.0.10":            "ECDSA secp256k1",
	"1.3.36.3.3.2.8.1.1.7":    "ECDSA brainpoolP256r1",
	"1.3.36.3.3.2.8.1.1.11":   "ECDSA brainpoolP384r1",
}

// unread returns why a key could not be read: its algorithm or its curve, or
// else the key itself, which is what names.
func unread(id pkix.AlgorithmIdentifier, what string) error {
	oid := id.Algorithm
	if oid.Equal(oidEC) {
		if _, err := asn1.Unmarshal(id.Parameters.FullBytes, &oid); err != nil {
			return wrongAlgorithm("ECDSA on a curve of its own")
		}
	}
	if name, ok := algorithmNames[oid.String()]; ok {
		return wrongAlgorithm(name)
	}
	return malformed(what)
}
