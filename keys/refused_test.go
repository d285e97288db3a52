package keys_test

import (
	"bytes"
	"crypto/elliptic"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"example.com/privatecdn/internal/testtools"
	"example.com/privatecdn/keys"
)

// refusal is input with what each door says to it: a nil error where the door
// takes it, and words the message must have. Of an algorithm it is its name,
// which a door that refuses the key for something else need not give.
type refusal struct {
	input           []byte
	private, public error
	says            string
}

// refusals are all the wrong forms. A private key is nowhere in the
// repository: each is made here.
func refusals(t *testing.T) map[string]refusal {
	p256 := ecparam(t, "prime256v1", "-noout")
	rsa := genpkey(t, "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
	public := publicOf(t, rsa)
	block, _ := pem.Decode(rsa)
	cut := p256[:len(p256)/2]
	flat := bytes.ReplaceAll(p256, []byte("\n"), nil)
	flipped := bytes.Clone(block.Bytes)
	flipped[len(flipped)/2] ^= 1
	damaged := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: block.Bytes[:200]})
	relabelled := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: block.Bytes})
	request := openssl(t, nil, "req", "-new", "-subj", "/CN=x", "-key", saved(t, p256))
	certificate := openssl(t, nil, "req", "-new", "-x509", "-subj", "/CN=x", "-key", saved(t, p256))
	all := map[string]refusal{
		"empty":                  {nil, keys.ErrNoPEM, keys.ErrNoPEM, "empty"},
		"white space":            {[]byte(" \n"), keys.ErrNoPEM, keys.ErrNoPEM, "empty"},
		"text":                   {[]byte("not a key\n"), keys.ErrNoPEM, keys.ErrNoPEM, "no PEM block"},
		"JSON":                   {[]byte(`{"kty":"EC","d":"c2VjcmV0"}`), keys.ErrForm, keys.ErrForm, "JSON"},
		"DER":                    {block.Bytes, keys.ErrForm, keys.ErrForm, "DER"},
		"UTF-16":                 {utf16LE(p256), keys.ErrNoPEM, keys.ErrNoPEM, "UTF-16"},
		"PuTTY":                  {[]byte("PuTTY-User-Key-File-3: ecdsa-sha2-nistp256\n"), keys.ErrForm, keys.ErrForm, "PuTTY"},
		"OpenSSH public":         {[]byte("ssh-rsa AAAAB3NzaC1yc2E= me"), keys.ErrForm, keys.ErrForm, "OpenSSH"},
		"public":                 {public, keys.ErrPublicKey, nil, "public key where the private"},
		"public PKCS#1":          {openssl(t, public, "rsa", "-pubin", "-RSAPublicKey_out"), keys.ErrPublicKey, keys.ErrForm, "public"},
		"private":                {p256, nil, keys.ErrPrivateKey, "private key where its public"},
		"private PKCS#8":         {rsa, nil, keys.ErrPrivateKey, "private key where its public"},
		"private called public":  {relabelled, keys.ErrPublicKey, keys.ErrPrivateKey, ""},
		"two private":            {join(rsa, rsa), keys.ErrManyBlocks, keys.ErrManyBlocks, "2 PEM blocks"},
		"private, then public":   {join(rsa, public), keys.ErrManyBlocks, keys.ErrManyBlocks, "2 PEM blocks"},
		"public, then private":   {join(public, rsa), keys.ErrManyBlocks, keys.ErrManyBlocks, "2 PEM blocks"},
		"public, then cut off":   {join(public, rsa[:300]), keys.ErrManyBlocks, keys.ErrManyBlocks, "2 PEM blocks"},
		"certificate":            {certificate, keys.ErrForm, keys.ErrForm, "certificate"},
		"certificate and key":    {join(certificate, p256), keys.ErrManyBlocks, keys.ErrManyBlocks, "2 PEM blocks"},
		"request":                {request, keys.ErrForm, keys.ErrForm, "certificate request"},
		"parameters":             {openssl(t, nil, "ecparam", "-name", "prime256v1"), keys.ErrForm, keys.ErrForm, "parameters"},
		"encrypted PKCS#8":       {openssl(t, rsa, "pkcs8", "-topk8", "-passout", "pass:secret"), keys.ErrEncrypted, keys.ErrPrivateKey, ""},
		"encrypted SEC1":         {openssl(t, p256, "ec", "-aes256", "-passout", "pass:secret"), keys.ErrEncrypted, keys.ErrPrivateKey, ""},
		"cut off":                {cut, keys.ErrMalformed, keys.ErrMalformed, "cut off"},
		"one line":               {flat, keys.ErrMalformed, keys.ErrMalformed, "single line"},
		`\n written out`:         {bytes.ReplaceAll(p256, []byte("\n"), []byte(`\n`)), keys.ErrMalformed, keys.ErrMalformed, "written out"},
		"damaged inside":         {damaged, keys.ErrMalformed, keys.ErrPrivateKey, ""},
		"a bit flipped":          {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: flipped}), keys.ErrMalformed, keys.ErrPrivateKey, ""},
		"explicit secp256k1":     {ecparam(t, "secp256k1", "-noout", "-param_enc", "explicit"), keys.ErrAlgorithm, keys.ErrPrivateKey, ""},
		"explicit secp256k1, p8": {openssl(t, ecparam(t, "secp256k1", "-noout", "-param_enc", "explicit"), "pkcs8", "-topk8", "-nocrypt"), keys.ErrAlgorithm, keys.ErrPrivateKey, ""},
	}
	otherBase := withOtherBase(t, p256)
	all["explicit, another base"] = refusal{otherBase, keys.ErrAlgorithm, keys.ErrPrivateKey, ""}
	addAlgorithms(t, all)
	return all
}

// addAlgorithms adds what CloudFront does not accept, both halves of each.
func addAlgorithms(t *testing.T, all map[string]refusal) {
	for name, key := range map[string][]byte{
		"RSA-1024":        genpkey(t, "RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
		"RSA-3072":        genpkey(t, "RSA", "-pkeyopt", "rsa_keygen_bits:3072"),
		"RSA-4096":        genpkey(t, "RSA", "-pkeyopt", "rsa_keygen_bits:4096"),
		"RSA-PSS":         genpkey(t, "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"),
		"Ed25519":         genpkey(t, "ED25519"),
		"Ed448":           genpkey(t, "ED448"),
		"X25519":          genpkey(t, "X25519"),
		"P-224":           ecparam(t, "secp224r1", "-noout"),
		"P-384":           ecparam(t, "secp384r1", "-noout"),
		"P-521":           ecparam(t, "secp521r1", "-noout"),
		"secp256k1":       ecparam(t, "secp256k1", "-noout"),
		"brainpoolP256r1": ecparam(t, "brainpoolP256r1", "-noout"),
	} {
		all[name] = refusal{key, keys.ErrAlgorithm, keys.ErrPrivateKey, name}
		all[name+" public"] = refusal{publicOf(t, key), keys.ErrPublicKey, keys.ErrAlgorithm, name}
	}
}

// withOtherBase writes P-256 out with the key's own point as its base point, so
// that anyone knows the private key: it is 1 (CVE-2020-0601).
func withOtherBase(t *testing.T, sec1 []byte) []byte {
	t.Helper()
	block, _ := pem.Decode(openssl(t, sec1, "ec", "-param_enc", "explicit"))
	i := bytes.Index(block.Bytes, elliptic.P256().Params().Gx.Bytes())
	if i < 0 {
		t.Fatal("openssl has not written the base point out")
	}
	copy(block.Bytes[i:], block.Bytes[len(block.Bytes)-64:]) // the public key is at the end
	return pem.EncodeToMemory(block)
}

func saved(t *testing.T, data []byte) string {
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

func TestRefused(t *testing.T) {
	t.Parallel()
	for name, c := range refusals(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := keys.ParsePrivate(c.input)
			checkRefusal(t, "ParsePrivate", err, c.private, c)
			_, err = keys.ParsePublic(c.input)
			checkRefusal(t, "ParsePublic", err, c.public, c)
		})
	}
}

func checkRefusal(t *testing.T, door string, err, want error, c refusal) {
	t.Helper()
	if !errors.Is(err, want) || (err == nil) != (want == nil) {
		t.Errorf("%s: %v, want %v", door, err, want)
	}
	if err == nil {
		return
	}
	var e *keys.Error
	if !errors.As(err, &e) || e.Hint() == "" {
		t.Errorf("%s: the error has no hint: %v", door, err)
	}
	otherwise := (c.private == keys.ErrAlgorithm || c.public == keys.ErrAlgorithm) && want != keys.ErrAlgorithm
	if !otherwise && !strings.Contains(err.Error(), c.says) {
		t.Errorf("%s: %q does not say %q", door, err, c.says)
	}
	holdsNothing(t, fmt.Sprintf("%v %+v %#v", err, err, err), c.input)
}

// holdsNothing fails if text holds any 12 characters of the input's base64, or
// any 6 bytes of what they decode to in hex.
func holdsNothing(t *testing.T, text string, input []byte) {
	t.Helper()
	for _, line := range strings.Fields(string(input)) {
		for i := 0; len(line) == 64 && i+12 <= len(line); i++ {
			if strings.Contains(text, line[i:i+12]) {
				t.Fatalf("key material in %q", text)
			}
		}
	}
	block, _ := pem.Decode(input)
	if block == nil {
		return
	}
	for i := 0; i+6 <= len(block.Bytes); i++ {
		if strings.Contains(text, fmt.Sprintf("%x", block.Bytes[i:i+6])) {
			t.Fatalf("key material in %q", text)
		}
	}
}

func TestOpenSSHPrivate(t *testing.T) {
	t.Parallel()
	keygen := testtools.Need(t, "ssh-keygen", "install openssh-client")
	path := filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command(keygen, "-q", "-t", "ecdsa", "-N", "", "-f", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = keys.ParsePrivate(data)
	c := refusal{input: data, says: "OpenSSH"}
	checkRefusal(t, "ParsePrivate", err, keys.ErrForm, c)
	// The remedy works.
	if out, err := exec.Command(keygen, "-q", "-p", "-m", "PEM", "-N", "", "-f", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if data, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.ParsePrivate(data); err != nil {
		t.Error(err)
	}
}
