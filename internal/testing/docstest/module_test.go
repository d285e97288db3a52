package docstest_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// checkout copies the repository, as it stands in the work tree, to a
// directory of the test. It reads the files itself, so that go test knows what
// its cached result hangs on.
func checkout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range strings.Split(strings.TrimSpace(shell(t, root, `git -c core.quotePath=false ls-files -co --exclude-standard`)), "\n") {
		from, to := filepath.Join(root, name), filepath.Join(dir, name)
		info, err := os.Stat(from)
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed, and not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(from)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(to), 0o755)
		}
		if err == nil {
			err = os.WriteFile(to, content, info.Mode().Perm())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	// Linked, not shared: npm may do away with them.
	shell(t, root, `[ ! -d node_modules ] || cp -al node_modules "$1" 2>/dev/null || cp -a node_modules "$1"`, dir)
	shell(t, dir, `git init -q -b main . && git add . && git -c user.name=test -c user.email=test@example.com commit -qm all`)
	return dir
}

// shell runs a script in dir and returns what it printed.
func shell(t *testing.T, dir, script string, args ...string) string {
	t.Helper()
	cmd := exec.Command("bash", append([]string{"-euo", "pipefail", "-c", script, "test"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// The module takes another path everywhere, builds under it, and goes back to
// what it was.
func TestMakeModule(t *testing.T) {
	t.Parallel()
	dir := checkout(t)
	old := strings.TrimSpace(shell(t, dir, `sed -n 's/^module //p' go.mod`))
	shell(t, dir, `make module MODULE="$1"`, "github.com/you/"+"private-cdn") // in one piece it would be renamed, too
	if left := shell(t, dir, `git grep -n "$1/" -- '*.go' '*go.mod' || true`, old); left != "" {
		t.Errorf("still written:\n%s", left)
	}
	shell(t, dir, `test -z "$(gofmt -l $(git ls-files '*.go'))"`)
	shell(t, dir, `go build ./keys ./deployment ./internal/pathpattern`)
	shell(t, dir, `make module MODULE="$1"`, old)
	if changed := shell(t, dir, `git diff --stat`); changed != "" {
		t.Errorf("there and back again changes:\n%s", changed)
	}
}

func TestMakeModuleRefuses(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "privatecdn", "github.com/you/private cdn", "github.com/you/x; rm -rf ~", "GitHub.com/you/x"} {
		cmd := exec.Command("scripts/module", path)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "usage:") {
			t.Errorf("%q: %v, %s", path, err, out)
		}
	}
}
