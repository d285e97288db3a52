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

// ringDir is where an app's key ring lies. A checkout has none, so that each
// page begins as its reader does, also where the ring is committed.
const ringDir = "keys/ring/"

const commit = `git add . && git -c user.name=test -c user.email=test@example.com commit -qm all`

// checkout copies what git tracks in from, as it stands in the work tree, to a
// directory of the test: nothing untracked, and no key ring. It reads the files
// itself, so that go test knows what its cached result depends on.
func checkout(t *testing.T, from string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range strings.Split(strings.TrimSuffix(shell(t, from, `git ls-files -z`), "\x00"), "\x00") {
		if strings.HasPrefix(name, ringDir) {
			continue
		}
		err := copyFile(filepath.Join(from, name), filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // removed, and not committed yet
			t.Fatal(err)
		}
	}
	objects := shell(t, from, `git rev-parse --path-format=absolute --git-path objects`) // borrowed, not copied
	shell(t, dir, `git init -q -b main . && printf %s "$1" >.git/objects/info/alternates &&
		echo /node_modules >>.git/info/exclude && `+commit, objects)
	return dir
}

func copyFile(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, info.Mode().Perm())
}

// shell runs a script in dir and returns what it printed.
func shell(t *testing.T, dir, script string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", append([]string{"-euo", "pipefail", "-c", script, "test"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// A checkout has the tracked files as they are edited, whatever their names,
// and neither untracked files nor a committed ring.
func TestCheckout(t *testing.T) {
	t.Parallel()
	from := t.TempDir()
	shell(t, from, `git init -q . && mkdir -p keys/ring 'a b' && touch keys/ring/ring.json keys/key.go gone 'a b/ä' &&
		git add . && rm gone && echo edited >keys/key.go && touch untracked`)
	dir := checkout(t, from)
	if got, want := shell(t, dir, `find . -name .git -prune -o -type f -print | sort`),
		"./a b/ä\n./keys/key.go\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := shell(t, dir, `cat keys/key.go`); got != "edited\n" {
		t.Errorf("the edited file holds %q", got)
	}
}

// The module takes another path everywhere, builds under it, and goes back to
// what it was.
func TestMakeModule(t *testing.T) {
	t.Parallel()
	dir := checkout(t, root)
	old := strings.TrimSpace(shell(t, dir, `sed -n 's/^module //p' go.mod`))
	shell(t, dir, `make module MODULE="$1"`, "github.com/you/"+"private-cdn") // in one piece it would be renamed, too
	if left := shell(t, dir, `git grep -n "$1/" -- '*.go' '*go.mod' || true`, old); left != "" {
		t.Errorf("still written:\n%s", left)
	}
	shell(t, dir, `test -z "$(gofmt -l $(git ls-files '*.go'))"`)
	shell(t, dir, `go build ./keys ./deployment ./internal/pathpattern`)
	shell(t, dir, `make module MODULE="$1"`, old)
	// What the README says of a module that is not published is gone for good.
	const want = " README.md | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n"
	if changed := shell(t, dir, `git diff --stat`); changed != want {
		t.Errorf("there and back again changes:\n%s", changed)
	}
}

func TestMakeModuleRefuses(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "privatecdn", "github.com/you/private cdn", "github.com/you/x; rm -rf ~",
		"GitHub.com/you/x"} {
		cmd := exec.Command("scripts/module", path)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "usage:") {
			t.Errorf("%q: %v, %s", path, err, out)
		}
	}
}
