//go:build unix

package cdkapp_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/cdkapp"
	"example.com/privatecdn/internal/fault"
)

// An app that is interrupted ends with everything it has started, and leaves no
// temporary files.
func TestSynthesizeInterrupted(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	dir := write(t, map[string]string{
		"cdk.json": `{"app": "./app"}`,
		"app":      "#!/bin/sh\ntouch $TMPDIR/left; sleep 600 & echo $! >pid.part; mv pid.part pid; wait\n",
	})
	app, err := cdkapp.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- app.Synthesize(ctx, filepath.Join(dir, "out")) }()
	var text []byte
	for len(text) == 0 {
		time.Sleep(5 * time.Millisecond)
		text, _ = os.ReadFile(filepath.Join(dir, "pid")) // not there yet
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for running(pid) { // ends the test with the whole run's time when it does not
		time.Sleep(5 * time.Millisecond)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left in the temporary directory: %v, %v", left, err)
	}
}

// running reports whether a process runs; one that nobody has waited for does not.
func running(pid int) bool {
	state, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err == nil && strings.Contains(string(state), ") Z ") {
		return false
	}
	return syscall.Kill(pid, 0) == nil
}

// Node.js that is missing or too old is named, with what to install.
func TestSynthesizeNeedsNode(t *testing.T) {
	dir := write(t, map[string]string{"cdk.json": `{"app": "exit 3"}`})
	app, err := cdkapp.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for script, want := range map[string]string{
		"":                          "Node.js is not installed",
		"#!/bin/sh\necho v17.9.1\n": `Node.js "v17.9.1" is too old`,
		"#!/bin/sh\nexit 1\n":       "Node.js does not run",
	} {
		path := t.TempDir()
		if script != "" {
			path = write(t, map[string]string{"node": script})
		}
		t.Setenv("PATH", path)
		err := app.Synthesize(t.Context(), filepath.Join(dir, "out"))
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(fault.Hint(err), "install Node.js 22") {
			t.Errorf("%q: %v", script, err)
		}
	}
	t.Setenv("PATH", write(t, map[string]string{"node": "#!/bin/sh\necho v18.0.0\n"})+":/bin:/usr/bin")
	err = app.Synthesize(t.Context(), filepath.Join(dir, "out"))
	if err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("the oldest: %v", err)
	}
}
