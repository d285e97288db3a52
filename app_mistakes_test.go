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

	"example.com/privatecdn/internal/fault"
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

// settingsOf is a construct's node with these settings.
type settingsOf map[string]any

// TryGetContext implements contextReader.
func (s settingsOf) TryGetContext(name *string) any { return s[*name] }

// TestSettings holds what each setting may be, and that a wrong one is told with
// its name and what to use, printed safely.
func TestSettings(t *testing.T) {
	t.Parallel()
	ring := newRing(t).Dir()
	for name, c := range map[string]struct {
		settings settingsOf
		want     string // the error and its hint; empty for none
	}{
		"defaults": {settingsOf{}, ""},
		"list":     {settingsOf{"public": []any{"a/*", "b/*"}, "destroy": true}, ""},
		"text":     {settingsOf{"public": "a/*,b/*", "destroy": "false"}, ""},
		"no ring":  {settingsOf{"ring": filepath.Join(ring, "none")}, "there is no key ring in "},
		"access": {settingsOf{"access": "secret"},
			`context "access": "secret" is not valid; use signed or presigned`},
		"access, a list": {settingsOf{"access": []any{"signed"}},
			`context "access": "[signed]" is not valid; use a string`},
		"deployed": {settingsOf{"deployed": filepath.Join(ring, "none.json")}, "none.json"},
		"destroy": {settingsOf{"destroy": "yes"},
			`context "destroy": "yes" is not valid; use true or false`},
		"public, a number":   {settingsOf{"public": 7.0}, `context "public": "7" is not valid; use a list of strings`},
		"public, numbers":    {settingsOf{"public": []any{"a", 7.0}}, `context "public": "[a 7]" is not valid`},
		"a terminal's":       {settingsOf{"access": "\x1b[31m"}, `"\x1b[31m" is not valid`},
		"longer than a name": {settingsOf{"access": strings.Repeat("a", 1<<20)}, "(1048576 characters) is not valid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.settings["ring"] == nil {
				c.settings["ring"] = ring
			}
			_, props, err := readProps(c.settings)
			switch {
			case c.want == "" && (err != nil || len(props.Behaviors) > 0 && props.Behaviors[1].PathPattern != "b/*"):
				t.Errorf("%v %+v", err, props)
			case c.want != "" && (err == nil || !strings.Contains(err.Error()+"; "+fault.Hint(err), c.want)):
				t.Errorf("%v; %s, want %s", err, fault.Hint(err), c.want)
			}
		})
	}
}

// TestMistakes holds that mistakes end the app with exit 2 and plain lines: what
// is wrong and what to do, no trace of a panic.
func TestMistakes(t *testing.T) {
	t.Parallel()
	stderr, code := synthesize(t, map[string]any{"ring": newRing(t).Dir(), "originAccess": "oac",
		"public": []string{"a b", "*"}})
	if code != 2 {
		t.Errorf("exit %d, want 2", code)
	}
	for _, want := range []string{
		`error: [PrivateCdn/Media] OriginAccess: "oac" is not a valid value`, `hint: use one of ["OAI"`,
		`error: [PrivateCdn/Media] Behaviors[0].PathPattern: "a b" is not a valid path pattern`,
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in\n%s", want, stderr)
		}
	}
	if regexp.MustCompile(`(?m)^goroutine |^\s+at |\.go:\d+|\.js:\d+`).MatchString(stderr) {
		t.Errorf("a trace:\n%s", stderr)
	}
}

// TestPrivateKeyInRing puts a private key where a ring has a public key. It is
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
