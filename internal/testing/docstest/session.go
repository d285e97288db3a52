//go:build unix

package docstest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Session is the shell in which a page's commands run, one after the other, so
// that a variable or a directory one command sets is there for the next.
type Session struct {
	shell *exec.Cmd
	in    io.WriteCloser
	codes *bufio.Reader
	logs  string // a directory with what each command printed
	count int
}

// NewSession starts a shell in dir. logs is a directory for what is printed.
// End it with [Session.Close].
func NewSession(ctx context.Context, dir, logs string, env []string) (*Session, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer write.Close()
	s := &Session{shell: exec.CommandContext(ctx, "bash", "--norc", "-s"), codes: bufio.NewReader(read), logs: logs}
	s.shell.Dir, s.shell.Env = dir, env
	s.shell.ExtraFiles = []*os.File{write}
	s.shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	s.shell.Cancel = s.end
	if s.in, err = s.shell.StdinPipe(); err != nil {
		return nil, err
	}
	return s, s.shell.Start()
}

// Close ends the shell and everything the page has left running.
func (s *Session) Close() {
	_ = s.end()
	_ = s.shell.Wait() // says only that it was ended
}

func (s *Session) end() error { return syscall.Kill(-s.shell.Process.Pid, syscall.SIGTERM) }

// quiet is how long a command that is left running may print nothing before a
// line that the page shows is held not to come.
const quiet = time.Minute

// Run runs one command and returns an error when it does not end with the exit
// code, or does not print the lines, that the page says. It waits for a line no
// longer than it has to: until the command ends, a later line comes in its
// place, or nothing comes for a while.
func (s *Session) Run(ctx context.Context, c Command) error {
	s.count++
	base := filepath.Join(s.logs, fmt.Sprintf("%03d", s.count))
	for name, content := range map[string]string{".sh": c.Text + "\n", ".out": ""} {
		if err := os.WriteFile(base+name, []byte(content), 0o600); err != nil {
			return err
		}
	}
	code, err := s.send(ctx, base, c.Background)
	if err != nil {
		return err
	}
	for last, size := time.Now(), 0; ; time.Sleep(20 * time.Millisecond) {
		_, running := os.Stat(base + ".end") // before the output is read, so that all of it is
		printed, err := os.ReadFile(base + ".out")
		if err != nil {
			return err
		}
		if len(printed) > size {
			last, size = time.Now(), len(printed)
		}
		missing, overtaken := c.Missing(string(printed))
		switch {
		case code != c.Exit:
			return fmt.Errorf("exit code %d, not %d, and printed:\n%s", code, c.Exit, printed)
		case missing == "":
			return nil
		case !c.Background || running == nil || overtaken || time.Since(last) > quiet || ctx.Err() != nil:
			return fmt.Errorf("does not print %q but:\n%s", missing, printed)
		}
	}
}

// send hands the shell a command and returns its exit code, 0 at once for one
// that is left running. A command that does not end in time ends the session.
func (s *Session) send(ctx context.Context, base string, background bool) (code int, err error) {
	run := `. %[1]s.sh >%[1]s.out 2>&1 3>&- </dev/null; echo $? >&3`
	if background {
		run = `{ . %[1]s.sh; touch %[1]s.end; } >%[1]s.out 2>&1 3>&- </dev/null & echo 0 >&3`
	}
	quoted := "'" + strings.ReplaceAll(base, "'", `'\''`) + "'"
	if _, err := fmt.Fprintf(s.in, run+"\n", quoted); err != nil {
		return 0, err
	}
	defer context.AfterFunc(ctx, func() { _ = s.end() })()
	if _, err := fmt.Fscanln(s.codes, &code); err != nil {
		printed, _ := os.ReadFile(base + ".out") // may be missing; the error says enough
		return 0, fmt.Errorf("the command does not end, or ends the shell (%w), and printed:\n%s", err, printed)
	}
	return code, nil
}
