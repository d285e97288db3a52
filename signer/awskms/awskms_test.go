package awskms_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"log"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"example.com/privatecdn/internal/testing/fakeaws"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/awskms"
	"example.com/privatecdn/signer/verify"
)

// start starts a KMS and returns it with the SDK's own client of it.
func start(t *testing.T) (*fakeaws.Server, *kms.Client) {
	t.Helper()
	server := fakeaws.Start(t)
	return server, kms.NewFromConfig(server.Config())
}

// makeKey makes one key under an alias.
func makeKey(t *testing.T, client *kms.Client, a keys.Algorithm, alias string) *keys.Public {
	t.Helper()
	public, _, err := awskms.Store{Client: client, Alias: alias}.New(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return public
}

// TestSigns holds that a key made by the store opens by its URI and signs what
// the standard library verifies, by every name it has.
func TestSigns(t *testing.T) {
	t.Parallel()
	for _, a := range []keys.Algorithm{keys.ECDSAP256, keys.RSA2048} {
		t.Run(string(a), func(t *testing.T) {
			t.Parallel()
			_, client := start(t)
			public, uri, err := awskms.Store{Client: client, Alias: "alias/media"}.New(t.Context(), a)
			if err != nil || uri != "kms:alias/media" || public.Algorithm() != a {
				t.Fatalf("made %v under %q: %v", public, uri, err)
			}
			described, err := client.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String("alias/media")})
			if err != nil {
				t.Fatal(err)
			}
			for _, uri := range []string{uri, "kms:" + *described.KeyMetadata.KeyId, "kms:" + *described.KeyMetadata.Arn} {
				key, err := awskms.Open(client)(t.Context(), uri)
				if err != nil {
					t.Fatal(err)
				}
				digest := sha256.Sum256([]byte("policy"))
				signature, err := key.Sign(nil, digest[:], crypto.SHA256)
				if err != nil {
					t.Fatal(err)
				}
				if !verifies(public.Key(), digest[:], signature) {
					t.Errorf("%s: the signature does not verify", uri)
				}
			}
		})
	}
}

func verifies(public crypto.PublicKey, digest, signature []byte) bool {
	switch k := public.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(k, crypto.SHA256, digest, signature) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(k, digest, signature)
	}
	return false
}

// TestHash holds that what KMS cannot sign is refused before it is asked.
func TestHash(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	makeKey(t, client, keys.RSA2048, "alias/media")
	key, err := awskms.New(t.Context(), client, "alias/media")
	if err != nil {
		t.Fatal(err)
	}
	before := len(server.Requests())
	sha1sum, sha256sum := sha1.Sum(nil), sha256.Sum256(nil)
	for _, test := range []struct {
		name   string
		digest []byte
		opts   crypto.SignerOpts
	}{
		{"SHA-1", sha1sum[:], crypto.SHA1},
		{"PSS", sha256sum[:], &rsa.PSSOptions{Hash: crypto.SHA256}},
		{"no digest", []byte("policy"), crypto.SHA256},
		{"no hash", []byte("policy"), crypto.Hash(0)},
	} {
		if _, err := key.Sign(nil, test.digest, test.opts); !errors.Is(err, awskms.ErrHash) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if asked := len(server.Requests()) - before; asked != 0 {
		t.Errorf("KMS was asked %d times", asked)
	}
}

// TestWithSigner holds that CloudFront's check accepts what a signer makes with
// a key in KMS, and that SHA-1 is refused by its name.
func TestWithSigner(t *testing.T) {
	t.Parallel()
	for _, a := range []keys.Algorithm{keys.ECDSAP256, keys.RSA2048} {
		_, client := start(t)
		public := makeKey(t, client, a, "alias/media")
		key, err := awskms.New(t.Context(), client, "alias/media")
		if err != nil {
			t.Fatal(err)
		}
		s, err := signer.New(public.LocalID(), key)
		if err != nil {
			t.Fatal(err)
		}
		const film = "https://d111111abcdef8.cloudfront.net/films/7.mp4"
		url, err := s.URL(film, signer.Terms{For: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		cloudFront := verify.New(map[string]crypto.PublicKey{public.LocalID(): public.Key()})
		if d := cloudFront.Check(verify.Request{URL: url, Time: time.Now()}); !d.Allowed {
			t.Errorf("%s: %s", a, d.Reason)
		}
		if s, err = signer.New(public.LocalID(), key, signer.WithHash(crypto.SHA1)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.URL(film, signer.Terms{For: time.Hour}); !errors.Is(err, awskms.ErrHash) {
			t.Errorf("%s, SHA-1: %v", a, err)
		}
	}
}

// TestUnfit holds what a key that cannot sign for CloudFront gets.
func TestUnfit(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	create := func(spec types.KeySpec, usage types.KeyUsageType) string {
		out, err := client.CreateKey(t.Context(), &kms.CreateKeyInput{KeySpec: spec, KeyUsage: usage})
		if err != nil {
			t.Fatal(err)
		}
		return *out.KeyMetadata.KeyId
	}
	notFound := func(err error) bool {
		var e *types.NotFoundException
		return errors.As(err, &e)
	}
	is := func(target error) func(error) bool { return func(err error) bool { return errors.Is(err, target) } }
	for _, test := range []struct {
		name, uri string
		want      func(error) bool
	}{
		{"RSA-3072", "kms:" + create(types.KeySpecRsa3072, types.KeyUsageTypeSignVerify), is(keys.ErrAlgorithm)},
		{"for encryption", "kms:" + create(types.KeySpecRsa2048, types.KeyUsageTypeEncryptDecrypt), is(awskms.ErrUsage)},
		{"for agreement", "kms:" + create(types.KeySpecEccNistP256, types.KeyUsageTypeKeyAgreement), is(awskms.ErrUsage)},
		{"unknown", "kms:alias/none", notFound},
		{"no name", "kms:", is(awskms.ErrName)},
		{"no alias", "kms:alias/", is(awskms.ErrName)},
		{"another scheme", "ssm:media", is(awskms.ErrName)},
	} {
		if key, err := awskms.Open(client)(t.Context(), test.uri); key != nil || !test.want(err) {
			t.Errorf("%s: %v, %v", test.name, key, err)
		}
	}
}

// TestAliasMoves holds that a signature by another key than the one that was
// opened is never handed out.
func TestAliasMoves(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	makeKey(t, client, keys.ECDSAP256, "alias/a")
	makeKey(t, client, keys.ECDSAP256, "alias/b")
	key, err := awskms.New(t.Context(), client, "alias/a")
	if err != nil {
		t.Fatal(err)
	}
	server.Point("alias/a", "alias/b")
	digest := sha256.Sum256(nil)
	if signature, err := key.Sign(nil, digest[:], crypto.SHA256); signature != nil || !errors.Is(err, awskms.ErrChanged) {
		t.Errorf("signed %x, %v", signature, err)
	}
}

// TestStoreLeavesNothing holds that a store that fails leaves no key behind,
// nor an alias that would stand in the way of the next attempt.
func TestStoreLeavesNothing(t *testing.T) {
	t.Parallel()
	t.Run("alias taken", func(t *testing.T) {
		t.Parallel()
		server, client := start(t)
		makeKey(t, client, keys.ECDSAP256, "alias/media")
		_, _, err := awskms.Store{Client: client, Alias: "alias/media"}.New(t.Context(), keys.ECDSAP256)
		if !errors.Is(err, awskms.ErrExists) || server.LiveKeys() != 1 {
			t.Errorf("%v; %d keys", err, server.LiveKeys())
		}
	})
	for _, operation := range []string{"DescribeKey", "CreateKey", "CreateAlias", "GetPublicKey"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			server, client := start(t)
			server.Fail(
				operation,
				fakeaws.Failure{Status: http.StatusBadRequest, Code: "AccessDeniedException", Message: "no " + operation},
			)
			store := awskms.Store{Client: client, Alias: "alias/media"}
			if _, _, err := store.New(t.Context(), keys.RSA2048); err == nil || server.LiveKeys() != 0 {
				t.Errorf("%v; %d keys", err, server.LiveKeys())
			}
			server.Fail(operation, fakeaws.Failure{})
			if _, _, err := store.New(t.Context(), keys.RSA2048); err != nil {
				t.Errorf("again: %v", err)
			}
		})
	}
	for alias, a := range map[string]keys.Algorithm{
		"media": keys.RSA2048, "alias/": keys.RSA2048, "alias/media": "ed25519",
	} {
		server, client := start(t)
		_, _, err := awskms.Store{Client: client, Alias: alias}.New(t.Context(), a)
		if !errors.Is(err, awskms.ErrName) && !errors.Is(err, keys.ErrAlgorithm) || len(server.Requests()) != 0 {
			t.Errorf("%s, %s: %v", alias, a, err)
		}
	}
}

// slow is a KMS that does not answer.
type slow struct{ *kms.Client }

func (slow) Sign(ctx context.Context, _ *kms.SignInput, _ ...func(*kms.Options)) (*kms.SignOutput, error) {
	if deadline, _ := ctx.Deadline(); time.Until(deadline) > awskms.DefaultTimeout/2 {
		return nil, errors.New("the timeout that was set does not count")
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestTimeout holds that a signature never waits longer than it may.
func TestTimeout(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	makeKey(t, client, keys.ECDSAP256, "alias/media")
	key, err := awskms.New(t.Context(), slow{client}, "alias/media", awskms.WithTimeout(time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(nil)
	if _, err := key.Sign(nil, digest[:], crypto.SHA256); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// regional notes the region that requests go to.
type regional struct {
	*kms.Client
	region *string
}

func (r regional) GetPublicKey(
	ctx context.Context, in *kms.GetPublicKeyInput, opts ...func(*kms.Options),
) (*kms.GetPublicKeyOutput, error) {
	o := r.Client.Options()
	o.Region = "eu-west-1"
	for _, opt := range opts {
		opt(&o)
	}
	*r.region = o.Region
	return r.Client.GetPublicKey(ctx, in)
}

// The region of an ARN counts, and the client's otherwise.
func TestRegion(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	makeKey(t, client, keys.ECDSAP256, "alias/media")
	var region string
	for name, want := range map[string]string{
		"arn:aws:kms:us-west-2:111122223333:key/none": "us-west-2", "alias/media": "eu-west-1",
	} {
		_, _ = awskms.New(t.Context(), regional{client, &region}, name)
		if region != want {
			t.Errorf("%s: asked in %s", name, region)
		}
	}
}

// A key that gets no name is deleted as soon as KMS allows, or named in the error.
func TestStoreDeletes(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	denied := fakeaws.Failure{Status: http.StatusBadRequest, Code: "AccessDeniedException", Message: "no"}
	store := awskms.Store{Client: client, Alias: "alias/media"}
	server.Fail("CreateAlias", denied)
	_, _, err := store.New(t.Context(), keys.RSA2048)
	last := server.Requests()[len(server.Requests())-1]
	if err == nil || !strings.Contains(err.Error(), "is scheduled for deletion") ||
		!strings.Contains(last.Body, `"PendingWindowInDays":7`) {
		t.Errorf("%v, %+v", err, last)
	}
	server.Fail("ScheduleKeyDeletion", denied)
	_, _, err = store.New(t.Context(), keys.RSA2048)
	if err == nil || !strings.Contains(err.Error(), "could not be deleted") {
		t.Error(err)
	}
}

func ExampleNew() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	key, err := awskms.New(ctx, kms.NewFromConfig(cfg), "alias/media")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(keys.NewPublic(key.Public())) // what the distribution's key group must hold
}

func ExampleStore() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	ring, err := keys.Open("keys/ring")
	if err != nil {
		log.Fatal(err)
	}
	key, err := ring.Add(ctx, keys.ECDSAP256, awskms.Store{Client: kms.NewFromConfig(cfg), Alias: "alias/media-2027"})
	fmt.Println(key.Private, err) // kms:alias/media-2027
}
