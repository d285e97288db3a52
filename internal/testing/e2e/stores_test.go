package e2e_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/deployment/awssource"
	"example.com/privatecdn/internal/testing/fakeaws"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/awskms"
	"example.com/privatecdn/signer/awsstore"
)

// TestStores checks that keys in every store sign URLs that the edge serves,
// through a rotation, and that no place but the store ever contains a private
// key.
func TestStores(t *testing.T) {
	for _, scheme := range []string{"kms:alias/", "secretsmanager:media/", "ssm:/media/"} {
		for _, a := range []keys.Algorithm{keys.ECDSAP256, keys.RSA2048} {
			t.Run(strings.Trim(scheme, ":/")+"-"+string(a), func(t *testing.T) {
				fake := fakeaws.Start(t)
				fake.Setenv(t)
				made := 0
				w := newRing(t, 0, func(string) keys.Store {
					made++
					return storeFor(t, scheme, string(a)+"-"+strings.Repeat("i", made))
				})
				w.start(a, openers(t, w.ring.Dir()), 0)
				w.load(func() {
					w.pass(3*time.Hour, time.Hour)
					next := w.add()
					w.deploy(true)
					w.do(w.ring.Promote, next)
					w.deploy(true)
					w.pass(3*time.Hour, time.Hour)
				})
				if len(w.wrong) > 0 || len(w.usedBy) != 2 || w.opened.Load() == 0 {
					t.Errorf("%d opened, URLs by key %v, wrong: %v", w.opened.Load(), w.usedBy, w.wrong)
				}
				w.scan(fake)
			})
		}
	}
}

// settings returns the environment of the AWS SDK.
func settings(t *testing.T) aws.Config {
	t.Helper()
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func storeFor(t *testing.T, scheme, name string) keys.Store {
	t.Helper()
	cfg := settings(t)
	kind, prefix, _ := strings.Cut(scheme, ":")
	switch kind {
	case awskms.Scheme:
		return awskms.Store{Client: kms.NewFromConfig(cfg), Alias: prefix + name}
	case awsstore.SchemeSecret:
		return awsstore.SecretStore{Client: secretsmanager.NewFromConfig(cfg), Name: prefix + name}
	}
	return awsstore.ParameterStore{Client: ssm.NewFromConfig(cfg), Name: prefix + name}
}

func openers(t *testing.T, dir string) keys.Openers {
	t.Helper()
	cfg := settings(t)
	return keys.Openers{
		"file":                   keys.OpenFile(dir),
		awskms.Scheme:            awskms.Open(kms.NewFromConfig(cfg)),
		awsstore.SchemeSecret:    awsstore.OpenSecret(secretsmanager.NewFromConfig(cfg)),
		awsstore.SchemeParameter: awsstore.OpenParameter(ssm.NewFromConfig(cfg)),
	}
}

func sourceFor(t *testing.T, ref string) deployment.Source {
	t.Helper()
	if name, ok := strings.CutPrefix(ref, "ssm:"); ok {
		return awssource.Parameter(ssm.NewFromConfig(settings(t)), name)
	}
	return awssource.Stack(cloudformation.NewFromConfig(settings(t)), strings.TrimPrefix(ref, "stack:"))
}

// scan searches everything that was written or sent for private keys, except
// the requests that store them.
func (w *world) scan(fake *fakeaws.Server) {
	w.t.Helper()
	places := map[string]string{"document": marshal(w.t, w.document.Load()), "wrong": strings.Join(w.wrong, "\n")}
	for _, root := range []string{w.ring.Dir(), filepath.Dir(w.template)} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			places[path] = string(text)
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	for _, r := range fake.Requests() {
		if r.Operation != "CreateSecret" && r.Operation != "PutParameter" {
			places[r.Operation] += r.Body
		}
	}
	for _, secret := range fake.Stored() {
		for line := range strings.Lines(secret) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "-----") {
				continue
			}
			for place, text := range places {
				if strings.Contains(text, line) {
					w.t.Errorf("%s holds a private key", place)
				}
			}
		}
	}
	for place, text := range places {
		if strings.Contains(text, "PRIVATE KEY") {
			w.t.Errorf("%s holds a private key", place)
		}
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestSources checks that a signer follows a deployment by a parameter and by a
// stack's outputs, and continues when they cannot be read.
func TestSources(t *testing.T) {
	for _, ref := range []string{"ssm:/media", "stack:Media"} {
		t.Run(ref, func(t *testing.T) {
			fake := fakeaws.Start(t)
			fake.Setenv(t)
			w := newWorld(t, 0)
			first := w.id(w.first())
			put := func() {
				text := marshal(t, w.document.Load())
				fake.SetParameter("/media", "String", text)
				fake.SetStack("Media", map[string]string{"Deployment": text, "Bucket": "media"})
			}
			put()
			source := sourceFor(t, ref)
			failed := make(chan error, 1)
			s, err := signer.Open(t.Context(), source, signer.WithReload(5*time.Millisecond), signer.WithClock(w.clock(0)),
				signer.WithOpeners(openers(t, w.ring.Dir())), signer.WithReloadError(func(err error) {
					select {
					case failed <- err:
					default:
					}
				}))
			if err != nil {
				t.Fatal(err)
			}
			if id := s.KeyPairID(); id != first {
				t.Errorf("it signs with %s, want %s", id, first)
			}
			second := w.add()
			w.do(w.ring.Promote, second)
			w.writeDocument()
			put()
			for deadline := time.Now().Add(10 * time.Second); s.KeyPairID() != w.id(second); time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("it does not take up the promotion")
				}
			}
			fake.SetParameter("/media", "String", "{")
			fake.SetStack("Media", map[string]string{"Deployment": "{"})
			if err := <-failed; !errors.Is(err, deployment.ErrSyntax) {
				t.Errorf("it says %v", err)
			}
			if _, err := s.URL("/films/1.ts", signer.Terms{For: time.Hour}); err != nil || s.KeyPairID() != w.id(second) {
				t.Errorf("it does not go on with what it had: %v", err)
			}
		})
	}
}
