//go:build unix

package repository_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/privatecdn/internal/repository"
)

func TestSession(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := repository.NewSession(t.Context(), dir, t.TempDir(), os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range []repository.Command{
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
	for _, c := range []repository.Command{
		{Text: "true", Exit: 1},
		{Text: "echo this", Output: []string{"that"}},
	} {
		if err := s.Run(t.Context(), c); err == nil {
			t.Errorf("%s: want an error", c.Text)
		}
	}
}
