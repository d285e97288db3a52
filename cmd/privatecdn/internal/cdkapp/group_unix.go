//go:build unix

package cdkapp

import (
	"os/exec"
	"syscall"
)

// ownGroup has everything that the command starts end with it: a shell, the
// app and its Node.js.
func ownGroup(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}
