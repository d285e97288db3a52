package verify

import "example.com/privatecdn/signer/policy"

// Reason says why a request is refused; it is empty when it is not.
type Reason string

// The reasons, in the order they are looked for.
const (
	MissingKey         Reason = "missing-key"         // no key pair ID, in most cases no signature at all
	UnknownKey         Reason = "unknown-key"         // not a key of the behavior's trusted key groups
	MalformedPolicy    Reason = "malformed-policy"    // not decodable, not readable, a time out of range, or none given
	MalformedSignature Reason = "malformed-signature" // outside CloudFront's base64 alphabet, or none given
	SignatureMismatch  Reason = "signature-mismatch"  // not this key's signature over this policy
	Expired            Reason = "expired"
	NotYetValid        Reason = "not-yet-valid"
	IPMismatch         Reason = "ip-mismatch"
	ResourceMismatch   Reason = "resource-mismatch"
	PublicPath         Reason = "public-path" // allowed: the path needs no signature, and none is looked at
)

// Decision is the response to a request, and the reason for it.
type Decision struct {
	Allowed bool
	Status  int    // 200 or 403
	Code    string // CloudFront's own, empty when allowed
	Message string // CloudFront's own, empty when allowed
	Reason  Reason // empty when a good signature allows the request
	KeyID   string // the key pair ID that came with the request

	// Policy is the policy that came with the request, or the canned one
	// CloudFront rebuilds; zero when the request got no further than its key.
	Policy policy.Policy

	presigned bool // S3 checks the signature
	verifier  *Verifier
	request   Request
	parts     parts
	base      string // the URL without the signature's parameters
}

// answers are CloudFront's codes and messages, as public reports of real
// deployments show them. Every other refusal is AccessDenied.
var answers = map[Reason][2]string{
	MissingKey:         {"MissingKey", "Missing Key-Pair-Id query parameter or cookie value"},
	UnknownKey:         {"InvalidKey", "Unknown Key"},
	MalformedPolicy:    {"MalformedPolicy", "Malformed Policy"},
	MalformedSignature: {"MalformedSignature", "Could not unencode Signature"},
}

// Body returns the body CloudFront refuses with, byte for byte; it goes out as
// text/xml. It is nil when the request is allowed.
func (d Decision) Body() []byte {
	if d.Allowed {
		return nil
	}
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>` + d.Code +
		`</Code><Message>` + d.Message + `</Message></Error>`)
}
