package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/internal/testing/keytest"
)

// tried runs the tool with a file that holds text for the last argument, and
// returns the exit code and all that it prints.
func tried(t *testing.T, text []byte, args ...string) (code int, printed string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	code = run(&env{Context: t.Context(), in: strings.NewReader(""), out: &out, err: &out}, append(args, file))
	return code, out.String()
}

var (
	signing   = []string{"sign", "url", "https://h.example/a", "--for", "1h", "--key-pair-id", "K1", "--key"}
	verifying = []string{"verify", "https://h.example/a", "--key-pair-id", "K1", "--public-key"}
)

// TestRightForms gives the tool keys in every right form.
func TestRightForms(t *testing.T) {
	t.Parallel()
	for form, c := range keytest.Right(t) {
		if code, printed := tried(t, c.PEM, signing...); code != cli.Done {
			t.Errorf("sign with %s: exit %d: %s", form, code, printed)
		}
		// The URL is not signed, so that the answer is no: but it is an answer.
		if code, printed := tried(t, keytest.PublicOf(t, c.PEM), verifying...); code != cli.No {
			t.Errorf("verify with %s: exit %d: %s", form, code, printed)
		}
	}
}

// TestWrongForms gives the tool keys in every wrong form: it exits 2, says what
// is wrong and what to do, and prints nothing of the key.
func TestWrongForms(t *testing.T) {
	t.Parallel()
	for form, c := range keytest.Wrong(t) {
		for _, door := range []struct {
			args []string
			want error
		}{{signing, c.Private}, {verifying, c.Public}} {
			if door.want == nil {
				continue // TestRightForms has it
			}
			code, printed := tried(t, c.Input, door.args...)
			if code != cli.Failed || !strings.HasPrefix(printed, "error: ") || !strings.Contains(printed, "\nhint: ") {
				t.Errorf("%s with %s: exit %d: %s", door.args[0], form, code, printed)
			}
			keytest.HoldsNothing(t, printed, c.Input)
		}
	}
}
