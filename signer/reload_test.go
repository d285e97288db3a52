package signer_test

import (
	"context"
	"crypto"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/verify"
)

// A key that is open stays so: its store is not asked at every reload.
func TestOpeners(t *testing.T) {
	t.Parallel()
	path, d := deployed(t)
	d.Keys[0].PrivateKey = "kms:alias/one"
	write(t, d, path)
	var opened atomic.Int32
	s := open(t, path, signer.WithOpeners(keys.Openers{"kms": func(_ context.Context, uri string) (crypto.Signer, error) {
		opened.Add(1)
		if uri != "kms:alias/one" {
			t.Errorf("asked for %s", uri)
		}
		return rsaKey(), nil
	}}))
	for range 3 {
		if err := s.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("opened %d times", n)
	}
}

// Everything signed while deployments come, go and fail opens.
func TestReloadsByItself(t *testing.T) {
	t.Parallel()
	path, d := deployed(t)
	failures := make(chan error, 100)
	s := open(t, path, signer.WithReload(time.Millisecond), signer.WithReloadError(func(err error) {
		if err == nil {
			t.Error("told of a failure that is none")
		}
		select {
		case failures <- err:
		default:
		}
	}))
	trusted := verify.New(map[string]crypto.PublicKey{"K1": rsaKey().Public(), "K2": ecKey().Public()})
	var viewers sync.WaitGroup
	for range 4 {
		viewers.Go(func() {
			for range 25 {
				u, err := s.URL("/a", signer.Terms{For: time.Hour})
				if d := trusted.Check(verify.Request{URL: u, Time: now}); err != nil || !d.Allowed {
					t.Errorf("%v, %s", err, d.Reason)
				}
			}
		})
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := <-failures; !errors.Is(err, deployment.ErrSyntax) {
		t.Errorf("told %v", err)
	}
	d.Keys[0].State, d.Keys[1].State = keys.Retiring, keys.Signing
	write(t, d, path)
	for s.KeyPairID() != "K2" { // the test's own time limit ends it
		time.Sleep(time.Millisecond)
	}
	viewers.Wait()
}

// source is a deployment that is loaded under a context.
type source func(context.Context) (*deployment.Deployment, error)

func (s source) Load(ctx context.Context) (*deployment.Deployment, error) { return s(ctx) }

// The context of a reload ends with it, and has a deadline.
func TestReloadContext(t *testing.T) {
	t.Parallel()
	path, _ := deployed(t)
	contexts := make(chan context.Context)
	_, err := signer.Open(t.Context(), source(func(ctx context.Context) (*deployment.Deployment, error) {
		if _, limited := ctx.Deadline(); limited {
			select {
			case contexts <- ctx:
			case <-t.Context().Done():
			}
		}
		return deployment.File(path).Load(ctx)
	}), clock, signer.WithReload(time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	first := <-contexts
	<-contexts
	if first.Err() == nil {
		t.Error("the context of the first reload is open during the second")
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	path, d := deployed(t)
	d.Hosts, d.Endpoint = append(d.Hosts, "127.0.0.1:8443"), "https://127.0.0.1:8443"
	write(t, d, path)
	u, err := open(t, path).URL("/a", signer.Terms{For: time.Hour})
	if want := "https://127.0.0.1:8443/a?Expires="; err != nil || u[:len(want)] != want {
		t.Errorf("%q, %v", u, err)
	}
}
