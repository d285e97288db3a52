//go:build unix

package docstest_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// A line that does not come is said not to in seconds, not at the end of all patience.
func TestSessionFailsFast(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]docstest.Command{
		"a later line comes": {Text: "echo done; sleep 600", Background: true, Output: []string{"ready", "done"}},
		"it ends":            {Text: "echo other", Background: true, Output: []string{"ready"}},
		"it ends the shell":  {Text: "exit 3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := docstest.NewSession(t.Context(), t.TempDir(), t.TempDir(), os.Environ())
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			if err := s.Run(ctx, c); err == nil || ctx.Err() != nil {
				t.Errorf("%v, %v", err, ctx.Err())
			}
		})
	}
}

// A command that does not end is ended.
func TestSessionEndsWhatHangs(t *testing.T) {
	t.Parallel()
	s, err := docstest.NewSession(t.Context(), t.TempDir(), t.TempDir(), os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := s.Run(ctx, docstest.Command{Text: "echo so far; sleep 600"}); err == nil ||
		!strings.Contains(err.Error(), "so far") {
		t.Error(err)
	}
}
