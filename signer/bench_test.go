package signer_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/cloudfront/sign"

	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

const keyID = "K2JCJMDEHXQW5F"

var (
	rsaKey = sync.OnceValue(func() *rsa.PrivateKey { k, _ := rsa.GenerateKey(rand.Reader, 2048); return k })
	ecKey  = sync.OnceValue(
		func() *ecdsa.PrivateKey { k, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader); return k },
	)
)

// stub signs nothing, so that what is around the cryptography shows. Its
// signature has the length of an ECDSA one.
type stub struct{ public crypto.PublicKey }

var stubSignature = make([]byte, 71)

func (s stub) Public() crypto.PublicKey { return s.public }

func (stub) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return stubSignature, nil }

var benchKeys = []struct {
	name string
	key  func() crypto.Signer
}{
	{"stub", func() crypto.Signer { return stub{ecKey().Public()} }},
	{"rsa2048", func() crypto.Signer { return rsaKey() }},
	{"p256", func() crypto.Signer { return ecKey() }},
}

const benchURL = "https://d111111abcdef8.cloudfront.net/films/7/1080p/segment-00042.ts"

// BenchmarkURL signs one URL: with this package (SHA-256), with the AWS SDK
// (SHA-1, the only one it has), and raw, the cryptography alone: SHA-256 of the
// same policy, and the signature.
func BenchmarkURL(b *testing.B) {
	until := time.Now().Add(time.Hour)
	from := time.Now().Add(-time.Hour)
	network, err := policy.ParseIP("192.0.2.0/24")
	if err != nil {
		b.Fatal(err)
	}
	custom := policy.Policy{Resource: benchURL, Until: until, From: from, IP: network}
	for _, kind := range []struct {
		name  string
		terms signer.Terms
		text  policy.Policy
		sdk   func(s *sign.URLSigner) (string, error)
	}{
		{
			"canned", signer.Terms{Until: until}, policy.Policy{Resource: benchURL, Until: until},
			func(s *sign.URLSigner) (string, error) { return s.Sign(benchURL, until) },
		},
		{"custom", signer.Terms{Until: until, From: from, IP: network}, custom, func(s *sign.URLSigner) (string, error) {
			return s.SignWithPolicy(benchURL, custom.SDK())
		}},
	} {
		for _, k := range benchKeys {
			name := kind.name + "/" + k.name + "/"
			b.Run(name+"privatecdn", func(b *testing.B) {
				s, err := signer.New(keyID, k.key())
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.URL(benchURL, kind.terms); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(name+"sdk", func(b *testing.B) {
				s := sign.NewURLSigner(keyID, k.key())
				b.ReportAllocs()
				for b.Loop() {
					if _, err := kind.sdk(s); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(name+"raw", func(b *testing.B) { benchRaw(b, k.key(), kind.text) })
		}
	}
}

// BenchmarkCookies is BenchmarkURL for cookies. The SDK signs cookies with RSA
// keys and custom policies only.
func BenchmarkCookies(b *testing.B) {
	until := time.Now().Add(time.Hour)
	for _, kind := range []struct{ name, resource string }{
		{"canned", benchURL}, {"custom", "https://d111111abcdef8.cloudfront.net/films/7/*"},
	} {
		for _, k := range benchKeys {
			name := kind.name + "/" + k.name + "/"
			b.Run(name+"privatecdn", func(b *testing.B) {
				s, err := signer.New(keyID, k.key())
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.Cookies(kind.resource, signer.Terms{Until: until}, signer.CookieOptions{}); err != nil {
						b.Fatal(err)
					}
				}
			})
			if key, ok := k.key().(*rsa.PrivateKey); ok && kind.name == "custom" {
				b.Run(name+"sdk", func(b *testing.B) {
					s := sign.NewCookieSigner(keyID, key)
					b.ReportAllocs()
					for b.Loop() {
						if _, err := s.Sign(kind.resource, until); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			b.Run(name+"raw", func(b *testing.B) {
				benchRaw(b, k.key(), policy.Policy{Resource: kind.resource, Until: until})
			})
		}
	}
}

func benchRaw(b *testing.B, key crypto.Signer, p policy.Policy) {
	text := p.Append(nil)
	b.ReportAllocs()
	for b.Loop() {
		digest := sha256.Sum256(text)
		if _, err := key.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}
