// Package keytest makes keys in every form, right and wrong, with openssl, for
// the tests of whatever takes a key. No private key is in the repository: each
// is made anew.
package keytest

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/testing/need"
	"example.com/privatecdn/keys"
)

// Accepted is a private key that every door for private keys takes; what
// PublicOf makes of it, every door for public keys.
type Accepted struct {
	PEM       []byte
	Algorithm keys.Algorithm
}

// Right returns private keys in all the right forms.
func Right(t testing.TB) map[string]Accepted {
	t.Helper()
	rsa := genpkey(t, "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
	p256 := ECParam(t, "prime256v1", "-noout")
	explicit := ECParam(t, "prime256v1", "-noout", "-param_enc", "explicit")
	return map[string]Accepted{
		"RSA PKCS#8":                          {rsa, keys.RSA2048},
		"RSA PKCS#1":                          {OpenSSL(t, rsa, "pkey", "-traditional"), keys.RSA2048},
		"P-256 PKCS#8":                        {OpenSSL(t, p256, "pkcs8", "-topk8", "-nocrypt"), keys.ECDSAP256},
		"P-256 SEC1":                          {p256, keys.ECDSAP256},
		"P-256 SEC1 with parameters":          {ECParam(t, "prime256v1"), keys.ECDSAP256},
		"P-256 SEC1 explicit":                 {explicit, keys.ECDSAP256},
		"P-256 SEC1 compressed":               {OpenSSL(t, p256, "ec", "-conv_form", "compressed"), keys.ECDSAP256},
		"P-256 SEC1 explicit, compressed":     {OpenSSL(t, explicit, "ec", "-conv_form", "compressed"), keys.ECDSAP256},
		"P-256 SEC1 explicit with parameters": {ECParam(t, "prime256v1", "-param_enc", "explicit"), keys.ECDSAP256},
		"P-256 PKCS#8 explicit":               {OpenSSL(t, explicit, "pkcs8", "-topk8", "-nocrypt"), keys.ECDSAP256},
		"CRLF":                                {bytes.ReplaceAll(p256, []byte("\n"), []byte("\r\n")), keys.ECDSAP256},
		"text around":                         {[]byte("key of the CDN\n" + string(p256) + "\nend\n"), keys.ECDSAP256},
		"byte order mark":                     {append([]byte("\xef\xbb\xbf"), p256...), keys.ECDSAP256},
		"no final newline":                    {bytes.TrimSpace(p256), keys.ECDSAP256},
	}
}

// OpenSSL runs openssl on input and returns what it prints.
func OpenSSL(t testing.TB, input []byte, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(need.Need(t, "openssl", "install openssl 3"), args...)
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("openssl %v: %v\n%s", args, err, stderr.Bytes())
	}
	return out
}

// ECParam makes a SEC1 key on a curve.
func ECParam(t testing.TB, curve string, args ...string) []byte {
	t.Helper()
	return OpenSSL(t, nil, append([]string{"ecparam", "-name", curve, "-genkey"}, args...)...)
}

// genpkey makes a PKCS#8 key.
func genpkey(t testing.TB, args ...string) []byte {
	t.Helper()
	return OpenSSL(t, nil, append([]string{"genpkey", "-algorithm"}, args...)...)
}

// PublicOf returns the public key of a private key, as SPKI.
func PublicOf(t testing.TB, private []byte) []byte {
	t.Helper()
	return OpenSSL(t, private, "pkey", "-pubout")
}

// HoldsNothing fails if text holds any 12 characters of the input's base64, or
// any 6 bytes of what they decode to in hex.
func HoldsNothing(t testing.TB, text string, input []byte) {
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

// Said returns what a person reads of an error: each one joined in it, with what
// to do about it.
func Said(err error) string {
	if err == nil {
		return ""
	}
	var b strings.Builder
	for _, e := range fault.All(err) {
		b.WriteString(e.Error() + "; " + fault.Hint(e) + "\n")
	}
	return b.String()
}
