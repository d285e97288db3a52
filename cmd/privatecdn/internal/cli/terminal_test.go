package cli_test

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"

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
		{36, "ok    a promise that is kept\n    403 MissingKey"},
		{28, "ok    a promise that is kept\n    403 MissingKey"},
		{27, "ok a promise that is kept\n    403 MissingKey"},
		{10, "ok a\npromise\nthat is\nkept\n    403\n    MissingKey"},
	} {
		got := cli.Terminal{Width: c.width}.Row("", []int{4, 28}, "ok", "a promise that is kept", "403 MissingKey")
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
	if got := terminal.Row(cli.Red, []int{6}, "FAIL", "it"); got != "FAIL    it" {
		t.Errorf("painted %q", got)
	}
	var out bytes.Buffer
	terminal.Step(&out, "Working …")()
	if out.String() != "Working …\n" {
		t.Errorf("a step writes %q", out.String())
	}
}

// COLUMNS says how wide a file's lines may be, if it is a number of columns.
func TestColumns(t *testing.T) {
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for columns, want := range map[string]int{"50": 50, "1": 1, "0": 0, "-1": 0, "99999999999999999999": 0, "wide": 0} {
		t.Setenv("COLUMNS", columns)
		if got := cli.TerminalOf(file); got != (cli.Terminal{Width: want}) {
			t.Errorf("COLUMNS=%s: %+v", columns, got)
		}
	}
}

// On a terminal there are colors, unless it is dumb or nobody wants them.
func TestPseudoTerminal(t *testing.T) {
	master, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer terminal.Close()
	if err := pty.Setsize(terminal, &pty.Winsize{Rows: 24, Cols: 70}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		columns, term, noColor string
		want                   cli.Terminal
	}{
		{"", "xterm", "", cli.Terminal{Live: true, Color: true, Width: 70}},
		{"0", "xterm", "1", cli.Terminal{Live: true, Width: 70}},
		{"1", "xterm", "1", cli.Terminal{Live: true, Width: 1}},
		{"", "dumb", "", cli.Terminal{}},
	} {
		t.Setenv("COLUMNS", c.columns)
		t.Setenv("TERM", c.term)
		t.Setenv("NO_COLOR", c.noColor)
		if got := cli.TerminalOf(terminal); got != c.want {
			t.Errorf("TERM=%s NO_COLOR=%s: %+v, want %+v", c.term, c.noColor, got, c.want)
		}
	}
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	terminal := cli.Terminal{Live: true, Color: true}
	if got := terminal.Row(cli.Red, []int{6}, "FAIL", "it"); got != "\x1b[31mFAIL\x1b[m    it" {
		t.Errorf("painted %q", got)
	}
	var out printed
	done := terminal.Step(&out, "Working …")
	if strings.Contains(out.String(), "\n") {
		t.Errorf("a step that is not done writes %q", out.String())
	}
	done()
	done()
	if !strings.HasPrefix(out.String(), "Working …") || !strings.HasSuffix(out.String(), "\n") {
		t.Errorf("a step writes %q", out.String())
	}
}

// printed is what a step has written so far.
type printed struct {
	mu   sync.Mutex
	text []byte
}

func (p *printed) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = append(p.text, text...)
	return len(text), nil
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.text)
}
