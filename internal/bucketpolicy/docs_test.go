package bucketpolicy_test

import (
	"os"
	"strings"
	"testing"

	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/testing/golden"
)

// TestDocumentation holds docs/bucket.md to what the evaluator knows.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	const file, begin, end = "../../docs/bucket.md", "-update -->\n", "<!-- end -->"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(text), begin)
	_, tail, found := strings.Cut(rest, end)
	if !found {
		t.Fatal("docs/bucket.md has lost its marks")
	}
	want := head + begin + "Operators, each but `Null` also with `IfExists`, `ForAllValues:` and `ForAnyValue:`: " +
		code(bucketpolicy.Operators()) + ".\n\nCondition keys: " + code(bucketpolicy.Keys()) + ".\n" + end + tail
	golden.Equal(t, file, []byte(want))
}

func code(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }
