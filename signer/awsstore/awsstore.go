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
// No error holds what a secret or parameter holds.
package awsstore

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"strings"

	"example.com/privatecdn/keys"
)

// Why a key is not kept or not opened. AWS's own errors stand behind others,
// for errors.As.
var (
	ErrName   = errors.New("no name: give secretsmanager:NAME or ssm:NAME")
	ErrExists = errors.New("the name is taken: each key of a ring needs one of its own")
	ErrPlain  = errors.New("the parameter is not a SecureString, so the private key in it is as good as public: revoke the key and make another")
)

// opener makes an OpenFunc of a way to get a secret's text by its name.
func opener(scheme string, get func(ctx context.Context, name string) ([]byte, error)) keys.OpenFunc {
	return func(ctx context.Context, uri string) (crypto.Signer, error) {
		name, ok := strings.CutPrefix(uri, scheme+":")
		if !ok || name == "" {
			return nil, ErrName
		}
		text, err := get(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("private key %s: %w", uri, err)
		}
		key, err := keys.ParsePrivate(text)
		if err != nil {
			return nil, fmt.Errorf("private key %s: %w", uri, err)
		}
		return key, nil
	}
}

// generate makes a key pair and has put keep its private half, as PEM.
func generate(scheme, name string, a keys.Algorithm, put func(text string) error) (*keys.Public, string, error) {
	if name == "" {
		return nil, "", ErrName
	}
	key, err := keys.Generate(a)
	if err != nil {
		return nil, "", err
	}
	public, err := keys.NewPublic(key.Public())
	if err != nil {
		return nil, "", err
	}
	text, err := keys.MarshalPrivate(key)
	if err != nil {
		return nil, "", err
	}
	if err := put(string(text)); err != nil {
		return nil, "", fmt.Errorf("keeping the private key in %s:%s: %w", scheme, name, err)
	}
	return public, scheme + ":" + name, nil
}
