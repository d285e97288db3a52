package template_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"example.com/privatecdn/internal/template"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What CDK synthesizes, read into the model, as a whole.
func TestGolden(t *testing.T) {
	t.Parallel()
	inputs, err := filepath.Glob("testdata/*.template.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(inputs, "testdata/cross") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			infra, err := template.ReadFile(path, template.Options{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(infra, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, path+".golden", append(got, '\n'))
		})
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at the difference after `go test -update`", path)
	}
}
