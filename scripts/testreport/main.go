// Command testreport reads what go test -json prints and prints what a person
// wants of it: a line for each package, what failed, and at the end the ten
// slowest tests. It exits 1 when something failed.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// event is a line of go test -json: see go doc test2json.
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64 // seconds
}

// slowest is how many tests are named at the end.
const slowest = 10

func main() {
	failed, err := report(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	if failed {
		os.Exit(1)
	}
}

// test is one that has ended.
type test struct {
	name    string
	seconds float64
}

func report(r io.Reader, w io.Writer) (failed bool, err error) {
	var tests []test
	skipped := 0
	output := map[string][]byte{} // of packages and tests that have not ended
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			summary(w, tests, skipped)
			return failed, nil
		}
		if err != nil {
			return true, err
		}
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			fmt.Fprintf(w, "%s", line) // go's own, such as of a module that is missing
			failed = true
			continue
		}
		id := cmp.Or(e.Package, e.ImportPath) + " " + e.Test
		switch e.Action {
		case "output", "build-output":
			output[id] = append(output[id], e.Output...)
			continue
		case "fail", "build-fail":
			failed = true
			fmt.Fprintf(w, "%s", output[id])
		case "skip", "pass":
		default:
			continue
		}
		delete(output, id)
		switch {
		case e.Test != "":
			tests = append(tests, test{e.Package + " " + e.Test, e.Elapsed})
			if e.Action == "skip" {
				skipped++
			}
		case e.Action == "pass":
			fmt.Fprintf(w, "ok    %s  %.1f s\n", e.Package, e.Elapsed)
		case e.Action == "fail":
			fmt.Fprintf(w, "FAIL  %s\n", e.Package)
		}
	}
}

// summary names the slowest tests; a test's time has its subtests' in it, which
// stand in its place.
func summary(w io.Writer, tests []test, skipped int) {
	parents := map[string]bool{}
	for _, t := range tests {
		for name := t.name; strings.Contains(name, "/"); {
			name = name[:strings.LastIndex(name, "/")]
			parents[name] = true
		}
	}
	fmt.Fprintf(w, "%d tests, %d skipped. The slowest, in seconds:\n", len(tests), skipped)
	tests = slices.DeleteFunc(tests, func(t test) bool { return parents[t.name] })
	slices.SortStableFunc(tests, func(a, b test) int { return cmp.Compare(b.seconds, a.seconds) })
	for _, t := range tests[:min(slowest, len(tests))] {
		fmt.Fprintf(w, "%6.1f  %s\n", t.seconds, t.name)
	}
}
