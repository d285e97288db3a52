package awsstore_test

import (
	"context"
	"crypto"
	"encoding/pem"
	"errors"
	"fmt"
	"log"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"example.com/privatecdn/internal/testing/fakeaws"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer/awsstore"
)

// place is one of the two stores, on a server of its own.
type place struct {
	server *fakeaws.Server
	scheme string
	open   keys.OpenFunc
	store  func(name string) keys.Store
	set    func(name, value string)
}

func places(t *testing.T) []place {
	t.Helper()
	one, two := fakeaws.Start(t), fakeaws.Start(t)
	secrets, parameters := secretsmanager.NewFromConfig(one.Config()), ssm.NewFromConfig(two.Config())
	return []place{
		{one, "secretsmanager", awsstore.OpenSecret(secrets),
			func(name string) keys.Store { return awsstore.SecretStore{Client: secrets, Name: name} }, one.SetSecret},
		{two, "ssm", awsstore.OpenParameter(parameters),
			func(name string) keys.Store { return awsstore.ParameterStore{Client: parameters, Name: name} },
			func(name, value string) { two.SetParameter(name, "SecureString", value) }},
	}
}

// TestKeepsAndOpens holds that a key that was made opens by its URI, and that
// only the request that keeps it holds its private key.
func TestKeepsAndOpens(t *testing.T) {
	t.Parallel()
	for _, p := range places(t) {
		for _, a := range []keys.Algorithm{keys.ECDSAP256, keys.RSA2048} {
			name := "/media/" + string(a)
			public, uri, err := p.store(name).New(t.Context(), a)
			if err != nil || uri != p.scheme+":"+name {
				t.Fatalf("%q, %v", uri, err)
			}
			key, err := p.open(t.Context(), uri)
			if err != nil {
				t.Fatal(err)
			}
			opened, err := keys.NewPublic(key.Public())
			if err != nil || opened.Fingerprint() != public.Fingerprint() {
				t.Errorf("%s opens %v, %v", uri, opened, err)
			}
			for _, r := range p.server.Requests() {
				if holdsKey(r.Body, key) && r.Operation != "CreateSecret" && r.Operation != "PutParameter" {
					t.Errorf("%s holds the private key", r.Operation)
				}
			}
		}
	}
}

// holdsKey reports whether text holds any line of a key's PEM.
func holdsKey(text string, key crypto.Signer) bool {
	private, err := keys.MarshalPrivate(key)
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(private)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") && strings.Contains(text, line) {
			return true
		}
	}
	return false
}

// TestRefused holds what every wrong name and value gets, and that no error
// tells what a store holds.
func TestRefused(t *testing.T) {
	t.Parallel()
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		t.Fatal(err)
	}
	text, err := keys.MarshalPrivate(key)
	if err != nil {
		t.Fatal(err)
	}
	public, err := keys.NewPublic(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	for _, p := range places(t) {
		for name, value := range map[string]string{
			"json":  fmt.Sprintf(`{"privateKey": %q}`, text),
			"twice": string(text) + string(text), "cut": string(text[:len(text)/2]),
			"public": public.PEM(), "empty": " ", "der": string(block.Bytes),
		} {
			p.set(name, value)
		}
		for _, test := range []struct {
			uri  string
			want error
		}{
			{"json", nil}, {"twice", keys.ErrManyBlocks}, {"cut", nil},
			{"public", keys.ErrPublicKey}, {"empty", keys.ErrNoPEM}, {"der", keys.ErrForm},
			{"", awsstore.ErrName}, {"unknown", nil},
		} {
			opened, err := p.open(t.Context(), p.scheme+":"+test.uri)
			if opened != nil || err == nil {
				t.Errorf("%s:%s opened", p.scheme, test.uri)
			}
			if test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("%s:%s: %v, want %v", p.scheme, test.uri, err, test.want)
			}
			if err != nil && holdsKey(fmt.Sprintf("%v %+v %#v", err, err, err), key) {
				t.Errorf("%s:%s: the error holds the key", p.scheme, test.uri)
			}
		}
		if _, err := p.open(t.Context(), "file:x"); !errors.Is(err, awsstore.ErrName) {
			t.Errorf("another scheme: %v", err)
		}
		if _, _, err := p.store("").New(t.Context(), keys.ECDSAP256); !errors.Is(err, awsstore.ErrName) {
			t.Errorf("no name: %v", err)
		}
		if _, _, err := p.store("a").New(t.Context(), "ed25519"); !errors.Is(err, keys.ErrAlgorithm) {
			t.Errorf("another algorithm: %v", err)
		}
	}
}

// TestNeverOverwrites holds that a name that is taken is refused and keeps
// what it had.
func TestNeverOverwrites(t *testing.T) {
	t.Parallel()
	for _, p := range places(t) {
		first, uri, err := p.store("media").New(t.Context(), keys.ECDSAP256)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.store("media").New(t.Context(), keys.ECDSAP256); !errors.Is(err, awsstore.ErrExists) {
			t.Errorf("%s: %v", uri, err)
		}
		key, err := p.open(t.Context(), uri)
		if err != nil {
			t.Fatal(err)
		}
		if now, err := keys.NewPublic(key.Public()); err != nil || now.Fingerprint() != first.Fingerprint() {
			t.Errorf("%s holds another key", uri)
		}
	}
}

// TestFailures holds that AWS's own errors are found behind ours, and that
// they hold no key even when it was in the request.
func TestFailures(t *testing.T) {
	t.Parallel()
	for _, p := range places(t) {
		for _, operation := range []string{"CreateSecret", "GetSecretValue", "PutParameter", "GetParameter"} {
			p.server.Fail(
				operation,
				fakeaws.Failure{Status: http.StatusBadRequest, Code: "AccessDeniedException", Message: "no " + operation},
			)
		}
		_, _, kept := p.store("media").New(t.Context(), keys.RSA2048)
		_, opened := p.open(t.Context(), p.scheme+":media")
		for _, err := range []error{kept, opened} {
			var api smithy.APIError
			if !errors.As(err, &api) || api.ErrorCode() != "AccessDeniedException" {
				t.Errorf("%s: %v", p.scheme, err)
			}
			if strings.Contains(fmt.Sprintf("%v %+v", err, err), "PRIVATE KEY") {
				t.Errorf("%s: the error holds the key", p.scheme)
			}
		}
	}
}

// TestPlainParameter holds that a private key that lies in the open is not
// used.
func TestPlainParameter(t *testing.T) {
	t.Parallel()
	server := fakeaws.Start(t)
	server.SetParameter("media", "String", "whatever")
	if _, err := awsstore.OpenParameter(ssm.NewFromConfig(server.Config()))(t.Context(), "ssm:media"); !errors.Is(
		err,
		awsstore.ErrPlain,
	) {
		t.Error(err)
	}
}

func Example() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	open := keys.Openers{
		"secretsmanager": awsstore.OpenSecret(secretsmanager.NewFromConfig(cfg)),
		"ssm":            awsstore.OpenParameter(ssm.NewFromConfig(cfg)),
	}
	key, err := open.Open(ctx, "secretsmanager:media/signing-key")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(keys.NewPublic(key.Public()))
}
