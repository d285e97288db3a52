package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"

	"example.com/privatecdn/internal/testing/need"
)

// completions are command lines and what the Tab key makes of each.
var completions = []struct{ typed, want string }{
	{"privatecdn veri", "privatecdn verify "},
	{"privatecdn sign coo", "privatecdn sign cookies "},
	{"privatecdn --json sign cook", "privatecdn --json sign cookies "},
	{"privatecdn sign url --dep", "privatecdn sign url --deployment "},
	{"privatecdn sign url /a --until 1893596645 --key-p", "privatecdn sign url /a --until 1893596645 --key-pair-id "},
	{"privatecdn sign url --hash sha2", "privatecdn sign url --hash sha256 "},
	{"privatecdn sign url --hash=sha2", "privatecdn sign url --hash=sha256 "},
	{"privatecdn completion fi", "privatecdn completion fish "},
	{"privatecdn check --deployment depl", "privatecdn check --deployment deployed.json "},
	{"privatecdn check --deployment=depl", "privatecdn check --deployment=deployed.json "},
	{"privatecdn doctor some/", `privatecdn doctor some/one\ recording.har `},
	{"privatecdn diff stack:Media depl", "privatecdn diff stack:Media deployed.json "},
	{"./privatecdn veri", "./privatecdn verify "},
	{"privatecdn sign url depl", "privatecdn sign url depl"}, // a URL is not a file
	{"privatecdn complet", "privatecdn completion "},         // what is hidden stays so
}

// completing returns the environment of a shell in a directory with files to
// complete and the tool on the path.
func completing(t *testing.T) (dir string, env []string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "some"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"deployed.json", "some/one recording.har"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// The name tells the test's binary to be the tool: see testscript.Main.
	if err := os.Symlink(self, filepath.Join(dir, "privatecdn")); err != nil {
		t.Fatal(err)
	}
	return dir, append(os.Environ(), "HOME="+dir, "ZDOTDIR="+dir, "TERM=dumb", "INPUTRC=/dev/null",
		"PATH="+dir+":"+os.Getenv("PATH"))
}

// Bash and zsh are typed to on a terminal, and print what they then have.
func TestCompletionOnTerminal(t *testing.T) {
	for shell, c := range map[string]struct {
		args  []string
		setUp string // leaves the prompt "ready>", and Ctrl-T to print the line
	}{
		"bash": {
			[]string{"--noprofile", "--norc", "-i"},
			`bind 'set enable-bracketed-paste off'; bind -x '"\C-t": echo "<$READLINE_LINE>"'; ` +
				`source <(privatecdn completion bash); PS1=ready'> '`,
		},
		"zsh": {
			[]string{"-f", "-i"},
			`autoload -U compinit; compinit -u -D; source <(privatecdn completion zsh); have() { print -r -- "<$BUFFER>" }; ` +
				`zle -N have; bindkey '^T' have; unset zle_bracketed_paste; unsetopt prompt_sp; PS1=ready'> '`,
		},
	} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			dir, env := completing(t)
			command := exec.CommandContext(t.Context(), need.Need(t, shell, "install "+shell), c.args...)
			command.Dir, command.Env = dir, env
			terminal, err := pty.StartWithSize(command, &pty.Winsize{Rows: 50, Cols: 250})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				_ = terminal.Close()
				_ = command.Wait() // for the end of the context
			})
			s := screen{T: t, terminal: terminal}
			s.send(c.setUp + "\n")
			s.await("ready> ")
			for _, x := range completions {
				s.send(x.typed + "\t\x14")
				s.await("<")
				if got := strings.TrimSuffix(s.await(">"), ">"); got != x.want {
					t.Errorf("%q becomes %q, want %q", x.typed, got, x.want)
				}
				s.send("\x15") // deletes the line
			}
		})
	}
}

// screen is what a shell has printed and nobody has read.
type screen struct {
	*testing.T
	terminal *os.File
	printed  []byte
}

func (s *screen) send(keys string) {
	s.Helper()
	if _, err := fmt.Fprint(s.terminal, keys); err != nil {
		s.Fatal(err)
	}
}

// await returns what is printed up to and with text.
func (s *screen) await(text string) string {
	s.Helper()
	buffer := make([]byte, 4096)
	for !bytes.Contains(s.printed, []byte(text)) {
		n, err := s.terminal.Read(buffer)
		if err != nil {
			s.Fatalf("waiting for %q after %q: %v", text, s.printed, err)
		}
		s.printed = append(s.printed, buffer[:n]...)
	}
	before, after, _ := bytes.Cut(s.printed, []byte(text))
	s.printed = after
	return string(before) + text
}

// Fish says what it would complete, without a terminal.
func TestCompletionInFish(t *testing.T) {
	t.Parallel()
	dir, env := completing(t)
	fish := need.Need(t, "fish", "install fish")
	for _, x := range completions {
		command := exec.CommandContext(t.Context(), fish, "--no-config", "-c",
			`privatecdn completion fish | source; complete --escape -C "$line"`)
		command.Dir, command.Env = dir, append(env, "line="+x.typed)
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		before, got := x.typed[:strings.LastIndex(x.typed, " ")+1], x.typed
		if word, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\t"); word != "" {
			got = before + word + " "
		}
		if got != x.want {
			t.Errorf("%q becomes %q, want %q", x.typed, got, x.want)
		}
	}
}
