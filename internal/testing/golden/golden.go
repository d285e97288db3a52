// Package golden compares what tests produce with files that are committed.
// With -update it writes the files instead: go test ./PACKAGE -update.
package golden

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Equal reports an error where got is not the content of file, with the first
// line that differs. With -update it writes got to file.
func Equal(t testing.TB, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%v; -update writes it", err)
		return
	}
	if bytes.Equal(got, want) {
		return
	}
	a, b := bytes.SplitAfter(got, []byte("\n")), bytes.SplitAfter(want, []byte("\n"))
	i := 0
	for i < min(len(a), len(b)) && bytes.Equal(a[i], b[i]) {
		i++
	}
	t.Errorf("%s:%d: got %q, want %q; -update writes it anew", file, i+1, line(a, i), line(b, i))
}

func line(lines [][]byte, i int) []byte {
	if i < len(lines) {
		return lines[i]
	}
	return nil
}

// Updating reports whether golden files are written anew, for a test that
// writes more than one file, or a part of one.
func Updating() bool { return *update }
