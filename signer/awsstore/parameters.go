package awsstore

import (
	"cmp"
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

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
		if out.Parameter.Type != types.ParameterTypeSecureString {
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
	return generate(SchemeParameter, "ssm:PutParameter", s.Name, a, func(text string) error {
		_, err := s.Client.PutParameter(ctx, &ssm.PutParameterInput{
			Name:        &s.Name,
			Value:       &text,
			Type:        types.ParameterTypeSecureString,
			Description: aws.String("Signs URLs and cookies for CloudFront"),
		})
		if _, exists := errors.AsType[*types.ParameterAlreadyExists](err); exists {
			return taken("the parameter")
		}
		return err
	})
}
