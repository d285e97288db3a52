package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/privatecdn/keys"
)

// synthesize runs the app by itself with these settings, as the CDK command
// line does, but without CDK's validation, which the golden templates have.
func synthesize(t *testing.T, settings map[string]any) (stderr string, code int) {
	t.Helper()
	text, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), "CDK_CONTEXT_JSON="+string(text), "CDK_OUTDIR="+t.TempDir(), unvalidated)
	var complaints bytes.Buffer
	command.Stderr = &complaints
	err = command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return complaints.String(), command.ProcessState.ExitCode()
}

// TestMistakes holds that a mistake ends the app with exit 2 and plain lines:
// what is wrong and what to do, no trace of a panic.
func TestMistakes(t *testing.T) {
	t.Parallel()
	ring := newRing(t).Dir()
	for _, c := range []struct {
		name     string
		settings map[string]any
		want     []string
	}{
		{"no ring", map[string]any{"ring": filepath.Join(ring, "none")}, []string{"error: there is no key ring in ", "`privatecdn keys new"}},
		{"access", map[string]any{"access": "secret"}, []string{`error: context "access" is "secret"; use signed or presigned`}},
		{"several in the properties", map[string]any{"ring": ring, "originAccess": "oac", "public": []string{"a b", "*"}}, []string{
			`error: [PrivateCdn/Media] OriginAccess: is "oac"; use privatecdn.OAI`,
			`error: [PrivateCdn/Media] Behaviors[0].PathPattern: "a b" holds`,
		}},
		{"deployed", map[string]any{"ring": ring, "deployed": filepath.Join(ring, "none.json")}, []string{"error: ", "none.json"}},
		{"destroy", map[string]any{"ring": ring, "destroy": "yes"}, []string{`error: context "destroy" must be true or false`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			stderr, code := synthesize(t, c.settings)
			if code != 2 {
				t.Errorf("exit %d, want 2", code)
			}
			for _, want := range c.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("no %q in\n%s", want, stderr)
				}
			}
			if regexp.MustCompile(`(?m)^goroutine |^\s+at |\.go:\d+|\.js:\d+`).MatchString(stderr) {
				t.Errorf("a trace:\n%s", stderr)
			}
		})
	}
}

// TestPrivateKeyInRing puts a private key where a ring has a public half. It is
// refused, and nothing of it shows.
func TestPrivateKeyInRing(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	private, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(ring.Dir(), ring.Keys()[0].Public)
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	stderr, code := synthesize(t, map[string]any{"ring": ring.Dir()})
	if code != 2 || !strings.Contains(stderr, "private key") {
		t.Errorf("exit %d, want 2 and a word of the private key:\n%s", code, stderr)
	}
	secret := base64.StdEncoding.EncodeToString(der)
	for i := 0; i+16 <= len(secret); i += 16 {
		if strings.Contains(stderr, secret[i:i+16]) {
			t.Fatal("the message holds a part of the private key")
		}
	}
}

// TestPresigned synthesizes the other stack, which needs no ring.
func TestPresigned(t *testing.T) {
	t.Parallel()
	if stderr, code := synthesize(t, map[string]any{"access": "presigned", "ring": "nowhere"}); code != 0 {
		t.Errorf("exit %d:\n%s", code, stderr)
	}
}

// untar returns one file of a .tgz.
func untar(t *testing.T, archive, name string) []byte {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	files := tar.NewReader(plain)
	for {
		header, err := files.Next()
		if err != nil {
			t.Fatalf("%s in %s: %v", name, archive, err)
		}
		if header.Name == name {
			data, err := io.ReadAll(files)
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
	}
}
