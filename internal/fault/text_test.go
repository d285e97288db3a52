package fault_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/internal/fault"
)

func TestQuote(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"":                        `""`,
		"a\"b\n":                  `"a\"b\n"`,
		strings.Repeat("a", 64):   `"` + strings.Repeat("a", 64) + `"`,
		strings.Repeat("a", 1<<9): "(512 characters)",
	} {
		if got := fault.Quote(s); got != want {
			t.Errorf("Quote(%q) = %s, want %s", s, got, want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, text := range privateKeys(t) {
		frame := strings.IndexByte(text, '\n') + 1
		body := text[frame:strings.LastIndex(text, "\n-----END")]
		secret := strings.ReplaceAll(body, "\n", "")
		for name, given := range map[string]string{
			"PEM":        text,
			"quoted":     strconv.Quote(text),
			"one line":   strings.ReplaceAll(text, "\n", " "),
			"no end":     text[:len(text)/2],
			"body":       body,
			"its quote":  strconv.Quote(body),
			"first line": body[:64],
			"unwrapped":  secret,
		} {
			got := fault.Text("open " + given + ": not found")
			for at := 0; at+16 <= len(secret); at++ {
				if strings.Contains(got, secret[at:at+16]) {
					t.Errorf("%s holds part of the key: %s", name, got)
					break
				}
			}
			if !strings.Contains(got, "(a private key)") {
				t.Errorf("%s does not say what was left out: %s", name, got)
			}
		}
	}
	for _, s := range []string{
		"there is no file /srv/Media/MIXED/" + strings.Repeat("directory-", 20),
	} {
		if got := fault.Text(s); got != s {
			t.Errorf("Text(%q) = %q", s, got)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"0s": 0, "1s": time.Second, "1m": time.Minute, "1h": time.Hour, "1d": 24 * time.Hour, "7d": 168 * time.Hour,
		"1h30m": 90 * time.Minute, "1h0m5s": time.Hour + 5*time.Second, "1d1s": 24*time.Hour + time.Second,
		"2d12h": 60 * time.Hour, "1.5s": 1500 * time.Millisecond, "-1d12h": -36 * time.Hour, "10s": 10 * time.Second,
		"20m": 20 * time.Minute, "1h10m": 70 * time.Minute,
	} {
		if got := fault.Duration(d); got != want {
			t.Errorf("Duration(%v) = %s, want %s", d, got, want)
		}
	}
}

// privateKeys are new keys in PEM, in every form that is about.
func privateKeys(t *testing.T) []string {
	t.Helper()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{
		string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1})),
		string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey)})),
	}
	for _, key := range []any{ec, rsaKey} {
		pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})))
	}
	return texts
}
