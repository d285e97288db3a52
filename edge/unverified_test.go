package edge_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const unverifiedPage = "../docs/unverified.md"

// docs/unverified.md says what nobody could verify: the conformance cases with
// that source, and no others. go test ./edge -run Unverified -update writes it.
func TestUnverifiedPage(t *testing.T) {
	t.Parallel()
	cases := readCases(t)
	if len(cases) < 250 {
		t.Errorf("%d cases, want at least 250", len(cases))
	}
	want := renderUnverified(cases)
	if *update {
		if err := os.WriteFile(unverifiedPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(unverifiedPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/unverified.md is not what the cases say: run go test ./edge -run Unverified -update")
	}
}

func renderUnverified(cases []*conformanceCase) string {
	counts := map[string]int{}
	var rows strings.Builder
	for _, c := range cases {
		counts[c.source]++
		if c.source == "unverified" {
			fmt.Fprintf(&rows, "| [%s](../edge/testdata/conformance/%s.txtar) | %s | %s |\n", c.name, c.name, cell(c.title), cell(c.see))
		}
	}
	return fmt.Sprintf(`# What nobody could verify

Each behavior of the local edge is held by a case in edge/testdata/conformance, and each case says where its expectation
comes from: AWS's documentation (%d), public reports of real deployments (%d), measured on this edge because it is its own
(%d), or unverified (%d). This page lists the unverified ones, and no difference is listed anywhere else. It is written by
the tests: `+"`go test ./edge -run Unverified -update`"+`.

| Case | What the edge does | What is not known |
|---|---|---|
%s`, counts["documentation"], counts["public report"], counts["measured"], counts["unverified"], rows.String())
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
