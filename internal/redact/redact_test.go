package redact_test

import (
	"strings"
	"testing"

	"example.com/privatecdn/internal/redact"
)

func TestQuote(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"":                        `""`,
		"a\"b\n":                  `"a\"b\n"`,
		strings.Repeat("a", 64):   `"` + strings.Repeat("a", 64) + `"`,
		strings.Repeat("a", 1<<9): "(512 characters)",
	} {
		if got := redact.Quote(s); got != want {
			t.Errorf("Quote(%q) = %s, want %s", s, got, want)
		}
	}
}
