package cdkapp_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/privatecdn/cmd/privatecdn/internal/cdkapp"
)

// write puts files into a directory of the test.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOpen(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"cdk.json":         `{"app": "true", "context": {"a": "from cdk.json", "ring": "rings/main"}}`,
		"cdk.context.json": `{"a": "found", "b": "found"}`,
	})
	app, err := cdkapp.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if app.Context["a"] != "from cdk.json" || app.Context["b"] != "found" {
		t.Errorf("context %v", app.Context)
	}
	if got, want := app.Ring(), filepath.Join(dir, "rings", "main"); got != want {
		t.Errorf("ring %s, want %s", got, want)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	if _, err := cdkapp.Open(t.TempDir()); !errors.Is(err, cdkapp.ErrNoApp) {
		t.Errorf("no cdk.json: %v", err)
	}
	for name, text := range map[string]string{"no JSON": "{", "no app": "{}", "a list": `{"app": ["true"]}`} {
		_, err := cdkapp.Open(write(t, map[string]string{"cdk.json": text}))
		if err == nil || errors.Is(err, cdkapp.ErrNoApp) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRingDir(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if got, err := cdkapp.RingDir(dir, ""); err != nil || got != filepath.Join(dir, "keys", "ring") {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := cdkapp.RingDir(dir, "other"); err != nil || got != "other" {
		t.Errorf("%s, %v", got, err)
	}
}

// The app is told what the CDK's command line tells it.
func TestSynthesizeRunsTheApp(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"cdk.json": `{"app": "./app", "versionReporting": false, "context": {"ring": "keys/ring"}}`,
		"app": "#!/bin/sh\nprintf %s \"$CDK_CONTEXT_JSON\" >context; mkdir -p \"$CDK_OUTDIR\"\n" +
			"echo '{\"artifacts\":{}}' >\"$CDK_OUTDIR/manifest.json\"\n",
	})
	app, err := cdkapp.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Synthesize(t.Context(), filepath.Join(dir, "out")); err != nil {
		t.Fatal(err)
	}
	context, err := os.ReadFile(filepath.Join(dir, "context"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"ring":"keys/ring"`, `"aws:cdk:enable-path-metadata":true`, `"aws:cdk:enable-asset-metadata":true`,
	} {
		if !strings.Contains(string(context), want) {
			t.Errorf("context lacks %s: %s", want, context)
		}
	}
	if strings.Contains(string(context), "version-reporting") {
		t.Errorf("version reporting is on: %s", context)
	}
}

// What the app says when it fails, and what constructs have said without
// failing, are errors.
func TestSynthesizeFails(t *testing.T) {
	t.Parallel()
	manifest := `{"artifacts": {
		"Stack": {"type": "aws:cloudformation:stack", "metadata": {"/Stack/Media": [
			{"type": "aws:cdk:error", "data": "Behaviors is wrong"}, {"type": "aws:cdk:info", "data": "all is well"}],
			"/Stack/N": [{"type": "aws:cdk:error", "data": "n"}], "/Stack/O": [{"type": "aws:cdk:error", "data": "o"}],
			"/Stack/P": [{"type": "aws:cdk:error", "data": "p"}], "/Stack/Q": [{"type": "aws:cdk:error", "data": "q"}]}},
		"Nested": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "nested"}}}}`
	nested := `{"artifacts": {"Other": {"type": "aws:cloudformation:stack", "additionalMetadataFile": "more.json"}}}`
	more := `{"/Nested/Other": [{"type": "aws:cdk:error", "data": "Keys is missing"}]}`
	for name, c := range map[string]struct {
		app  string
		want []string
	}{
		"exit code":   {`echo "error: no ring" >&2; exit 2`, []string{"error: no ring", "synthesis failed"}},
		"no assembly": {`true`, []string{"did not write a cloud assembly"}},
		"annotations": {
			`mkdir -p "$CDK_OUTDIR/nested"; cp manifest "$CDK_OUTDIR/manifest.json"; ` +
				`cp nested "$CDK_OUTDIR/nested/manifest.json"; cp more "$CDK_OUTDIR/nested/more.json"`,
			[]string{"[/Nested/Other] Keys is missing\n[/Stack/Media] Behaviors is wrong\n" +
				"[/Stack/N] n\n[/Stack/O] o\n[/Stack/P] p\n[/Stack/Q] q"},
		},
	} {
		dir := write(t, map[string]string{
			"cdk.json": `{"app": "./app"}`, "app": "#!/bin/sh\n" + c.app + "\n",
			"manifest": manifest, "nested": nested, "more": more,
		})
		app, err := cdkapp.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		err = app.Synthesize(t.Context(), filepath.Join(dir, "out"))
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
		if err != nil && strings.Contains(err.Error(), "all is well") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
