package keys_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"math/big"
	"testing"

	"example.com/privatecdn/keys"
)

// TestNewPublic gives NewPublic keys that no PEM can hold.
func TestNewPublic(t *testing.T) {
	t.Parallel()
	private, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		t.Fatal(err)
	}
	modulus := new(big.Int).SetBit(big.NewInt(1), 2047, 1)
	for name, c := range map[string]struct {
		key  crypto.PublicKey
		want error
	}{
		"nothing":         {nil, keys.ErrAlgorithm},
		"a private key":   {private, keys.ErrPrivateKey},
		"nil RSA":         {(*rsa.PublicKey)(nil), keys.ErrAlgorithm},
		"empty RSA":       {&rsa.PublicKey{}, keys.ErrAlgorithm},
		"RSA, exponent 1": {&rsa.PublicKey{N: modulus, E: 1}, keys.ErrMalformed},
		"RSA, even":       {&rsa.PublicKey{N: modulus, E: 65536}, keys.ErrMalformed},
		"nil ECDSA":       {(*ecdsa.PublicKey)(nil), keys.ErrAlgorithm},
		"empty ECDSA":     {&ecdsa.PublicKey{}, keys.ErrAlgorithm},
		"P-256, no point": {&ecdsa.PublicKey{Curve: elliptic.P256()}, keys.ErrMalformed},
		//lint:ignore SA1019 no other way makes a key as wrong as that
		//nolint:staticcheck
		"P-256, off curve": {
			&ecdsa.PublicKey{Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)}, keys.ErrMalformed,
		},
		"Ed25519":           {ed25519.PublicKey{}, keys.ErrAlgorithm},
		"not a key":         {"key", keys.ErrAlgorithm},
		"RSA, not by point": {rsa.PublicKey{N: modulus, E: 65537}, keys.ErrAlgorithm},
	} {
		if _, err := keys.NewPublic(c.key); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestMarshalPrivateRefuses(t *testing.T) {
	t.Parallel()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []crypto.Signer{nil, private} {
		if _, err := keys.MarshalPrivate(key); !errors.Is(err, keys.ErrAlgorithm) {
			t.Errorf("%T: %v", key, err)
		}
	}
	if _, err := keys.Generate("ed25519"); !errors.Is(err, keys.ErrAlgorithm) {
		t.Error(err)
	}
}

// FuzzParse reads anything as both halves: it is a key that reads back as the
// same, or a typed error.
func FuzzParse(f *testing.F) {
	for _, a := range []keys.Algorithm{keys.ECDSAP256, keys.RSA2048} {
		key, err := keys.Generate(a)
		if err != nil {
			f.Fatal(err)
		}
		private, err := keys.MarshalPrivate(key)
		if err != nil {
			f.Fatal(err)
		}
		public, err := keys.NewPublic(key.Public())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(private)
		f.Add([]byte(public.PEM()))
	}
	f.Add([]byte("-----BEGIN EC PARAMETERS-----\nMA==\n-----END EC PARAMETERS-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var typed *keys.Error
		p, err := keys.ParsePublic(data)
		if err != nil && !errors.As(err, &typed) {
			t.Errorf("%T", err)
		}
		if err == nil {
			again, err := keys.ParsePublic([]byte(p.PEM()))
			if err != nil || again.Fingerprint() != p.Fingerprint() {
				t.Errorf("reads back as another key: %v", err)
			}
		}
		key, err := keys.ParsePrivate(data)
		if err != nil && !errors.As(err, &typed) {
			t.Errorf("%T", err)
		}
		if err == nil {
			if _, err := keys.MarshalPrivate(key); err != nil {
				t.Error(err)
			}
		}
	})
}
