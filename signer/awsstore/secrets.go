package awsstore

import (
	"cmp"
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/keys"
)

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
	return generate(SchemeSecret, "secretsmanager:CreateSecret", s.Name, a, func(text string) error {
		_, err := s.Client.CreateSecret(ctx, &secretsmanager.CreateSecretInput{
			Name:         &s.Name,
			SecretString: &text,
			Description:  aws.String("Signs URLs and cookies for CloudFront"),
		})
		if _, exists := errors.AsType[*types.ResourceExistsException](err); exists {
			return taken("the secret")
		}
		return err
	})
}
