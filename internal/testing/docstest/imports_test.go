package docstest_test

import (
	"go/build"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the repository's root directory.
const root = "../../.."

// dependencies lists what packages link, themselves included.
func dependencies(t *testing.T, packages ...string) []string {
	t.Helper()
	list := exec.Command("go", append([]string{"list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}"},
		packages...)...)
	list.Dir = root
	out, err := list.CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	return strings.Fields(string(out))
}

// The packages that users import into programs of their own, and the tool,
// build in seconds because they stay clear of the CDK.
func TestNothingLightLinksTheCDK(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"signer", "keys", "edge", "deployment", "access", "cmd"} {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			for _, path := range dependencies(t, "./"+dir+"/...") {
				for _, heavy := range []string{"aws-cdk-go", "jsii-runtime-go", "constructs-go", "cdk-nag-go"} {
					if strings.Contains(path, heavy) {
						t.Errorf("links %s", path)
					}
				}
			}
		})
	}
}

// A program that imports the signer gets the signer: nothing beyond the
// standard library, this module and the SDK's sign package.
func TestSignerLinksLittle(t *testing.T) {
	t.Parallel()
	const sign = "github.com/aws/aws-sdk-go-v2/feature/cloudfront/sign"
	module := dependencies(t, "./keys")
	own := strings.TrimSuffix(module[len(module)-1], "keys")
	for _, path := range dependencies(t, "./signer", "./signer/policy", "./signer/verify", "./keys") {
		if path != sign && !strings.HasPrefix(path, own) {
			t.Errorf("links %s", path)
		}
	}
}

// Only the app and its constructs import the CDK, tests included.
func TestOnlyTheAppImportsTheCDK(t *testing.T) {
	t.Parallel()
	heavy := []string{".", "stacks", "constructs"}
	out, err := exec.Command("git", "-C", root, "ls-files", "*.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range strings.Fields(string(out)) {
		dir := filepath.Dir(file)
		top, _, _ := strings.Cut(dir, "/")
		if seen[dir] || top == "examples" || slices.Contains(heavy, top) {
			continue
		}
		seen[dir] = true
		p, err := build.ImportDir(filepath.Join(root, dir), 0)
		if err != nil {
			continue // a folder of excluded files is none of ours
		}
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if strings.Contains(path, "aws-cdk-go") || strings.Contains(path, "jsii-runtime-go") {
				t.Errorf("%s imports %s", dir, path)
			}
		}
	}
	if len(seen) == 0 {
		t.Error("no folder was looked at")
	}
}

// internal/ keeps what several rooms share: a package that one public room
// alone imports lies under that room. What is under internal/testing is for
// tests and for other packages there.
func TestOwners(t *testing.T) {
	t.Parallel()
	list := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	module := dependencies(t, "./keys")
	own := strings.TrimSuffix(module[len(module)-1], "keys")
	rooms := map[string]map[string]bool{} // of each internal package, who imports it
	for line := range strings.Lines(string(out)) {
		names := strings.Fields(line)
		from := strings.TrimPrefix(names[0], own)
		for _, path := range names[1:] {
			to, internal := strings.CutPrefix(path, own+"internal/")
			if !internal {
				continue
			}
			if strings.HasPrefix(to, "testing/") {
				if !strings.HasPrefix(from, "internal/testing/") {
					t.Errorf("%s imports internal/%s outside of tests", from, to)
				}
				continue
			}
			if rooms[to] == nil {
				rooms[to] = map[string]bool{}
			}
			room, _, _ := strings.Cut(from, "/")
			rooms[to][room] = true
		}
	}
	for to, from := range rooms {
		if len(from) == 1 && !from["internal"] {
			t.Errorf("internal/%s is imported by %v alone: move it there", to, from)
		}
	}
}
