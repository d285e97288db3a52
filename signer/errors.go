package signer

import (
	"errors"
	"fmt"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/internal/disposition"
	"example.com/privatecdn/signer/policy"
)

// The kinds of refusal, for errors.Is, beside those of packages policy and
// keys. Those that are about input come as an *Error, which says more.
var (
	ErrKeyID      = policy.ErrKeyID
	ErrKeyGroupID = policy.ErrKeyGroupID
	ErrKey        = errors.New("no key to sign with")
	ErrWrongKey   = errors.New("the private key is not the deployed key's")
	ErrHash       = errors.New("not a hash CloudFront accepts")
	ErrTerms      = errors.New("the terms contradict each other")
	ErrPast       = errors.New("the end is in the past")
	ErrNotCovered = errors.New("the policy does not cover the URL")
	ErrTooLong    = policy.ErrTooLong
	ErrDownload   = disposition.ErrName          // not a valid name for a download
	ErrSign       = errors.New("signing failed") // wraps the error of the crypto.Signer

	ErrUnknownHost   = errors.New("not a host of the deployment")
	ErrPublicPath    = errors.New("the path is public")
	ErrPresignedPath = errors.New("S3, not CloudFront, checks the path's signature")
	ErrNotTrusted    = errors.New("the path's behavior does not trust the key that signs")
	ErrDropped       = errors.New("a parameter would not reach the origin")
	ErrLifetime      = errors.New("the lifetime is over the limit")

	ErrCookieDomain   = errors.New("not a cookie domain the resource is in, or one that others share")
	ErrCookiePath     = errors.New("not a cookie path the resource is below")
	ErrCookieSameSite = errors.New("not a SameSite that browsers accept here")
	ErrCookieSize     = errors.New("a cookie is larger than browsers accept")
)

// Error is input that was refused, or an operation that failed.
type Error = fault.Error

// refuse returns an Error of a kind: what to do, and what is wrong as a format.
func refuse(kind error, remedy, format string, args ...any) error {
	return &Error{Kind: kind, What: fmt.Sprintf(format, args...), Remedy: remedy}
}
