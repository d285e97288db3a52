// Package awskms signs with a key of AWS KMS: the private half never leaves
// it, and *Signer is a crypto.Signer like any other.
//
//	cfg, err := config.LoadDefaultConfig(ctx)
//	…
//	key, err := awskms.New(ctx, kms.NewFromConfig(cfg), "alias/media")
//
// CloudFront takes RSA_2048 and ECC_NIST_P256 keys with the usage SIGN_VERIFY,
// over SHA-256: KMS has no SHA-1. Signing takes kms:Sign and
// kms:GetPublicKey on the key.
//
// https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
package awskms

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"example.com/privatecdn/keys"
)

// Scheme is the scheme of URIs that name a key: kms:alias/NAME, kms:KEY-ID or
// kms:ARN.
const Scheme = "kms"

// Why a key does not sign. KMS's own errors stand behind others, for errors.As.
var (
	ErrHash    = errors.New("KMS signs SHA-256 only for CloudFront, it has no SHA-1: sign with SHA-256")
	ErrUsage   = errors.New("the KMS key is not for signing: make one with the key usage SIGN_VERIFY")
	ErrChanged = errors.New("the alias has come to stand for another KMS key: open it again, after that key's public half is in the key group")
	ErrName    = errors.New("no name of a KMS key: give alias/NAME, a key ID or an ARN")
)

// DefaultTimeout bounds each signature, retries included.
const DefaultTimeout = 10 * time.Second

// Client is what signing needs of KMS; *kms.Client is one.
type Client interface {
	GetPublicKey(context.Context, *kms.GetPublicKeyInput, ...func(*kms.Options)) (*kms.GetPublicKeyOutput, error)
	Sign(context.Context, *kms.SignInput, ...func(*kms.Options)) (*kms.SignOutput, error)
}

// Signer is a key in KMS. Any number of goroutines may use it.
type Signer struct {
	client    Client
	name      string
	arn       string
	public    crypto.PublicKey
	algorithm types.SigningAlgorithmSpec
	timeout   time.Duration
}

// Option changes a Signer.
type Option func(*Signer)

// WithTimeout bounds each signature, retries included, to d in place of
// DefaultTimeout.
func WithTimeout(d time.Duration) Option {
	return func(s *Signer) { s.timeout = d }
}

// New fetches the public half of a key, named by its alias (alias/NAME), ID or
// ARN, and checks that it can sign for CloudFront. Errors are ErrName,
// ErrUsage, keys.ErrAlgorithm or KMS's own.
func New(ctx context.Context, client Client, name string, opts ...Option) (*Signer, error) {
	if name == "" || name == "alias/" {
		return nil, ErrName
	}
	out, err := client.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: &name})
	if err != nil {
		return nil, fmt.Errorf("KMS key %s: %w", name, err)
	}
	if out.KeyUsage != types.KeyUsageTypeSignVerify {
		return nil, fmt.Errorf("KMS key %s: %w; it has %s", name, ErrUsage, out.KeyUsage)
	}
	parsed, err := x509.ParsePKIXPublicKey(out.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("KMS key %s is a %s key: %w", name, out.KeySpec, keys.ErrAlgorithm)
	}
	public, err := keys.NewPublic(parsed)
	if err != nil {
		return nil, fmt.Errorf("KMS key %s: %w", name, err)
	}
	s := &Signer{client: client, name: name, arn: aws.ToString(out.KeyId), public: public.Key(), timeout: DefaultTimeout}
	s.algorithm = types.SigningAlgorithmSpecEcdsaSha256
	if public.Algorithm() == keys.RSA2048 {
		s.algorithm = types.SigningAlgorithmSpecRsassaPkcs1V15Sha256
	}
	for _, opt := range opts {
		opt(s)
	}
	return s, nil
}

// Public returns the public half, *rsa.PublicKey or *ecdsa.PublicKey.
func (s *Signer) Public() crypto.PublicKey { return s.public }

// Sign implements crypto.Signer within the Signer's timeout: digest is a
// SHA-256 sum, and the signature PKCS #1 v1.5 or ASN.1 DER. The reader is not
// used: chance, where there is any, is KMS's. Errors are ErrHash, ErrChanged
// or KMS's own.
func (s *Signer) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	return s.SignContext(ctx, digest, opts)
}

// SignContext is Sign under a context of the caller's.
func (s *Signer) SignContext(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	_, pss := opts.(*rsa.PSSOptions)
	if pss || opts.HashFunc() != crypto.SHA256 || len(digest) != crypto.SHA256.Size() {
		return nil, ErrHash
	}
	out, err := s.client.Sign(ctx, &kms.SignInput{
		KeyId:            &s.name,
		Message:          digest,
		MessageType:      types.MessageTypeDigest,
		SigningAlgorithm: s.algorithm,
	})
	if err != nil {
		return nil, fmt.Errorf("signing with KMS key %s: %w", s.name, err)
	}
	if got := aws.ToString(out.KeyId); got != s.arn {
		return nil, fmt.Errorf("KMS key %s: %w; it was %s and is %s", s.name, ErrChanged, s.arn, got)
	}
	return out.Signature, nil
}

// Open returns a keys.OpenFunc for URIs of the scheme kms.
func Open(client Client, opts ...Option) keys.OpenFunc {
	return func(ctx context.Context, uri string) (crypto.Signer, error) {
		name, ok := strings.CutPrefix(uri, Scheme+":")
		if !ok {
			return nil, fmt.Errorf("%w, as kms:NAME", ErrName)
		}
		s, err := New(ctx, client, name, opts...)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
}
