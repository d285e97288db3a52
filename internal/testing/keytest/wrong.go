package keytest

import (
	"bytes"
	"crypto/elliptic"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"

	"example.com/privatecdn/keys"
)

// Refused is input with what a door for private keys and one for public keys
// say to it: a nil error where it is taken, and words the message must have. Of an algorithm it is its name,
// which a door that refuses the key for something else need not give.
type Refused struct {
	Input           []byte
	Private, Public error
	Says            string
}

// Wrong returns input in all the wrong forms.
func Wrong(t testing.TB) map[string]Refused {
	t.Helper()
	p256 := ECParam(t, "prime256v1", "-noout")
	rsa := genpkey(t, "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
	public := PublicOf(t, rsa)
	block, _ := pem.Decode(rsa)
	cut := p256[:len(p256)/2]
	flat := bytes.ReplaceAll(p256, []byte("\n"), nil)
	flipped := bytes.Clone(block.Bytes)
	flipped[len(flipped)/2] ^= 1
	damaged := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: block.Bytes[:200]})
	relabelled := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: block.Bytes})
	request := OpenSSL(t, nil, "req", "-new", "-subj", "/CN=x", "-key", saved(t, p256))
	certificate := OpenSSL(t, nil, "req", "-new", "-x509", "-subj", "/CN=x", "-key", saved(t, p256))
	all := map[string]Refused{
		"empty":       {nil, keys.ErrNoPEM, keys.ErrNoPEM, "empty"},
		"white space": {[]byte(" \n"), keys.ErrNoPEM, keys.ErrNoPEM, "empty"},
		"text":        {[]byte("not a key\n"), keys.ErrNoPEM, keys.ErrNoPEM, "no PEM block"},
		"JSON":        {[]byte(`{"kty":"EC","d":"c2VjcmV0"}`), keys.ErrForm, keys.ErrForm, "JSON"},
		"DER":         {block.Bytes, keys.ErrForm, keys.ErrForm, "DER"},
		"UTF-16":      {utf16LE(p256), keys.ErrNoPEM, keys.ErrNoPEM, "UTF-16"},
		"PuTTY": {
			[]byte("PuTTY-User-Key-File-3: ecdsa-sha2-nistp256\n"), keys.ErrForm, keys.ErrForm, "PuTTY",
		},
		"OpenSSH public": {[]byte("ssh-rsa AAAAB3NzaC1yc2E= me"), keys.ErrPublicKey, keys.ErrForm, "OpenSSH"},
		"public":         {public, keys.ErrPublicKey, nil, "a public key, want the private key"},
		"public PKCS#1": {
			OpenSSL(t, public, "rsa", "-pubin", "-RSAPublicKey_out"), keys.ErrPublicKey, keys.ErrForm, "public",
		},
		"private":               {p256, nil, keys.ErrPrivateKey, "a private key, want the public key"},
		"private PKCS#8":        {rsa, nil, keys.ErrPrivateKey, "a private key, want the public key"},
		"private called public": {relabelled, keys.ErrPublicKey, keys.ErrPrivateKey, ""},
		"two private":           {join(rsa, rsa), keys.ErrManyBlocks, keys.ErrManyBlocks, "2 PEM blocks"},
		"private, then public":  {join(rsa, public), keys.ErrManyBlocks, keys.ErrManyBlocks, "2 PEM blocks"},
		"public, then private":  {join(public, rsa), keys.ErrManyBlocks, keys.ErrManyBlocks, "2 PEM blocks"},
		"public, then cut off":  {join(public, rsa[:300]), keys.ErrManyBlocks, keys.ErrManyBlocks, "2 PEM blocks"},
		"certificate":           {certificate, keys.ErrPublicKey, keys.ErrForm, "certificate"},
		"certificate and key":   {join(certificate, p256), keys.ErrManyBlocks, keys.ErrManyBlocks, "2 PEM blocks"},
		"request":               {request, keys.ErrPublicKey, keys.ErrForm, "certificate request"},
		"parameters": {
			OpenSSL(t, nil, "ecparam", "-name", "prime256v1"), keys.ErrForm, keys.ErrForm, "parameters",
		},
		"encrypted PKCS#8": {
			OpenSSL(t, rsa, "pkcs8", "-topk8", "-passout", "pass:secret"), keys.ErrEncrypted, keys.ErrPrivateKey, "",
		},
		"encrypted SEC1": {
			OpenSSL(t, p256, "ec", "-aes256", "-passout", "pass:secret"), keys.ErrEncrypted, keys.ErrPrivateKey, "",
		},
		"cut off":  {cut, keys.ErrMalformed, keys.ErrMalformed, "cut off"},
		"one line": {flat, keys.ErrMalformed, keys.ErrMalformed, "single line"},
		`\n written out`: {
			bytes.ReplaceAll(p256, []byte("\n"), []byte(`\n`)), keys.ErrMalformed, keys.ErrMalformed, "in place of line breaks",
		},
		"damaged inside": {damaged, keys.ErrMalformed, keys.ErrPrivateKey, ""},
		"a bit flipped": {
			pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: flipped}), keys.ErrMalformed, keys.ErrPrivateKey, "",
		},
		"SEC1 without a curve": {
			pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: []byte{0x30, 6, 2, 1, 1, 4, 1, 7}}),
			keys.ErrMalformed, keys.ErrPrivateKey, "",
		},
		"explicit secp256k1": {
			ECParam(t, "secp256k1", "-noout", "-param_enc", "explicit"), keys.ErrAlgorithm, keys.ErrPrivateKey, "",
		},
		"explicit secp256k1, p8": {
			OpenSSL(t, ECParam(t, "secp256k1", "-noout", "-param_enc", "explicit"), "pkcs8", "-topk8", "-nocrypt"),
			keys.ErrAlgorithm, keys.ErrPrivateKey, "",
		},
	}
	otherBase := withOtherBase(t, p256)
	all["explicit, another base"] = Refused{otherBase, keys.ErrAlgorithm, keys.ErrPrivateKey, ""}
	addAlgorithms(t, all)
	return all
}

// addAlgorithms adds keys that CloudFront does not accept, private and public.
func addAlgorithms(t testing.TB, all map[string]Refused) {
	for name, key := range map[string][]byte{
		"RSA-1024":        genpkey(t, "RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
		"RSA-3072":        genpkey(t, "RSA", "-pkeyopt", "rsa_keygen_bits:3072"),
		"RSA-4096":        genpkey(t, "RSA", "-pkeyopt", "rsa_keygen_bits:4096"),
		"RSA-PSS":         genpkey(t, "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"),
		"Ed25519":         genpkey(t, "ED25519"),
		"Ed448":           genpkey(t, "ED448"),
		"X25519":          genpkey(t, "X25519"),
		"P-224":           ECParam(t, "secp224r1", "-noout"),
		"P-384":           ECParam(t, "secp384r1", "-noout"),
		"P-521":           ECParam(t, "secp521r1", "-noout"),
		"secp256k1":       ECParam(t, "secp256k1", "-noout"),
		"brainpoolP256r1": ECParam(t, "brainpoolP256r1", "-noout"),
	} {
		all[name] = Refused{key, keys.ErrAlgorithm, keys.ErrPrivateKey, name}
		all[name+" public"] = Refused{PublicOf(t, key), keys.ErrPublicKey, keys.ErrAlgorithm, name}
	}
}

// withOtherBase writes P-256 out with the key's own point as its base point, so
// that anyone knows the private key: it is 1 (CVE-2020-0601).
func withOtherBase(t testing.TB, sec1 []byte) []byte {
	t.Helper()
	block, _ := pem.Decode(OpenSSL(t, sec1, "ec", "-param_enc", "explicit"))
	i := bytes.Index(block.Bytes, elliptic.P256().Params().Gx.Bytes())
	if i < 0 {
		t.Fatal("openssl has not written the base point out")
	}
	copy(block.Bytes[i:], block.Bytes[len(block.Bytes)-64:]) // the public key is at the end
	return pem.EncodeToMemory(block)
}

func saved(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func utf16LE(text []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(string(text))) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}
