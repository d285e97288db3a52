//go:build unix

package s3_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestPipe: a pipe in the directory is no object, and nobody waits for it.
func TestPipe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.txt"), 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	server := serve(t, publicBucket(), root.FS())
	if response, _ := ask(t, server, "GET", "/pipe.txt"); response.StatusCode != 403 {
		t.Errorf("a pipe: %d", response.StatusCode)
	}
}
