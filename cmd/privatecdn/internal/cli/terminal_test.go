package cli_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"example.com/privatecdn/cmd/privatecdn/internal/cli"
)

func TestRow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		width int
		want  string
	}{
		{0, "ok    a promise that is kept        403 MissingKey"},
		{50, "ok    a promise that is kept        403 MissingKey"},
		{49, "ok    a promise that is kept\n    403 MissingKey"},
		{20, "ok a promise that is\nkept\n    403 MissingKey"},
		{10, "ok a\npromise\nthat is\nkept\n    403\n    MissingKey"},
	} {
		got := cli.Terminal{Width: c.width}.Row([]int{4, 28}, "ok", "a promise that is kept", "403 MissingKey")
		if got != c.want {
			t.Errorf("%d columns: %q, want %q", c.width, got, c.want)
		}
	}
}

// A file is no terminal: no color, no counting seconds.
func TestTerminalOfFile(t *testing.T) {
	t.Setenv("COLUMNS", "")
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	terminal := cli.TerminalOf(file)
	if terminal != (cli.Terminal{}) {
		t.Errorf("%+v", terminal)
	}
	if got := terminal.Paint(cli.Red, "FAIL"); got != "FAIL" {
		t.Errorf("painted %q", got)
	}
	var out bytes.Buffer
	terminal.Step(&out, "Working …")()
	if out.String() != "Working …\n" {
		t.Errorf("a step writes %q", out.String())
	}
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	terminal := cli.Terminal{Live: true, Color: true}
	if got := terminal.Paint(cli.Red, "FAIL"); got != "\x1b[31mFAIL\x1b[m" {
		t.Errorf("painted %q", got)
	}
	var out bytes.Buffer
	done := terminal.Step(&out, "Working …")
	done()
	done()
	if !strings.HasPrefix(out.String(), "Working …") || !strings.HasSuffix(out.String(), "\n") {
		t.Errorf("a step writes %q", out.String())
	}
}
