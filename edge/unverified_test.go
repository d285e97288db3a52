package edge_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"example.com/privatecdn/internal/testing/golden"
)

const unverifiedPage = "../docs/unverified.md"

// docs/unverified.md says what nobody could verify; of the edge, the conformance
// cases with that source, which go test ./edge -run Unverified -update writes.
func TestUnverifiedPage(t *testing.T) {
	t.Parallel()
	cases := readCases(t)
	page, err := os.ReadFile(unverifiedPage)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- cases -->\n", "<!-- /cases -->"
	before, rest, _ := strings.Cut(string(page), begin)
	_, after, found := strings.Cut(rest, end)
	if !found {
		t.Fatalf("%s has no %s … %s", unverifiedPage, strings.TrimSpace(begin), end)
	}
	want := before + begin + renderUnverified(cases) + end + after
	golden.Equal(t, unverifiedPage, []byte(want))
}

func renderUnverified(cases []*conformanceCase) string {
	counts := map[string]int{}
	var rows strings.Builder
	for _, c := range cases {
		counts[c.source]++
		if c.source == "unverified" {
			fmt.Fprintf(&rows, "| [%s](../edge/testdata/conformance/%s.txtar) | %s | %s |\n",
				c.name, c.name, cell(c.title), cell(c.see))
		}
	}
	return fmt.Sprintf(`
Each behavior of the local edge is held by a case in edge/testdata/conformance, and each case says where its expectation
comes from: AWS's documentation (%d), public reports of real deployments (%d), measured on this edge because it is its
own (%d), or unverified (%d). These are the unverified ones, written here by the tests.

| Case | What the edge does | What is not known |
|---|---|---|
%s
`, counts["documentation"], counts["public report"], counts["measured"], counts["unverified"], rows.String())
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
