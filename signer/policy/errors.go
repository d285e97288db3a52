package policy

import (
	"errors"

	"example.com/privatecdn/internal/fault"
)

// The kinds of refusal, for errors.Is. What is returned is an *Error, which
// says more.
var (
	ErrURL        = errors.New("not an absolute http or https URL")
	ErrHost       = errors.New("the URL's host is not a host name")
	ErrEndpoint   = errors.New("the URL's host is an endpoint of AWS, where no distribution is")
	ErrUserinfo   = errors.New("the URL holds a user or password, which no viewer sends")
	ErrFragment   = errors.New("the URL holds a #fragment, which no viewer sends")
	ErrCharacter  = errors.New("the URL holds a quote, a control character or text that is not UTF-8")
	ErrBackslash  = errors.New("the URL holds a backslash, which viewers turn into a slash")
	ErrDotSegment = errors.New("the path holds . or .. segments, which viewers resolve before they send it")
	ErrReserved   = errors.New("the URL's query holds a parameter that CloudFront reserves for signatures")
	ErrWildcard   = errors.New("the URL contains a *, which would be a wildcard")
	ErrNotEncoded = errors.New("the resource is not encoded as viewers send it")
	ErrNoResource = errors.New("the policy has no resource, which opens every URL under the key")
	ErrNoEnd      = errors.New("the policy has no end")
	ErrEpoch      = errors.New("the time is outside the range that CloudFront documents, 1 to 2147483647 seconds")
	ErrOrder      = errors.New("the policy starts at or after its end and would never open")
	ErrIP         = errors.New("not an IPv4 address or range, the only ones a policy can name")
	ErrStatements = errors.New("a policy has exactly one statement")
	ErrMalformed  = errors.New("the policy cannot be read")
	ErrEncoding   = errors.New("not base64 in CloudFront's alphabet")
	ErrTooLong    = errors.New("longer than CloudFront accepts")
)

var remedies = map[error]string{
	ErrURL:        "write it as https://HOST/PATH or, on a deployment's first host, /PATH",
	ErrHost:       "write a name of letters, digits, hyphens and dots",
	ErrEndpoint:   "sign the URL on the distribution's host, or presign it (package presign, `privatecdn presign`)",
	ErrUserinfo:   "leave them out",
	ErrFragment:   "leave it out, or write %23 for a # in a name",
	ErrCharacter:  "percent-encode it: %22 is a quote",
	ErrBackslash:  "write /, or %5C for a backslash in a name",
	ErrDotSegment: "write the path it leads to",
	ErrReserved:   "rename or remove it",
	ErrWildcard:   "give the pattern as the resource, or write %2A for a * in a name",
	ErrNotEncoded: "percent-encode spaces and non-ASCII characters, and write hosts in Punycode",
	ErrNoResource: `name one, or "*" if that is meant`,
	ErrNoEnd:      "say until when it holds",
	ErrOrder:      "move one of them",
	ErrIP:         "give an address such as 192.0.2.1 or a range such as 192.0.2.0/24",
	ErrStatements: "sign one policy a resource",
	ErrMalformed:  `give {"Statement":[{"Resource":…,"Condition":{"DateLessThan":{"AWS:EpochTime":…}}}]}`,
	ErrTooLong:    "shorten the URL or its query; for many parameters, sign cookies",
	ErrEncoding:   "use base64 with - for +, _ for = and ~ for /",
}

// Error is a URL or a policy that was refused. Its Kind is one of this
// package's Err… values, or two of them joined.
type Error = fault.Error

// refuse returns the Error of a kind; found, if any, is what was found.
func refuse(kind error, found string) error {
	what := kind.Error()
	if found != "" {
		what += ": " + found
	}
	return &Error{Kind: kind, What: what, Remedy: remedies[kind]}
}
