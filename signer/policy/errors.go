package policy

import "example.com/privatecdn/internal/fault"

// The kinds of refusal, for errors.Is. What is returned is an *Error, which
// says more.
var (
	ErrURL = kind("not an absolute http or https URL",
		"write it as https://HOST/PATH or, on a deployment's first host, /PATH")
	ErrHost = kind("the URL's host is not a valid host name",
		"write a name of letters, digits, hyphens and dots")
	ErrEndpoint = kind("the URL's host is an AWS endpoint, not a distribution",
		"sign the URL on the distribution's host, or presign it (package presign, `privatecdn presign`)")
	ErrUserinfo = kind("the URL contains a user name or a password, which viewers do not send", "leave them out")
	ErrFragment = kind("the URL contains a #fragment, which viewers do not send",
		"leave it out, or write %23 for a # in a name")
	ErrCharacter = kind("the URL contains a quote, a control character or text that is not UTF-8",
		"percent-encode it: %22 is a quote")
	ErrBackslash = kind("the URL contains a backslash, which viewers turn into a slash",
		"write /, or %5C for a backslash in a name")
	ErrDotSegment = kind("the path contains . or .. segments, which viewers resolve before they send it",
		"write the path it leads to")
	ErrReserved = kind("the URL's query contains a parameter that CloudFront reserves for signatures",
		"rename or remove it")
	ErrWildcard = kind("the URL contains a *, which would be a wildcard",
		"give the pattern as the resource, or write %2A for a * in a name")
	ErrNotEncoded = kind("the resource is not encoded as viewers send it",
		"percent-encode spaces and non-ASCII characters, and write hosts in Punycode")
	ErrNoResource = kind("the policy has no resource, so that it would open every URL",
		`name one, or "*" if that is meant`)
	ErrNoEnd = kind("the policy has no end", "set the time when it expires")
	ErrEpoch = kind("the time is outside the range that CloudFront documents, 1 to 2147483647 seconds",
		"give seconds since 1970")
	ErrOrder      = kind("the policy starts at or after its end and would never open", "move one of them")
	ErrIP         = kind("not an IPv4 address or range", "give one such as 192.0.2.1 or 192.0.2.0/24")
	ErrStatements = kind("a policy has exactly one statement", "sign a policy for each resource")
	ErrMalformed  = kind("the policy cannot be read",
		`give {"Statement":[{"Resource":…,"Condition":{"DateLessThan":{"AWS:EpochTime":…}}}]}`)
	ErrEncoding = kind("not base64 in CloudFront's alphabet", "use base64 with - for +, _ for = and ~ for /")
	ErrTooLong  = kind("longer than CloudFront accepts",
		"shorten the URL or its query; for many parameters, sign cookies")
)

// Error is a URL or a policy that was refused. Its Kind is one of this
// package's Err… values, or two of them joined.
type Error = fault.Error

// kind returns a kind, which says what to do about it.
func kind(what, remedy string) error { return &Error{What: what, Remedy: remedy} }

// refuse returns the Error of a kind; found, if any, is what was found.
func refuse(kind error, found string) error {
	e := fault.New(kind, fault.Hint(kind))
	if found != "" {
		e.What += ": " + found
	}
	return e
}
