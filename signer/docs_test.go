package signer_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The program in the documentation compiles.
func TestDocumentedProgram(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/signing.md")
	if err != nil {
		t.Fatal(err)
	}
	_, program, _ := strings.Cut(string(text), "```go\npackage main")
	program, _, found := strings.Cut(program, "```")
	if !found {
		t.Fatal("there is no program in docs/signing.md")
	}
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte("package main"+program), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "vet", file).CombinedOutput(); err != nil {
		t.Errorf("go vet: %s", out)
	}
}
