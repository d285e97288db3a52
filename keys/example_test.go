package keys_test

import (
	"context"
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"example.com/privatecdn/keys"
)

// The public key of a key pair made for these examples; its private key was
// thrown away.
const publicPEM = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEB5tz3zhEvXErFcP1YMj1zivMgCKW
2XjkkAzwciJY+18CNvhmQKv22R0zkg3izyj7G5UcsTndA86hwY5ThX8xig==
-----END PUBLIC KEY-----
`

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	ring, err := keys.Create(filepath.Join(dir, "ring"))
	if err != nil {
		panic(err)
	}
	store := keys.FileStore{Ring: ring.Dir()}
	if _, err := ring.Add(context.Background(), keys.ECDSAP256, store); err != nil {
		panic(err)
	}
	for _, k := range ring.Trusted() {
		fmt.Println(k.Algorithm, k.State)
	}
	// Output: ecdsa-p256 signing
}

func ExampleParsePublic() {
	p, err := keys.ParsePublic([]byte(publicPEM))
	if err != nil {
		panic(err)
	}
	fmt.Println(p.Algorithm(), p.Fingerprint())
	fmt.Println(p.LocalID())
	// Output:
	// ecdsa-p256 SHA256:03f92274ed9d4eb7d6a146340c6278f64fc15c02fda4ab9d61a79bcf4e0676b3
	// KAP4SE5HNTVHLP
}

func ExampleParsePublic_refused() {
	_, err := keys.ParsePublic([]byte("-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"))
	var e *keys.Error
	if errors.As(err, &e) {
		fmt.Println("error:", e.What)
		fmt.Println("hint:", e.Hint())
	}
	// Output:
	// error: this is a certificate
	// hint: extract its public key with `openssl x509 -in FILE -noout -pubkey`
}

func ExampleGenerate() {
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		panic(err)
	}
	private, err := keys.MarshalPrivate(key)
	if err != nil {
		panic(err)
	}
	again, err := keys.ParsePrivate(private)
	if err != nil {
		panic(err)
	}
	digest := sha256.Sum256([]byte("a policy"))
	signature, err := again.Sign(nil, digest[:], crypto.SHA256)
	fmt.Println(len(signature) > 0, err)
	// Output: true <nil>
}

func ExampleOpeners() {
	openers := keys.Openers{"file": keys.OpenFile("keys/ring")}
	_, err := openers.Open(context.Background(), "vault:secret/signer")
	fmt.Println(err)
	// Output: no store for the private key "vault:secret/signer"
}

// A rotation, step by step. Between two steps the ring is deployed.
func ExampleRing_Rotate() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	ring, err := keys.Create(dir, keys.WithClock(func() time.Time { return now }))
	if err != nil {
		panic(err)
	}
	for range 6 {
		step, _, err := ring.Rotate(context.Background(), keys.ECDSAP256, keys.FileStore{Ring: dir})
		var early *keys.StrandError
		if errors.As(err, &early) {
			fmt.Println("wait until", early.Safe.Format(time.DateTime))
			now = early.Safe
			continue
		}
		if err != nil {
			panic(err)
		}
		fmt.Print(step, ":")
		for _, k := range ring.Keys() {
			fmt.Print(" ", k.State)
		}
		fmt.Println()
	}
	// Output:
	// new: signing
	// new: signing pending
	// promote: retiring signing
	// retire: retiring signing
	// wait until 2026-11-29 09:15:00
	// drop: signing
}

// A key that leaked is put out at once; another one signs in its place.
func ExampleRing_Revoke() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	ring, err := keys.Create(dir)
	if err != nil {
		panic(err)
	}
	store := keys.FileStore{Ring: dir}
	leaked, err := ring.Add(context.Background(), keys.ECDSAP256, store)
	if err != nil {
		panic(err)
	}
	done, err := ring.Revoke(context.Background(), leaked.Fingerprint[:16], store)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s; URLs of up to %.0f minutes die\n", done.Key.State, done.Lost.Minutes())
	fmt.Println("in its place:", done.Successor.State)
	// Output:
	// revoked; URLs of up to 10080 minutes die
	// in its place: signing
}

// What is deployed keeps a ring from being two steps ahead of it.
func ExampleRing_Check() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	ring, err := keys.Create(dir)
	if err != nil {
		panic(err)
	}
	store := keys.FileStore{Ring: dir}
	if _, err := ring.Add(context.Background(), keys.ECDSAP256, store); err != nil {
		panic(err)
	}
	deployed := ring.Keys()

	pending, err := ring.Add(context.Background(), keys.ECDSAP256, store)
	if err != nil {
		panic(err)
	}
	fmt.Println("added:", ring.Check(deployed))
	if _, err := ring.Promote(pending.Fingerprint); err != nil {
		panic(err)
	}
	fmt.Println("added and promoted:", errors.Is(ring.Check(deployed), keys.ErrStrands))
	// Output:
	// added: <nil>
	// added and promoted: true
}
