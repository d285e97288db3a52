//go:build unix

package docstest_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// machine is a PATH with what every machine has, and programs: scripts by name.
func machine(t *testing.T, programs map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"bash", "env", "sed", "dirname", "grep", "id"} {
		path, err := exec.LookPath(name)
		if err == nil {
			err = os.Symlink(path, filepath.Join(dir, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, script := range programs {
		if script == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What is missing, too old or taken on a machine is named before anything is
// compiled, with what to do.
func TestCheckMachine(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() }) // after the parallel subtests
	const newGo = `case "$*" in "env GOVERSION") echo go1.99.1 ;; esac`
	for name, c := range map[string]struct {
		goes, node, npm string
		args            []string
		code            int
		want            string
	}{
		"all there": {newGo, "echo v24.1.0", "true", []string{"test"}, 0, ""},
		"up":        {newGo, "echo v24.1.0", "", []string{"up", "--https", "127.0.0.1:0", "--http=127.0.0.1:0"}, 0, ""},
		"no Go":     {"", "echo v24.1.0", "true", []string{"test"}, 2, "error: Go is not installed\nhint: install Go 1."},
		"old Go": {"echo go1.19.2", "echo v24.1.0", "true", []string{"test"}, 2,
			"error: Go 1.19.2 is too old\nhint: install Go 1."},
		"no Node": {newGo, "", "true", []string{"up"}, 2,
			"error: Node.js is not installed, and the AWS CDK needs it\nhint: install Node.js 22"},
		"old Node": {newGo, "echo v14.21.3", "true", []string{"up"}, 2,
			"error: Node.js v14.21.3 is too old\nhint: install Node.js 22"},
		"ending Node": {newGo, "echo v20.20.2", "true", []string{"test"}, 0,
			"warning: Node.js v20.20.2 is past its end of life"},
		"no npm": {newGo, "echo v24.1.0", "", []string{"test"}, 2,
			"error: npm is not installed, and the tests need it\nhint: install"},
		"a port in use": {newGo, "echo v24.1.0", "true", []string{"up", "--https", taken.Addr().String()}, 2,
			"error: " + taken.Addr().String() + " is in use\nhint: stop what listens there, or use other ports: make up ARGS="},
		"no network": {newGo + `; [ "$1" = env ]`, "echo v24.1.0", "true", []string{"up"}, 2,
			"Downloading the Go modules …\nerror: the Go modules cannot be downloaded\nhint: connect to a network"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check := exec.Command("scripts/check-machine", c.args...)
			check.Dir = root
			check.Env = []string{
				"PATH=" + machine(t, map[string]string{"go": c.goes, "node": c.node, "npm": c.npm}),
				"PRIVATECDN_HTTPS=127.0.0.1:0", "PRIVATECDN_HTTP=127.0.0.1:0",
			}
			out, err := check.CombinedOutput()
			if code := check.ProcessState.ExitCode(); code != c.code || !strings.HasPrefix(string(out), c.want) {
				t.Errorf("exit %d, %v:\n%s", code, err, out)
			}
			if c.want == "" && len(out) > 0 {
				t.Errorf("says %s", out)
			}
		})
	}
}

// A directory that cannot be written to is named.
func TestCheckMachineReadOnly(t *testing.T) {
	t.Parallel()
	dir := checkout(t, root)
	for _, d := range []string{dir, filepath.Dir(dir)} { // the outer one is the owner's alone
		if err := os.Chmod(d, 0o555); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = errors.Join(os.Chmod(dir, 0o700), os.Chmod(filepath.Dir(dir), 0o700)) }) // to be removed
	check := exec.Command(filepath.Join(dir, "scripts/check-machine"), "test")
	if os.Getuid() == 0 { // who may write everywhere
		check.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := check.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "error: cannot write to "+dir) {
		t.Errorf("%v: %s", err, out)
	}
}
