package main

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"example.com/privatecdn/internal/testing/need"
)

// The manual page is valid roff, whatever the help contains, and describes each
// command and flag.
func TestMan(t *testing.T) {
	t.Parallel()
	var page, printed bytes.Buffer
	if code := run(&env{Context: t.Context(), out: &page, err: &printed}, []string{"man"}); code != 0 {
		t.Fatalf("exit %d: %s", code, &printed)
	}
	mandoc := need.Need(t, "mandoc", "install mandoc")
	lint := exec.CommandContext(t.Context(), mandoc, "-T", "lint", "-W", "warning")
	lint.Stdin = bytes.NewReader(page.Bytes())
	if out, err := lint.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	show := exec.CommandContext(t.Context(), mandoc, "-T", "ascii", "-O", "width=500")
	show.Stdin = &page
	out, err := show.Output()
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(".\x08").ReplaceAllString(string(out), "") // bold letters are struck twice
	for _, want := range []string{"sign url", "completion", "--deployment", "Create a cacheable S3 presigned URL"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the manual page", want)
		}
	}
}
