//go:build unix

package cdkapp

import (
	"context"
	"os/exec"
	"syscall"
)

// shell runs a command line. Everything that it starts ends with it: the shell,
// the app and its Node.js.
func shell(ctx context.Context, line string) *exec.Cmd {
	c := exec.CommandContext(ctx, "sh", "-c", line)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	return c
}
