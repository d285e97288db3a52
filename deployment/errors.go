package deployment

import (
	"errors"

	"example.com/privatecdn/internal/fault"
)

// The kinds of failure, for errors.Is. Errors of this package are an *Error, or
// several of them joined.
var (
	ErrSyntax       = errors.New("not a deployment document")
	ErrVersion      = errors.New("unsupported version of the deployment document")
	ErrInvalid      = errors.New("invalid deployment document")
	ErrNotFound     = errors.New("no deployment document")
	ErrNoSigningKey = errors.New("no key of the deployment can sign")
)

// Error is a mistake in a deployment document. Where is a field, such as
// behaviors[2].keys, and empty for the whole document; Kind is one of this
// package's Err… values.
type Error = fault.Error
