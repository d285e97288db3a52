package awskms

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"example.com/privatecdn/internal/awsfault"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

// ErrExists is an alias that points to a key already.
var ErrExists = errors.New("the KMS alias is taken")

// Store makes key pairs in KMS, each under an alias of its own. It implements
// keys.Store and needs kms:CreateKey, kms:CreateAlias, kms:DescribeKey and
// kms:GetPublicKey.
type Store struct {
	Client *kms.Client
	Alias  string // alias/NAME
}

// New makes a key pair in KMS and an alias for it, and returns its public key
// and the URI kms:alias/NAME. An alias that is taken is ErrExists;
// when a later step fails, the key that was made is scheduled for deletion.
func (s Store) New(ctx context.Context, a keys.Algorithm) (*keys.Public, string, error) {
	algorithm, ok := algorithms[a]
	if !ok {
		return nil, "", fmt.Errorf("%q: %w", a, keys.ErrAlgorithm)
	}
	if name, ok := strings.CutPrefix(s.Alias, "alias/"); !ok || name == "" {
		return nil, "", &Error{
			Kind: ErrName, What: fault.Quote(s.Alias) + " is not a valid alias, which a new key needs",
			Remedy: "give kms:alias/NAME",
		}
	}
	if err := s.free(ctx); err != nil {
		return nil, "", err
	}
	created, err := s.Client.CreateKey(ctx, &kms.CreateKeyInput{
		KeySpec: algorithm.spec, KeyUsage: types.KeyUsageTypeSignVerify,
		Description: aws.String("Signs URLs and cookies for CloudFront"),
	})
	if err != nil {
		return nil, "", awsfault.Explain(err, "making a KMS key", "kms:CreateKey")
	}
	public, err := s.name(ctx, created.KeyMetadata.KeyId)
	if err != nil {
		return nil, "", s.undo(ctx, created.KeyMetadata.KeyId, err)
	}
	return public, Scheme + ":" + s.Alias, nil
}

// free checks that nothing has the alias, before a key is made that would have
// to wait a week for its deletion.
func (s Store) free(ctx context.Context) error {
	_, err := s.Client.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &s.Alias})
	switch _, unknown := errors.AsType[*types.NotFoundException](err); {
	case unknown:
		return nil
	case err != nil:
		return awsfault.Explain(err, "KMS "+s.Alias, "kms:DescribeKey")
	}
	return &Error{
		Kind: ErrExists, What: "the KMS alias " + s.Alias + " is taken",
		Remedy: "each key of a ring needs an alias of its own",
	}
}

// name gives the key its alias, last of all: an alias goes only with its key, a
// week later, and until then no other attempt could have it.
func (s Store) name(ctx context.Context, id *string) (*keys.Public, error) {
	signer, err := New(ctx, s.Client, aws.ToString(id))
	if err != nil {
		return nil, err
	}
	if _, err := s.Client.CreateAlias(ctx, &kms.CreateAliasInput{AliasName: &s.Alias, TargetKeyId: id}); err != nil {
		return nil, awsfault.Explain(err, "naming the KMS key "+s.Alias, "kms:CreateAlias")
	}
	return signer.public, nil
}

func (s Store) undo(ctx context.Context, id *string, cause error) error {
	ctx = context.WithoutCancel(ctx) // the cause may be that ctx has ended
	deletion := &kms.ScheduleKeyDeletionInput{KeyId: id, PendingWindowInDays: aws.Int32(7)}
	if _, err := s.Client.ScheduleKeyDeletion(ctx, deletion); err != nil {
		return fmt.Errorf("KMS made the key %s, which could not be deleted again: %w", *id, cause)
	}
	return fmt.Errorf("KMS made the key %s, which is scheduled for deletion: %w", *id, cause)
}
