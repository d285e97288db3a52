package cdkapp

import (
	"context"
	"os/exec"
	"syscall"
)

// shell runs a command line, which /S keeps as it is within its quotes.
func shell(ctx context.Context, line string) *exec.Cmd {
	c := exec.CommandContext(ctx, "cmd")
	c.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /D /S /C "` + line + `"`}
	return c
}
