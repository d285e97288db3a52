package keys_test

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/testing/keytest"
	"example.com/privatecdn/internal/testing/need"
	"example.com/privatecdn/keys"
)

func TestRefused(t *testing.T) {
	t.Parallel()
	for name, c := range keytest.Wrong(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := keys.ParsePrivate(c.Input)
			checkRefusal(t, "ParsePrivate", err, c.Private, c)
			_, err = keys.ParsePublic(c.Input)
			checkRefusal(t, "ParsePublic", err, c.Public, c)
		})
	}
}

func checkRefusal(t *testing.T, door string, err, want error, c keytest.Refused) {
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
	otherwise := (c.Private == keys.ErrAlgorithm || c.Public == keys.ErrAlgorithm) && want != keys.ErrAlgorithm
	if !otherwise && !strings.Contains(keytest.Said(err), c.Says) {
		t.Errorf("%s: %q does not say %q", door, err, c.Says)
	}
	keytest.HoldsNothing(t, fmt.Sprintf("%v %+v %#v", err, err, err), c.Input)
}

func TestOpenSSHPrivate(t *testing.T) {
	t.Parallel()
	keygen := need.Need(t, "ssh-keygen", "install openssh-client")
	path := filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command(keygen, "-q", "-t", "ecdsa", "-N", "", "-f", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = keys.ParsePrivate(data)
	c := keytest.Refused{Input: data, Says: "OpenSSH"}
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

// TestHints gives what people paste in place of a key to both doors: each answer
// fits the door.
func TestHints(t *testing.T) {
	t.Parallel()
	private := string(keytest.ECParam(t, "prime256v1", "-noout"))
	public := string(keytest.PublicOf(t, []byte(private)))
	replace := func(s, with string) string { return strings.ReplaceAll(s, "\n", with) }
	bare := func(s string) string { return strings.Join(strings.Split(strings.TrimSpace(s), "\n")[1:3], "\n") }
	const (
		giveKey    = "give the private key's file"
		beginsWith = "begins with a line BEGIN "
		breaks     = "replace them by line breaks"
	)
	for name, c := range map[string]struct {
		of              func(pem string) string // the input
		private, public string                  // what the hint of each door says
		whatever        string                  // what the message says, at both doors
	}{
		"empty": {
			func(string) string { return "" }, beginsWith + "PRIVATE KEY", beginsWith + "PUBLIC KEY", "empty",
		},
		"text": {
			func(string) string { return "hello" }, beginsWith + "PRIVATE KEY", beginsWith + "PUBLIC KEY", "no PEM block",
		},
		"bare base64": {
			bare, "lines BEGIN PRIVATE KEY and", "lines BEGIN PUBLIC KEY and", "base64 without",
		},
		"65 letters": {
			func(string) string { return strings.Repeat("M", 65) }, "lines BEGIN PRIVATE KEY and",
			"lines BEGIN PUBLIC KEY and", "base64 without",
		},
		"64 letters": {
			func(string) string { return strings.Repeat("M", 64) }, beginsWith + "PRIVATE KEY", beginsWith + "PUBLIC KEY",
			"no PEM block",
		},
		"base64 of it all": {base64Of, "base64 -d", "base64 -d", "encoded in base64"},
		"percent-encoded":  {url.PathEscape, "decode it", "decode it", "percent-encoded"},
		"form-encoded":     {url.QueryEscape, "decode it", "decode it", "percent-encoded"},
		"a JSON object": {
			func(s string) string { return `{"pk":"` + replace(s, `\n`) + `"}` }, "plain text", "plain text", "this is JSON",
		},
		"two in JSON": {
			func(s string) string { return `{"a":"` + s + `","b":"` + s + `"}` }, "plain text", "plain text", "this is JSON",
		},
		"a JSON list": {func(s string) string { return " [\"" + s + "\"]" }, "plain text", "plain text", "this is JSON"},
		"other fields": {
			func(string) string { return `{"username":"a","password":"b"}` }, "plain text", "plain text", "this is JSON",
		},
		"JWK": {
			func(string) string { return `{"kty":"RSA","n":"abc"}` }, "export the key as PEM", "export the key as PEM",
			"JSON Web Key",
		},
		"a JSON string": {
			func(s string) string { return `"` + replace(s, `\n`) + `"` }, breaks, breaks, "in place of line breaks",
		},
		`\r\n`: {func(s string) string { return replace(s, `\r\n`) }, breaks, breaks, "in place of line breaks"},
		`\\n`:  {func(s string) string { return replace(s, `\\n`) }, breaks, breaks, "in place of line breaks"},
		"quotes": {
			func(s string) string { return `"` + s + `"` }, "remove the quotes", "remove the quotes", "in quotes",
		},
		"single quotes": {
			func(s string) string { return "'" + s + "'" }, "remove the quotes", "remove the quotes", "in quotes",
		},
		"backquotes": {
			func(s string) string { return "`" + s + "`" }, "remove the quotes", "remove the quotes", "in quotes",
		},
		"a variable": {
			func(s string) string { return "KEY=" + s }, "remove what stands before", "remove what stands before", "other text",
		},
		"cited": {
			func(s string) string { return "> " + replace(s, "\n> ") }, "remove what stands before",
			"remove what stands before", "other text",
		},
		"spaces": {
			func(s string) string { return replace(s, " ") }, "restore the line breaks", "restore the line breaks",
			"single line",
		},
		"no end": {
			func(s string) string { return s[:100] }, "copy the key again", "copy the key again", "no end line",
		},
		"not base64": {
			func(s string) string { return strings.Replace(s, "\n", "\n!", 1) }, "copy the key again", "copy the key again",
			"damaged",
		},
		"OpenSSH": {
			func(string) string { return "ssh-ed25519 AAAA me" }, giveKey, "-e -m PKCS8", "OpenSSH public key",
		},
		"OpenSSH, ECDSA": {
			func(string) string { return "ecdsa-sha2-nistp256 AAAA" }, giveKey, "-e -m PKCS8", "OpenSSH public key",
		},
		"SSH2": {
			func(string) string { return "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----" },
			giveKey, "ssh-keygen -i", "SSH2 public key",
		},
		"certificate":   {labelled("CERTIFICATE"), giveKey, "openssl x509", "a certificate"},
		"request":       {labelled("NEW CERTIFICATE REQUEST"), giveKey, "openssl req", "a certificate request"},
		"PKCS#1 public": {labelled("RSA PUBLIC KEY"), giveKey, "-RSAPublicKey_in", "public key"},
		"OpenSSH key": {
			labelled("OPENSSH PRIVATE KEY"), "ssh-keygen -p", "ssh-keygen -e -m PKCS8 -f FILE >", "private key",
		},
		"DER": {
			func(s string) string { b, _ := pem.Decode([]byte(s)); return string(b.Bytes) },
			"`openssl pkey -in", "`openssl pkey -pubin -in", "in DER form",
		},
		"PGP": {labelled("PGP MESSAGE"), "as openssl writes it", "as openssl writes it", `"PGP MESSAGE"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := keys.ParsePrivate([]byte(c.of(private)))
			checkHint(t, err, c.whatever, c.private)
			_, err = keys.ParsePublic([]byte(c.of(public)))
			checkHint(t, err, c.whatever, c.public)
		})
	}
}

func checkHint(t *testing.T, err error, what, hint string) {
	t.Helper()
	var e *keys.Error
	if !errors.As(err, &e) || !strings.Contains(e.What, what) || !strings.Contains(e.Hint(), hint) {
		t.Errorf("%v; %s\nwant %s; %s", err, fault.Hint(err), what, hint)
	} else if fault.Text(e.Hint()) != e.Hint() {
		t.Errorf("the tool would hide a part of the hint: %s", e.Hint())
	}
}

func base64Of(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func labelled(label string) func(string) string {
	return func(string) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: []byte{0x30, 0}}))
	}
}

// TestWhiteSpace reads a key as it is pasted into a script or a document.
func TestWhiteSpace(t *testing.T) {
	t.Parallel()
	private := string(keytest.ECParam(t, "prime256v1")) // EC PARAMETERS before it
	public := string(keytest.PublicOf(t, []byte(private)))
	for name, of := range map[string]func(string) string{
		"a blank before it":  func(s string) string { return " " + s },
		"a no-break space":   func(s string) string { return "\u00a0" + s },
		"a byte order mark":  func(s string) string { return "\ufeff" + s },
		"mark and blank":     func(s string) string { return "\ufeff " + s },
		"every line, blanks": func(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") },
		"every line, tab":    func(s string) string { return "\t" + strings.ReplaceAll(s, "\n", "\n\t") },
		"blanks behind":      func(s string) string { return strings.ReplaceAll(s, "\n", "  \n") },
		"Windows":            func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"YAML":               func(s string) string { return "key: |\n  " + strings.ReplaceAll(s, "\n", "\n  ") },
		"Markdown":           func(s string) string { return "```\n" + s + "```\n" },
	} {
		if _, err := keys.ParsePrivate([]byte(of(private))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := keys.ParsePublic([]byte(of(public))); err != nil {
			t.Errorf("%s, public: %v", name, err)
		}
	}
}

// TestLargest holds how many bytes the PEM of a key may have.
func TestLargest(t *testing.T) {
	t.Parallel()
	private := keytest.ECParam(t, "prime256v1", "-noout")
	const most = 16 << 10
	for size, want := range map[int]error{most: nil, most + 1: keys.ErrTooLarge} {
		padded := append(bytes.Repeat([]byte("\n"), size-len(private)), private...)
		if _, err := keys.ParsePrivate(padded); !errors.Is(err, want) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
