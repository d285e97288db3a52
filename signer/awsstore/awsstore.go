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
	"cmp"
	"context"
	"crypto"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"example.com/privatecdn/internal/awsfault"
	"example.com/privatecdn/internal/awsname"
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

var description = "Signs URLs and cookies for CloudFront"

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
// action is needed, unless that fails with Taken.
func generate[Taken error](
	scheme, action, name string, a keys.Algorithm, put func(text *string) error,
) (*keys.Public, string, error) {
	if name == "" {
		return nil, "", errName
	}
	public, pem, err := keys.GeneratePEM(a)
	if err != nil {
		return nil, "", err
	}
	text, uri := string(pem), scheme+":"+name
	err = put(&text)
	if _, taken := errors.AsType[Taken](err); taken {
		err = fault.New(ErrExists, "each key of a ring needs a name of its own")
	}
	if err != nil {
		return nil, "", awsfault.Explain(err, "storing the private key in "+fault.Printable(uri), action)
	}
	return public, uri, nil
}

// SchemeSecret is the scheme of URIs that name a secret: secretsmanager:NAME
// or secretsmanager:ARN.
const SchemeSecret = "secretsmanager"

// OpenSecret returns an OpenFunc for URIs of the scheme secretsmanager. It
// needs secretsmanager:GetSecretValue on the secret, whose current value must
// be one private key as PEM.
func OpenSecret(client *secretsmanager.Client) keys.OpenFunc {
	return opener(SchemeSecret, "secretsmanager:GetSecretValue", func(ctx context.Context, name string) ([]byte, error) {
		inRegion := func(o *secretsmanager.Options) { o.Region = cmp.Or(awsname.ARNRegion(name), o.Region) }
		out, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name}, inRegion)
		if err != nil {
			return nil, err
		}
		if out.SecretString != nil {
			return []byte(*out.SecretString), nil
		}
		return out.SecretBinary, nil
	})
}

// SecretStore makes key pairs and stores each private key in a new secret. It
// implements keys.Store and needs secretsmanager:CreateSecret.
type SecretStore struct {
	Client *secretsmanager.Client
	Name   string
}

// New implements keys.Store. A name that is taken is ErrExists: no secret is
// ever written over.
func (s SecretStore) New(ctx context.Context, a keys.Algorithm) (*keys.Public, string, error) {
	put := func(text *string) error {
		in := &secretsmanager.CreateSecretInput{Name: &s.Name, SecretString: text, Description: &description}
		_, err := s.Client.CreateSecret(ctx, in)
		return err
	}
	return generate[*types.ResourceExistsException](SchemeSecret, "secretsmanager:CreateSecret", s.Name, a, put)
}

// SchemeParameter is the scheme of URIs that name a parameter: ssm:NAME.
const SchemeParameter = "ssm"

// ParameterGetter is the client that opening needs; *ssm.Client is one.
type ParameterGetter interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
}

// OpenParameter returns an OpenFunc for URIs of the scheme ssm. It takes
// ssm:GetParameter on the parameter, and kms:Decrypt where that is encrypted
// under a key of one's own. The parameter must be a SecureString (ErrPlain)
// that holds one private key as PEM.
func OpenParameter(client ParameterGetter) keys.OpenFunc {
	return opener(SchemeParameter, "ssm:GetParameter", func(ctx context.Context, name string) ([]byte, error) {
		inRegion := func(o *ssm.Options) { o.Region = cmp.Or(awsname.ARNRegion(name), o.Region) }
		out, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)}, inRegion)
		if err != nil {
			return nil, err
		}
		if out.Parameter.Type != ssmtypes.ParameterTypeSecureString {
			return nil, &Error{
				Kind: ErrPlain, Where: "parameter " + fault.Printable(name),
				What:   "it is not a SecureString, so that its private key is as good as public",
				Remedy: "revoke the key and make another, in a SecureString",
			}
		}
		return []byte(aws.ToString(out.Parameter.Value)), nil
	})
}

// ParameterPutter is the client that storing needs; *ssm.Client is one.
type ParameterPutter interface {
	PutParameter(context.Context, *ssm.PutParameterInput, ...func(*ssm.Options)) (*ssm.PutParameterOutput, error)
}

// ParameterStore makes key pairs and stores each private key in a new
// SecureString. It implements keys.Store and needs ssm:PutParameter.
type ParameterStore struct {
	Client ParameterPutter
	Name   string
}

// New implements keys.Store. A name that is taken is ErrExists: no parameter
// is ever written over.
func (s ParameterStore) New(ctx context.Context, a keys.Algorithm) (*keys.Public, string, error) {
	put := func(text *string) error {
		in := &ssm.PutParameterInput{Name: &s.Name, Value: text, Description: &description}
		in.Type = ssmtypes.ParameterTypeSecureString
		_, err := s.Client.PutParameter(ctx, in)
		return err
	}
	return generate[*ssmtypes.ParameterAlreadyExists](SchemeParameter, "ssm:PutParameter", s.Name, a, put)
}
