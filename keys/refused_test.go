package keys_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

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
