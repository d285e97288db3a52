package keys_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/privatecdn/internal/testing/keytest"
	"example.com/privatecdn/keys"
)

// TestForms gives openssl's keys in every form to ParsePrivate and their
// public keys to ParsePublic, and compares the fingerprint with openssl's.
func TestForms(t *testing.T) {
	t.Parallel()
	for name, form := range keytest.Right(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := keys.ParsePrivate(form.PEM)
			if err != nil {
				t.Fatal(err)
			}
			p, err := keys.NewPublic(key.Public())
			if err != nil {
				t.Fatal(err)
			}
			if p.Algorithm() != form.Algorithm {
				t.Errorf("algorithm %s", p.Algorithm())
			}
			// openssl gives a curve that is written out back written out: it is read
			// all the same, and the fingerprint is that of the named curve.
			public, err := keys.ParsePublic(keytest.PublicOf(t, form.PEM))
			if err != nil {
				t.Fatal(err)
			}
			if public.PEM() != p.PEM() {
				t.Error("the public key alone reads as another key")
			}
			der := keytest.OpenSSL(t, []byte(p.PEM()), "pkey", "-pubin", "-outform", "DER")
			sum := sha256.Sum256(der)
			if want := "SHA256:" + hex.EncodeToString(sum[:]); p.Fingerprint() != want {
				t.Errorf("fingerprint %s, openssl's %s", p.Fingerprint(), want)
			}
		})
	}
}

// TestGenerate makes keys of both algorithms, and has openssl check them and a
// signature by them.
func TestGenerate(t *testing.T) {
	t.Parallel()
	for _, a := range []keys.Algorithm{keys.ECDSAP256, keys.RSA2048} {
		t.Run(string(a), func(t *testing.T) {
			t.Parallel()
			key, err := keys.Generate(a)
			if err != nil {
				t.Fatal(err)
			}
			private, err := keys.MarshalPrivate(key)
			if err != nil {
				t.Fatal(err)
			}
			keytest.OpenSSL(t, private, "pkey", "-check", "-noout")
			again, err := keys.ParsePrivate(private)
			if err != nil || !again.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(key.Public()) {
				t.Fatalf("read back: %v", err)
			}
			p, err := keys.NewPublic(key.Public())
			if err != nil {
				t.Fatal(err)
			}
			checkSignature(t, key, p)
			if id := p.LocalID(); len(id) != 14 || id[0] != 'K' || strings.Trim(
				id[1:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
			) != "" {
				t.Errorf("local ID %q", id)
			}
			if _, ok := p.Key().(*ecdsa.PublicKey); ok != (a == keys.ECDSAP256) || p.Algorithm() != a {
				t.Errorf("made %T, %s", p.Key(), p.Algorithm())
			}
		})
	}
}

func checkSignature(t *testing.T, key crypto.Signer, p *keys.Public) {
	t.Helper()
	dir := t.TempDir()
	message := []byte("a message")
	digest := sha256.Sum256(message)
	signature, err := key.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	public, sig := filepath.Join(dir, "public.pem"), filepath.Join(dir, "signature")
	for path, data := range map[string][]byte{public: []byte(p.PEM()), sig: signature} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keytest.OpenSSL(t, message, "dgst", "-sha256", "-verify", public, "-signature", sig)
}
