package keys_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/privatecdn/internal/testtools"
	"example.com/privatecdn/keys"
)

// openssl runs openssl on input and returns what it prints.
func openssl(t *testing.T, input []byte, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(testtools.Need(t, "openssl", "install openssl 3"), args...)
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("openssl %v: %v\n%s", args, err, stderr.Bytes())
	}
	return out
}

// ecparam makes a SEC1 key on a curve.
func ecparam(t *testing.T, curve string, args ...string) []byte {
	t.Helper()
	return openssl(t, nil, append([]string{"ecparam", "-name", curve, "-genkey"}, args...)...)
}

// genpkey makes a PKCS#8 key.
func genpkey(t *testing.T, args ...string) []byte {
	t.Helper()
	return openssl(t, nil, append([]string{"genpkey", "-algorithm"}, args...)...)
}

func publicOf(t *testing.T, private []byte) []byte {
	t.Helper()
	return openssl(t, private, "pkey", "-pubout")
}

// TestForms gives openssl's keys in every form to ParsePrivate and their
// public halves to ParsePublic, and compares the fingerprint with openssl's.
func TestForms(t *testing.T) {
	t.Parallel()
	rsa := genpkey(t, "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
	p256 := ecparam(t, "prime256v1", "-noout")
	explicit := ecparam(t, "prime256v1", "-noout", "-param_enc", "explicit")
	for name, form := range map[string]struct {
		pem       []byte
		algorithm keys.Algorithm
	}{
		"RSA PKCS#8":                          {rsa, keys.RSA2048},
		"RSA PKCS#1":                          {openssl(t, rsa, "pkey", "-traditional"), keys.RSA2048},
		"P-256 PKCS#8":                        {openssl(t, p256, "pkcs8", "-topk8", "-nocrypt"), keys.ECDSAP256},
		"P-256 SEC1":                          {p256, keys.ECDSAP256},
		"P-256 SEC1 with parameters":          {ecparam(t, "prime256v1"), keys.ECDSAP256},
		"P-256 SEC1 explicit":                 {explicit, keys.ECDSAP256},
		"P-256 SEC1 compressed":               {openssl(t, p256, "ec", "-conv_form", "compressed"), keys.ECDSAP256},
		"P-256 SEC1 explicit, compressed":     {openssl(t, explicit, "ec", "-conv_form", "compressed"), keys.ECDSAP256},
		"P-256 SEC1 explicit with parameters": {ecparam(t, "prime256v1", "-param_enc", "explicit"), keys.ECDSAP256},
		"P-256 PKCS#8 explicit":               {openssl(t, explicit, "pkcs8", "-topk8", "-nocrypt"), keys.ECDSAP256},
		"CRLF":                                {bytes.ReplaceAll(p256, []byte("\n"), []byte("\r\n")), keys.ECDSAP256},
		"text around":                         {[]byte("key of the CDN\n" + string(p256) + "\nend\n"), keys.ECDSAP256},
		"byte order mark":                     {append([]byte("\xef\xbb\xbf"), p256...), keys.ECDSAP256},
		"no final newline":                    {bytes.TrimSpace(p256), keys.ECDSAP256},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := keys.ParsePrivate(form.pem)
			if err != nil {
				t.Fatal(err)
			}
			p, err := keys.NewPublic(key.Public())
			if err != nil {
				t.Fatal(err)
			}
			if p.Algorithm() != form.algorithm {
				t.Errorf("algorithm %s", p.Algorithm())
			}
			// openssl gives a curve that is written out back written out: it is read
			// all the same, and the fingerprint is that of the named curve.
			public, err := keys.ParsePublic(publicOf(t, form.pem))
			if err != nil {
				t.Fatal(err)
			}
			if public.PEM() != p.PEM() {
				t.Error("the public half alone reads as another key")
			}
			der := openssl(t, []byte(p.PEM()), "pkey", "-pubin", "-outform", "DER")
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
			openssl(t, private, "pkey", "-check", "-noout")
			again, err := keys.ParsePrivate(private)
			if err != nil || !again.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(key.Public()) {
				t.Fatalf("read back: %v", err)
			}
			p, err := keys.NewPublic(key.Public())
			if err != nil {
				t.Fatal(err)
			}
			checkSignature(t, key, p)
			if id := p.LocalID(); len(id) != 14 || id[0] != 'K' || strings.Trim(id[1:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
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
	openssl(t, message, "dgst", "-sha256", "-verify", public, "-signature", sig)
}
