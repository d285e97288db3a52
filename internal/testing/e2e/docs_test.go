package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocumentedPrograms checks that the programs in the documentation compile.
func TestDocumentedPrograms(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"playlist.md", "presign.md", "kms.md"} {
		text, err := os.ReadFile(filepath.Join("../../../docs", page))
		if err != nil {
			t.Fatal(err)
		}
		_, program, found := strings.Cut(string(text), "```go\n")
		program, _, closed := strings.Cut(program, "```")
		if !found || !closed {
			t.Errorf("there is no program in %s", page)
			continue
		}
		file := filepath.Join(t.TempDir(), "main.go")
		if err := os.WriteFile(file, []byte(program), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("go", "vet", file).CombinedOutput(); err != nil {
			t.Errorf("%s: go vet: %s", page, out)
		}
	}
}
