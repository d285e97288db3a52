package privatecdn_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func golden(name string) string { return filepath.Join("testdata/golden", name+".template.json") }

// TestGolden holds the template of every scenario: no change of the code
// changes a logical ID, or anything else, unseen. Update with -update.
func TestGolden(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			app := newApp(t)
			stack := newStack(app, "Stack", s.region)
			s.build(t, stack)
			got := append(synth(t, app, stack), '\n')
			if *update {
				if err := os.WriteFile(golden(s.name), got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden(s.name))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the template is not that of %s; see the difference with -update and git diff", golden(s.name))
			}
		})
	}
}
