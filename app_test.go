package main

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/privatecdn/constructs/privatecdn"
	"example.com/privatecdn/internal/testing/golden"
	"example.com/privatecdn/internal/testing/need"
	"example.com/privatecdn/keys"
)

// The test program is also the app, so that the CDK command line runs it as it
// is built here: app is its command.
func TestMain(m *testing.M) {
	if os.Getenv("PRIVATECDN_APP") != "" {
		os.Exit(privatecdn.Run(build))
	}
	if err := os.Setenv("PRIVATECDN_APP", "app"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// unvalidated spares a synthesis CDK's validation, which takes most of its time;
// TestSynthAndDiff has it.
const unvalidated = "CDK_VALIDATION=false"

// cdk runs the pinned CDK command line with the app, and env in its environment.
func cdk(t *testing.T, env string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	root := need.NodeModule(t, "aws-cdk")
	args = append([]string{filepath.Join(root, "node_modules/aws-cdk/bin/cdk"), "--no-notices", "--no-color"}, args...)
	command := exec.Command("node", args...)
	command.Dir, command.Env = root, append(os.Environ(), env)
	var out, complaints bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaints
	err = command.Run()
	return out.String(), complaints.String(), err
}

// store is where the private key is: elsewhere. It implements keys.Store.
type store struct{ file string }

func (s store) New(context.Context, keys.Algorithm) (*keys.Public, string, error) {
	data, err := os.ReadFile(filepath.Join("constructs/privatecdn/testdata/keys", s.file))
	if err != nil {
		return nil, "", err
	}
	public, err := keys.ParsePublic(data)
	return public, "kms:alias/media", err
}

// newRing makes a ring of one key, always the same.
func newRing(t *testing.T) *keys.Ring {
	t.Helper()
	ring, err := keys.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Add(context.Background(), keys.ECDSAP256, store{"a.pem"}); err != nil {
		t.Fatal(err)
	}
	return ring
}

// TestSynthAndDiff synthesizes the app with every setting of cdk.json, holds
// the template to the golden file and to CDK's own validation, and holds what
// changes of it when its key is promoted, all with the pinned command line.
func TestSynthAndDiff(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	ring := newRing(t).Dir()
	if _, stderr, err := cdk(t, "", "synth", "--quiet", "--output", out, "--app", os.Args[0], "-c",
		"ring="+ring); err != nil {
		t.Fatalf("cdk synth: %v\n%s", err, stderr)
	}
	got, err := os.ReadFile(filepath.Join(out, "PrivateCdn.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	const committed = "testdata/PrivateCdn.template.json"
	golden.Equal(t, committed, got)
	report, err := os.ReadFile(filepath.Join(out, "validation-report.json"))
	if err != nil || !strings.Contains(string(report), `"pluginReports": []`) {
		t.Errorf("CDK's validation: %v\n%s", err, report)
	}
	older := filepath.Join(t.TempDir(), "old.template.json")
	changed := bytes.Replace(got, []byte(`\"signing\"`), []byte(`\"pending\"`), 1)
	if err := os.WriteFile(older, changed, 0o644); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, err := cdk(t, "", "diff", "--app", out, "--template", older, "PrivateCdn")
	if err != nil {
		t.Fatalf("cdk diff: %v\n%s", err, stderr)
	}
	golden.Equal(t, "testdata/diff-promote.txt", differences(stdout+stderr))
}

// TestFlags holds cdk.json to every flag that the CDK in use recommends.
func TestFlags(t *testing.T) {
	t.Parallel()
	var file struct{ Context map[string]any }
	decode(t, "cdk.json", &file)
	var recommended map[string]any
	if err := json.Unmarshal(fromBundle(t, "package/recommended-feature-flags.json"), &recommended); err != nil {
		t.Fatal(err)
	}
	for name := range recommended {
		if _, set := file.Context[name]; !set {
			t.Errorf("cdk.json does not set %s", name)
		}
	}
	maps.DeleteFunc(file.Context, func(name string, _ any) bool { return !strings.HasPrefix(name, "@aws-cdk") })
	if a, b := marshal(t, file.Context), marshal(t, recommended); a != b {
		t.Errorf("cdk.json sets\n%s\nand CDK recommends\n%s", a, b)
	}
}

func decode(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fromBundle reads a file of the aws-cdk-lib that the Go module carries.
func fromBundle(t *testing.T, name string) []byte {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-cdk-go/awscdk/v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	bundles, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "jsii", "aws-cdk-lib-*.tgz"))
	if err != nil || len(bundles) != 1 {
		t.Fatalf("bundles %q: %v", bundles, err)
	}
	return untar(t, bundles[0], name)
}
