package repository_test

import (
	"os/exec"
	"strings"
	"testing"
)

// checkout copies the repository, as it stands in the work tree, to a
// directory of the test.
func checkout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	shell(t, root, `git ls-files -co --exclude-standard -z | while IFS= read -r -d '' f; do [ ! -e "$f" ] || printf '%s\0' "$f"; done |
		tar -c --null -T - | tar -x -C "$1"`, dir)
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
