package e2e_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/testing/fakeaws"
	"example.com/privatecdn/internal/testing/keytest"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/awsstore"
)

// privateDoors are the ways in which a private key can be given, as text. The
// public key of the result is nil for text that is not a key.
func privateDoors(aws *fakeaws.Server) map[string]func(t *testing.T, text []byte, public *keys.Public) error {
	secrets, parameters := secretsmanager.NewFromConfig(aws.Config()), ssm.NewFromConfig(aws.Config())
	return map[string]func(t *testing.T, text []byte, public *keys.Public) error{
		"file": func(t *testing.T, text []byte, _ *keys.Public) error {
			dir := t.TempDir()
			write(t, text, dir, "key.pem")
			_, err := keys.OpenFile(dir)(t.Context(), "file:key.pem")
			return err
		},
		"Secrets Manager": func(t *testing.T, text []byte, _ *keys.Public) error {
			aws.SetSecret(t.Name(), string(text))
			_, err := awsstore.OpenSecret(secrets)(t.Context(), "secretsmanager:"+t.Name())
			return err
		},
		"SSM": func(t *testing.T, text []byte, _ *keys.Public) error {
			aws.SetParameter(t.Name(), "SecureString", string(text))
			_, err := awsstore.OpenParameter(parameters)(t.Context(), "ssm:"+t.Name())
			return err
		},
		"signer": func(t *testing.T, text []byte, public *keys.Public) error {
			dir := t.TempDir()
			write(t, text, dir, "key.pem")
			key := deployment.Key{ID: "K1", Fingerprint: "SHA256:" + strings.Repeat("0", 64), Algorithm: keys.RSA2048,
				State: keys.Signing, PrivateKey: "file:key.pem"}
			if public != nil {
				key.Fingerprint, key.Algorithm = public.Fingerprint(), public.Algorithm()
			}
			d := &deployment.Deployment{
				Version: deployment.Version, Stack: "Media", Hosts: []string{"d111111abcdef8.cloudfront.net"},
				Keys:      []deployment.Key{key},
				Behaviors: []deployment.Behavior{{PathPattern: "*", Access: deployment.Signed, Keys: []string{"K1"}}},
			}
			if err := d.Write(filepath.Join(dir, "deployment.json")); err != nil {
				t.Fatal(err)
			}
			_, err := signer.Open(t.Context(), deployment.File(filepath.Join(dir, "deployment.json")), signer.WithReload(0))
			return err
		},
	}
}

// publicDoors are the ways in which a public key can be given: in the ring,
// where the construct reads it, and in a template for the edge.
var publicDoors = map[string]func(t *testing.T, text []byte) error{
	"edge": func(t *testing.T, text []byte) error {
		w := newRing(t, 0, func(ring string) keys.Store { return keys.FileStore{Ring: ring} })
		w.algorithm = keys.ECDSAP256
		k := w.add()
		public, err := w.ring.Public(k.Fingerprint)
		if err != nil {
			t.Fatal(err)
		}
		template := strings.Replace(string(templateOf(t, w.ring)), marshal(t, public.PEM()), marshal(t, string(text)), 1)
		write(t, []byte(template), filepath.Dir(w.template), filepath.Base(w.template))
		e, err := edge.New(edge.Options{Template: w.template, Buckets: map[string]fs.FS{"": content()}})
		if e != nil {
			_ = e.Close()
		}
		return err
	},
	"ring": func(t *testing.T, text []byte) error {
		w := newRing(t, 0, func(ring string) keys.Store { return keys.FileStore{Ring: ring} })
		w.algorithm = keys.ECDSAP256
		write(t, text, w.ring.Dir(), w.add().Public)
		_, err := keys.Open(w.ring.Dir())
		if errors.Is(err, keys.ErrRing) {
			return nil // it was read, and is another key than the ring's
		}
		return err
	},
}

// TestRightForms gives keys in every valid form in every way.
func TestRightForms(t *testing.T) {
	t.Parallel()
	doors := privateDoors(fakeaws.Start(t))
	for form, c := range keytest.Right(t) {
		text := keytest.PublicOf(t, c.PEM)
		public, err := keys.ParsePublic(text)
		if err != nil {
			t.Fatal(err)
		}
		for door, through := range doors {
			t.Run(door+", "+form, func(t *testing.T) {
				t.Parallel()
				if err := through(t, c.PEM, public); err != nil {
					t.Error(err)
				}
			})
		}
		for door, through := range publicDoors {
			t.Run("public, "+door+", "+form, func(t *testing.T) {
				t.Parallel()
				if err := through(t, text); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestWrongForms gives keys in every invalid form in every way. Each is refused
// with the error for that form, which contains nothing of the key.
func TestWrongForms(t *testing.T) {
	t.Parallel()
	doors := privateDoors(fakeaws.Start(t))
	for form, c := range keytest.Wrong(t) {
		refused := func(t *testing.T, err, want error) {
			t.Helper()
			if !errors.Is(err, want) || (err == nil) != (want == nil) {
				t.Errorf("%v, want %v", err, want)
			}
			keytest.HoldsNothing(t, fmt.Sprintf("%v %+v %#v", err, err, err), c.Input)
		}
		for door, through := range doors {
			if c.Private == nil {
				continue // TestRightForms has it
			}
			t.Run(door+", "+form, func(t *testing.T) {
				t.Parallel()
				refused(t, through(t, c.Input, nil), c.Private)
			})
		}
		for door, through := range publicDoors {
			if door == "edge" && len(c.Input) == 0 {
				continue // of a template without a value the edge says so
			}
			t.Run("public, "+door+", "+form, func(t *testing.T) {
				t.Parallel()
				refused(t, through(t, c.Input), c.Public)
			})
		}
	}
}

func write(t *testing.T, text []byte, path ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(path...), text, 0o600); err != nil {
		t.Fatal(err)
	}
}
