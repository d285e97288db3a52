package verify_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"net/netip"
	"testing"

	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

// BenchmarkVerify checks one signed URL: here, with a canned policy, a custom
// one and a signature that is remembered, and raw, the cryptography alone.
func BenchmarkVerify(b *testing.B) {
	ranged := policy.Policy{
		Resource: "https://*/a*",
		Until:    end,
		From:     now.Add(-1e9),
		IP:       netip.MustParsePrefix("192.0.2.0/24"),
	}
	for _, k := range []struct{ name, id string }{{"rsa2048", "KRSA"}, {"p256", "KEC"}} {
		one := canned(b, k.id, crypto.SHA256, page, end)
		b.Run(k.name+"/privatecdn", func(b *testing.B) { benchCheck(b, one) })
		b.Run(k.name+"/custom", func(b *testing.B) {
			benchCheck(b, custom(b, k.id, crypto.SHA256, page, ranged.String()))
		})
		b.Run(k.name+"/remembered", func(b *testing.B) { benchCheck(b, one, verify.WithMemory(1000)) })
		b.Run(k.name+"/raw", func(b *testing.B) { benchRaw(b, k.id) })
	}
}

func benchCheck(b *testing.B, url string, opts ...verify.Option) {
	v := verify.New(trusted(), opts...)
	request := verify.Request{URL: url, Time: now, IP: netip.MustParseAddr("192.0.2.1")}
	b.ReportAllocs()
	for b.Loop() {
		if d := v.Check(request); !d.Allowed {
			b.Fatal(d.Reason)
		}
	}
}

func benchRaw(b *testing.B, id string) {
	text := []byte(policy.Policy{Resource: page, Until: end}.String())
	signature, err := policy.Decode(seal(b, id, crypto.SHA256, string(text)))
	if err != nil {
		b.Fatal(err)
	}
	key := keyNamed(id).Public()
	b.ReportAllocs()
	for b.Loop() {
		digest := sha256.Sum256(text)
		switch key := key.(type) {
		case *rsa.PublicKey:
			err = rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature)
		case *ecdsa.PublicKey:
			if !ecdsa.VerifyASN1(key, digest[:], signature) {
				b.Fatal("refused")
			}
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
