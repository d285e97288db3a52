package privatecdn_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// newest is the newest awscdk that can be had; go.mod has an older one.
const newest = "v2.276.0"

// TestNewestCDK builds the app and runs tests of the construct with the newest
// minor: no type that comes and goes with a minor is part of them. CDK's own
// validation, which takes most of the time, has the templates of TestGolden.
func TestNewestCDK(t *testing.T) {
	if os.Getenv("CI") == "" {
		t.Skip("this compiles the AWS CDK once more, which takes minutes: set CI=true to run it")
	}
	t.Parallel()
	dir := t.TempDir()
	mod := filepath.Join(dir, "go.mod")
	for from, to := range map[string]string{"../../go.mod": mod, "../../go.sum": filepath.Join(dir, "go.sum")} {
		data, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) string {
		t.Helper()
		command := exec.Command("go", args...)
		command.Dir = "../.."
		command.Env = append(os.Environ(), "CDK_VALIDATION=false")
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("go %q: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	const cdk = "github.com/aws/aws-cdk-go/awscdk/v2"
	run("mod", "edit", "-require="+cdk+"@"+newest, mod)
	if v := run("list", "-modfile="+mod, "-mod=mod", "-m", "-f", "{{.Version}}", cdk); v != newest {
		t.Fatalf("another module asks for %s %s", cdk, v)
	}
	run("build", "-modfile="+mod, "-mod=mod", "-o", os.DevNull, ".")
	run("test", "-modfile="+mod, "-mod=mod", "-run", "TestAttacks|TestWarnings|TestMistakes/log|TestWithoutFlags",
		"./constructs/privatecdn")
}
