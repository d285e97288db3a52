// Package awskms signs with a key of AWS KMS: the private key never leaves it,
// and *Signer is a crypto.Signer like any other.
//
//	cfg, err := config.LoadDefaultConfig(ctx)
//	…
//	key, err := awskms.New(ctx, kms.NewFromConfig(cfg), "alias/media")
//
// CloudFront accepts RSA_2048 and ECC_NIST_P256 keys with the usage SIGN_VERIFY,
// over SHA-256: KMS has no SHA-1. Signing needs kms:Sign and
// kms:GetPublicKey on the key. The region of an ARN is used in place of the
// client's.
//
// https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
package awskms

import (
	"cmp"
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

	"example.com/privatecdn/internal/awsfault"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

// Scheme is the scheme of URIs that name a key: kms:alias/NAME, kms:KEY-ID or
// kms:ARN.
const Scheme = "kms"

// The kinds of failure, for errors.Is. KMS's own errors are kinds of others,
// for errors.As.
var (
	ErrHash    = errors.New("KMS signs only SHA-256 for CloudFront")
	ErrUsage   = errors.New("the KMS key is not for signing")
	ErrChanged = errors.New("the alias now points to a different KMS key")
	ErrName    = errors.New("not a valid name of a KMS key")
)

// Error is a key that was refused or a request to KMS that failed.
type Error = fault.Error

const signingKey = "make one with the key spec ECC_NIST_P256 or RSA_2048 and the usage SIGN_VERIFY"

// DefaultTimeout bounds each signature, retries included.
const DefaultTimeout = 10 * time.Second

// algorithms are KMS's names of the algorithms that CloudFront accepts.
var algorithms = map[keys.Algorithm]struct {
	spec  types.KeySpec
	signs types.SigningAlgorithmSpec
}{
	keys.ECDSAP256: {types.KeySpecEccNistP256, types.SigningAlgorithmSpecEcdsaSha256},
	keys.RSA2048:   {types.KeySpecRsa2048, types.SigningAlgorithmSpecRsassaPkcs1V15Sha256},
}

// Client is what signing needs of KMS; *kms.Client is one.
type Client interface {
	GetPublicKey(context.Context, *kms.GetPublicKeyInput, ...func(*kms.Options)) (*kms.GetPublicKeyOutput, error)
	Sign(context.Context, *kms.SignInput, ...func(*kms.Options)) (*kms.SignOutput, error)
}

// Signer is a key in KMS. Any number of goroutines may use it.
type Signer struct {
	client  Client
	name    string
	arn     string
	public  *keys.Public
	timeout time.Duration
}

// Option changes a Signer.
type Option func(*Signer)

// WithTimeout bounds each signature, retries included, to d in place of
// DefaultTimeout.
func WithTimeout(d time.Duration) Option {
	return func(s *Signer) { s.timeout = d }
}

// New fetches the public key of a KMS key, named by its alias (alias/NAME), ID
// or ARN, and checks that it can sign for CloudFront. Errors are ErrName,
// ErrUsage, keys.ErrAlgorithm or KMS's own.
func New(ctx context.Context, client Client, name string, opts ...Option) (*Signer, error) {
	if name == "" || name == "alias/" {
		return nil, noName(name)
	}
	s := &Signer{client: client, name: name, timeout: DefaultTimeout}
	for _, opt := range opts {
		opt(s)
	}
	out, err := client.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: &name}, s.inRegion)
	if err != nil {
		return nil, awsfault.Explain(err, s.where(), "kms:GetPublicKey")
	}
	if out.KeyUsage != types.KeyUsageTypeSignVerify {
		return nil, s.fault(ErrUsage, "its usage is "+string(out.KeyUsage)+", not SIGN_VERIFY", signingKey)
	}
	parsed, err := x509.ParsePKIXPublicKey(out.PublicKey)
	if err != nil {
		return nil, s.fault(keys.ErrAlgorithm,
			"it is a "+string(out.KeySpec)+" key, which CloudFront does not accept", signingKey)
	}
	s.arn = aws.ToString(out.KeyId)
	if s.public, err = keys.NewPublic(parsed); err != nil {
		return nil, fmt.Errorf("%s: %w", s.where(), err)
	}
	return s, nil
}

func noName(name string) error {
	return &Error{
		Kind: ErrName, What: fault.Quote(name) + " is not a valid name of a KMS key",
		Remedy: "give kms:alias/NAME, kms:KEY-ID or kms:ARN",
	}
}

// inRegion makes a request go to the region of the key's ARN.
func (s *Signer) inRegion(o *kms.Options) {
	o.Region = cmp.Or(awsname.ARNRegion(s.name), o.Region)
}

func (s *Signer) where() string { return "KMS key " + fault.Printable(s.name) }

func (s *Signer) fault(kind error, what, remedy string) error {
	return &Error{Kind: kind, Where: s.where(), What: what, Remedy: remedy}
}

// Public returns the public key, *rsa.PublicKey or *ecdsa.PublicKey.
func (s *Signer) Public() crypto.PublicKey { return s.public.Key() }

// Sign implements crypto.Signer within the Signer's timeout: digest is a
// SHA-256 sum, and the signature PKCS #1 v1.5 or ASN.1 DER. The reader is not
// used: KMS has random numbers of its own. Errors are ErrHash, ErrChanged or
// KMS's own.
func (s *Signer) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return s.SignContext(context.Background(), digest, opts)
}

// SignContext is Sign under a context, such as that of signer.URLContext.
func (s *Signer) SignContext(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	_, pss := opts.(*rsa.PSSOptions)
	if pss || opts.HashFunc() != crypto.SHA256 || len(digest) != crypto.SHA256.Size() {
		return nil, s.fault(ErrHash, "it signs only SHA-256, and KMS has no SHA-1", "sign with SHA-256")
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	algorithm := algorithms[s.public.Algorithm()].signs
	out, err := s.client.Sign(ctx, &kms.SignInput{
		KeyId: &s.name, Message: digest, MessageType: types.MessageTypeDigest, SigningAlgorithm: algorithm,
	}, s.inRegion)
	if err != nil {
		return nil, awsfault.Explain(err, s.where(), "kms:Sign")
	}
	if got := aws.ToString(out.KeyId); got != s.arn {
		return nil, s.fault(ErrChanged, "the alias now points to a different KMS key: it was "+s.arn+" and is "+got,
			"add that key to the key group, then reopen")
	}
	return out.Signature, nil
}

// Open returns a keys.OpenFunc for URIs of the scheme kms.
func Open(client Client, opts ...Option) keys.OpenFunc {
	return func(ctx context.Context, uri string) (crypto.Signer, error) {
		name, ok := strings.CutPrefix(uri, Scheme+":")
		if !ok {
			return nil, noName(uri)
		}
		s, err := New(ctx, client, name, opts...)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
}
