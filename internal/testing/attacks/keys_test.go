package attacks_test

import (
	"strings"
	"testing"
)

// The tool is asked for a private key it does not know how to read. Exit 2, with nothing of the file's content.
func TestUnreadableKey(t *testing.T) {
	t.Parallel()
	r := run(t, t.TempDir(), "", "sign", "url", "https://d111111abcdef8.cloudfront.net/x", "--for", "1h", "--key", "file:/etc/passwd", "--key-pair-id", "K2JCJMDEHXQW5F")
	if r.code != 2 || strings.Contains(r.stderr+r.stdout, "root:") {
		t.Errorf("%+v", r)
	}
}
