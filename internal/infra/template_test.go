package infra_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/testing/golden"
)

// What CDK synthesizes, read into the model, as a whole.
func TestGolden(t *testing.T) {
	t.Parallel()
	inputs, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, input := range inputs {
		path := filepath.Join("testdata", input.Name())
		if ext := filepath.Ext(path); !input.IsDir() && ext != ".json" && ext != ".yaml" || strings.Contains(path, "asset.") {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			tmpl, err := infra.ReadFile(path, infra.Options{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(tmpl, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden.Equal(t, path+".golden", append(got, '\n'))
		})
	}
}

// The document of what is supported is the code's own tables, written down.
func TestSupport(t *testing.T) {
	t.Parallel()
	golden.Equal(t, "../../docs/edge-support.md", []byte(infra.Support()))
}

// Reading is a small part of the edge's start.
func BenchmarkReadFile(b *testing.B) {
	for b.Loop() {
		if _, err := infra.ReadFile("testdata/oai.template.json", infra.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
