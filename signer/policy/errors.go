package policy

import "errors"

// What keeps a policy from being signed or read. Each comes wrapped with what
// was found, so compare with errors.Is.
var (
	ErrURL        = errors.New("not an absolute http or https URL: write it as https://HOST/PATH")
	ErrHost       = errors.New("the URL's host is not a host name: write it without spaces, wildcards or a user")
	ErrUserinfo   = errors.New("the URL holds a user or password, which no viewer sends: leave it out")
	ErrFragment   = errors.New("the URL holds a #fragment, which no viewer sends: leave it out, or write %23 for a # in a name")
	ErrCharacter  = errors.New("the URL holds a quote, a control character or text that is not UTF-8: percent-encode it")
	ErrBackslash  = errors.New(`the URL holds a backslash, which viewers turn into a slash: write / or %5C`)
	ErrDotSegment = errors.New("the path holds . or .. segments, which viewers resolve before they send it: write the path it leads to")
	ErrReserved   = errors.New("the URL's query holds a parameter CloudFront reserves for signatures: rename or remove it")
	ErrWildcard   = errors.New("a wildcard in a URL that is to be signed alone: give the pattern as the resource, or write %2A for a * in a name")
	ErrNotEncoded = errors.New("the resource is not encoded as viewers send it: percent-encode spaces and non-ASCII characters, write hosts in Punycode")
	ErrNoResource = errors.New(`the policy has no resource and would open every URL under the key: name one, or "*" if that is meant`)
	ErrNoEnd      = errors.New("the policy has no end: say until when it holds")
	ErrEpoch      = errors.New("time outside the range CloudFront documents, 1 to 2147483647 seconds")
	ErrOrder      = errors.New("the policy starts at or after its end and would never open: move one of them")
	ErrIP         = errors.New("not an IPv4 address or CIDR range, the only ones a policy can name")
	ErrStatements = errors.New("a policy must have exactly one statement: sign one policy a resource")
	ErrMalformed  = errors.New("the policy cannot be read")
	ErrEncoding   = errors.New("not base64 in CloudFront's alphabet, in which - _ ~ stand for + = /")
	ErrNotCovered = errors.New("the policy does not cover the URL: sign it on its own, or widen the resource")
)
