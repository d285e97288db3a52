package assembly_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/internal/assembly"
	"example.com/privatecdn/internal/fault"
)

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestWalk(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"manifest.json": `{"artifacts": {
			"b": {"type": "aws:cloudformation:stack", "environment": "aws://1/eu-west-1",
				"properties": {"templateFile": "b.json"}},
			"a": {"type": "cdk:tree", "additionalMetadataFile": "more.json"},
			"c": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "inner"}}}}`,
		"more.json": `{"/A": [{"type": "aws:cdk:error", "data": "wrong"}]}`,
		"inner/manifest.json": `{"artifacts": {"d": {"type": "aws:cloudformation:stack", "properties": {"templateFile": ` +
			`"d.json"}}}}`,
	})
	var seen []string
	err := assembly.Walk(dir, func(a *assembly.Artifact) error {
		file, err := a.File(a.Properties.TemplateFile + "x")
		rel, _ := filepath.Rel(dir, file)
		seen = append(seen, a.ID+" "+rel+" "+a.Environment)
		if a.ID == "a" && a.Metadata["/A"][0].Data != "wrong" {
			t.Errorf("%v", a.Metadata)
		}
		return err
	})
	if want := []string{"a x ", "b b.jsonx aws://1/eu-west-1", "c x ", "d inner/d.jsonx "}; err != nil ||
		!slices.Equal(seen, want) {
		t.Errorf("%q, %v", seen, err)
	}
	stop := errors.New("stop")
	if err := assembly.Walk(dir, func(*assembly.Artifact) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
}

func TestWalkRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ manifest, says string }{
		"none":         {"", "does not exist"},
		"no JSON":      {"{", "not JSON"},
		"another JSON": {"{}", "not a manifest"},
		"null":         {`{"artifacts": {"a": null}}`, "empty"},
		"outside": {`{"artifacts": {"a": {"type": "cdk:cloud-assembly", "properties": {"directoryName": ` +
			`"../x"}}}}`, "outside"},
		"itself": {`{"artifacts": {"a": {"type": "cdk:cloud-assembly", "properties": {"directoryName": ` +
			`"x/.."}}}}`, "outside"},
		"itself by link": {`{"artifacts": {"a": {"type": "cdk:cloud-assembly", "properties": {"directoryName": ` +
			`"self"}}}}`, "too deep"},
		"no inner one": {`{"artifacts": {"a": {"type": "cdk:cloud-assembly", "properties": {"directoryName": ` +
			`"inner"}}}}`, "inner"},
		"more outside": {`{"artifacts": {"a": {"additionalMetadataFile": "/etc/passwd"}}}`, "outside"},
		"more missing": {`{"artifacts": {"a": {"additionalMetadataFile": "more.json"}}}`, "more.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"other": ""}
			if c.manifest != "" {
				files["manifest.json"] = c.manifest
			}
			dir := write(t, files)
			if err := os.Symlink(dir, filepath.Join(dir, "self")); err != nil {
				t.Fatal(err)
			}
			err := assembly.Walk(dir, func(*assembly.Artifact) error { return nil })
			if !errors.Is(err, assembly.ErrInvalid) || !strings.Contains(err.Error(), c.says) || fault.Hint(err) == "" {
				t.Errorf("%v, want %q", err, c.says)
			}
		})
	}
}

// Assemblies nest ten deep, and no deeper.
func TestDepth(t *testing.T) {
	t.Parallel()
	nested := func(levels int) string {
		files, dir := map[string]string{}, ""
		for range levels {
			files[dir+"manifest.json"] = `{"artifacts": {"a": {"type": "cdk:cloud-assembly", ` +
				`"properties": {"directoryName": "a"}}}}`
			dir += "a/"
		}
		files[dir+"manifest.json"] = `{"artifacts": {}}`
		return write(t, files)
	}
	visit := func(*assembly.Artifact) error { return nil }
	if err := assembly.Walk(nested(10), visit); err != nil {
		t.Error(err)
	}
	if err := assembly.Walk(nested(11), visit); !errors.Is(err, assembly.ErrInvalid) {
		t.Errorf("%v", err)
	}
}
