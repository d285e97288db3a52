package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// kinds of key pairs, those CloudFront accepts and others.
var kinds = map[string]func() (crypto.Signer, error){
	"rsa-1024": func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 1024) },
	"rsa-2048": func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) },
	"rsa-4096": func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 4096) },
	"p256":     func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) },
	"p384":     func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P384(), rand.Reader) },
	"ed25519": func() (crypto.Signer, error) {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	},
}

// genkey KIND NAME writes a key pair: NAME.key in PKCS#8 and NAME.pub in SPKI.
func genkey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || kinds[args[0]] == nil {
		ts.Fatalf("usage: genkey KIND NAME")
	}
	key, err := kinds[args[0]]()
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	ts.Check(err)
	for name, block := range map[string]*pem.Block{
		".key": {Type: "PRIVATE KEY", Bytes: private},
		".pub": {Type: "PUBLIC KEY", Bytes: public},
	} {
		ts.Check(os.WriteFile(ts.MkAbs(args[1]+name), pem.EncodeToMemory(block), 0o600))
	}
}
