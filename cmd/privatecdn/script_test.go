package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// exits CODE COMMAND ARGS… runs a command that must end with this exit code
// and print nothing of any private key below $WORK.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS…")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("%v exits %d, not %s", args[1:], code, args[0])
	}
	printed := ts.ReadFile("stdout") + ts.ReadFile("stderr")
	for _, line := range secrets(ts) {
		if strings.Contains(printed, line) {
			ts.Fatalf("%v prints private key material", args[1:])
		}
	}
}

// secrets are the lines of base64 in the private keys below $WORK.
func secrets(ts *testscript.TestScript) (lines []string) {
	err := filepath.WalkDir(ts.Getenv("WORK"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(content, []byte("PRIVATE KEY-----")) {
			return err
		}
		for line := range strings.Lines(string(content)) {
			if line = strings.TrimSpace(line); len(line) >= 32 && !strings.HasPrefix(line, "-----") {
				lines = append(lines, line)
			}
		}
		return nil
	})
	ts.Check(err)
	return lines
}

// field FILE PATH WANT compares a value in a JSON file, or in stdout, at a path
// such as keys.0.state. Anything but a string is compared as JSON.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: field FILE PATH WANT")
	}
	if got := lookup(ts, args[0], args[1]); (got == args[2]) == neg {
		ts.Fatalf("%s of %s is %s", args[1], args[0], got)
	}
}

// set NAME FILE PATH puts a value of a JSON file into an environment variable;
// without PATH, all of the file but the last newline.
func set(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case neg || len(args) < 2 || len(args) > 3:
		ts.Fatalf("usage: set NAME FILE [PATH]")
	case len(args) == 2:
		ts.Setenv(args[0], strings.TrimSuffix(ts.ReadFile(args[1]), "\n"))
	default:
		ts.Setenv(args[0], lookup(ts, args[1], args[2]))
	}
}

func lookup(ts *testscript.TestScript, file, path string) string {
	var value any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(file)), &value))
	for _, step := range strings.Split(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if step == "len" {
				value = len(v)
			} else if err != nil || i >= len(v) {
				ts.Fatalf("%s: there is no %s in a list of %d", path, step, len(v))
			} else {
				value = v[i]
			}
		default:
			ts.Fatalf("%s: there is no %s in %v", path, step, v)
		}
	}
	if s, ok := value.(string); ok {
		return s
	}
	text, err := json.Marshal(value)
	ts.Check(err)
	return string(text)
}
