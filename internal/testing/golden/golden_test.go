package golden_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"example.com/privatecdn/internal/testing/golden"
)

// recorder is a test that notes what fails in it.
type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Helper()                           {}
func (r *recorder) Errorf(format string, args ...any) { r.said += fmt.Sprintf(format, args...) }

func TestEqual(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "golden")
	if err := os.WriteFile(file, []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		"one\ntwo\n":        "",
		"one\n2\n":          file + `:2: got "2\n", want "two\n"; -update writes it anew`,
		"one\ntwo\nthree\n": file + `:3: got "three\n", want ""; -update writes it anew`,
	} {
		r := &recorder{TB: t}
		golden.Equal(r, file, []byte(got))
		if r.said != want {
			t.Errorf("%q: said %q, want %q", got, r.said, want)
		}
	}
	r := &recorder{TB: t}
	golden.Equal(r, file+".missing", nil)
	if r.said == "" {
		t.Error("a missing file is not an error")
	}
}
