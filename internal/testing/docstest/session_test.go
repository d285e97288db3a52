//go:build unix

package docstest_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/privatecdn/internal/testing/docstest"
)

func TestSession(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := docstest.NewSession(t.Context(), dir, t.TempDir(), os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range []docstest.Command{
		{Text: "name=it; mkdir sub\ncd sub"},
		{Text: `echo "$name's" here`, Output: []string{"it's here"}},
		{Text: "false", Exit: 1},
		{Text: "sleep 0.1; echo ready; sleep 600", Background: true, Output: []string{"ready"}},
		{Text: "cat >&2", Output: nil},
		{Text: "touch made"},
	} {
		if err := s.Run(t.Context(), c); err != nil {
			t.Errorf("%s: %v", c.Text, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "sub", "made")); err != nil {
		t.Error(err)
	}
	for _, c := range []docstest.Command{
		{Text: "true", Exit: 1},
		{Text: "echo this", Output: []string{"that"}},
	} {
		if err := s.Run(t.Context(), c); err == nil {
			t.Errorf("%s: want an error", c.Text)
		}
	}
}
