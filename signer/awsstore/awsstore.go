// Package awsstore keeps private keys as PEM in AWS: in Secrets Manager, or
// in Systems Manager's Parameter Store as a SecureString. Signing with such a
// key happens in this process; where it must not, use package awskms.
//
//	open := keys.Openers{
//		"secretsmanager": awsstore.OpenSecret(secretsmanager.NewFromConfig(cfg)),
//		"ssm":            awsstore.OpenParameter(ssm.NewFromConfig(cfg)),
//	}
//	key, err := open.Open(ctx, "secretsmanager:media/signing-key")
//
// No error contains what a secret or parameter contains. The region of an ARN
// is used in place of the client's.
package awsstore

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"strings"

	"example.com/privatecdn/internal/awsfault"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

// The kinds of failure, for errors.Is. AWS's own errors are kinds of others,
// for errors.As.
var (
	ErrName   = errors.New("not a valid name of a secret or parameter")
	ErrExists = errors.New("the name is taken")
	ErrPlain  = errors.New("the parameter is not a SecureString")
)

// Error is a key that was refused or a request to AWS that failed.
type Error = fault.Error

var errName = &Error{Kind: ErrName, What: "the name of the secret or parameter is missing",
	Remedy: "give secretsmanager:NAME or ssm:NAME"}

// opener makes an OpenFunc of a way to get a secret's text by its name, for
// which action is needed.
func opener(scheme, action string, get func(ctx context.Context, name string) ([]byte, error)) keys.OpenFunc {
	return func(ctx context.Context, uri string) (crypto.Signer, error) {
		name, ok := strings.CutPrefix(uri, scheme+":")
		if !ok || name == "" {
			return nil, errName
		}
		text, err := get(ctx, name)
		if err != nil {
			return nil, awsfault.Explain(err, "private key "+fault.Printable(uri), action)
		}
		key, err := keys.ParsePrivate(text)
		if err != nil {
			return nil, fmt.Errorf("private key %s: %w", fault.Printable(uri), err)
		}
		return key, nil
	}
}

// generate makes a key pair and has put store its private key, as PEM, for which
// action is needed.
func generate(scheme, action, name string, a keys.Algorithm, put func(string) error) (*keys.Public, string, error) {
	if name == "" {
		return nil, "", errName
	}
	public, text, err := keys.GeneratePEM(a)
	if err != nil {
		return nil, "", err
	}
	if err := put(string(text)); err != nil {
		return nil, "", awsfault.Explain(err, "storing the private key in "+scheme+":"+fault.Printable(name), action)
	}
	return public, scheme + ":" + name, nil
}

func taken(what string) error {
	return &Error{Kind: ErrExists, What: what + " is taken", Remedy: "each key of a ring needs a name of its own"}
}
