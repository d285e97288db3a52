// Package need finds the programs that tests use as judges.
package need

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Need returns the path of a program. Where it is missing the test is skipped
// with a line that says what to install; in CI (CI=true) it fails.
func Need(t testing.TB, program, install string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		Missing(t, program+" is not installed: "+install)
	}
	return path
}

// Root returns the repository's root directory: the one with go.mod, from the
// directory of the test upwards.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir
		}
	}
	t.Fatalf("no go.mod above the test's directory (%v)", err)
	return ""
}

// NodeModule returns the repository's root, in which node resolves module,
// after making sure that `npm ci` has put module there.
func NodeModule(t testing.TB, module string) string {
	t.Helper()
	Need(t, "node", "install Node.js 22 or newer")
	root := Root(t)
	if _, err := os.Stat(filepath.Join(root, "node_modules", module)); err != nil {
		Missing(t, module+" is not installed: run `npm ci`")
	}
	return root
}

// Missing skips the test for want of what why names; in CI it fails.
func Missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}
