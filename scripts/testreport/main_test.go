package main

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	t.Parallel()
	const input = `{"Action":"run","Package":"m/a","Test":"TestOne"}
{"Action":"output","Package":"m/a","Test":"TestOne","Output":"one says this\n"}
{"Action":"pass","Package":"m/a","Test":"TestOne/sub","Elapsed":2.5}
{"Action":"pass","Package":"m/a","Test":"TestOne","Elapsed":2.6}
{"Action":"pass","Package":"m/a","Elapsed":2.7}
`
	var out strings.Builder
	failed, err := report(strings.NewReader(input), &out)
	const want = "ok    m/a  2.7 s\n2 tests, 0 skipped. The slowest, in seconds:\n   2.5  m/a TestOne/sub\n"
	if failed || err != nil || out.String() != want {
		t.Errorf("%t, %v, %q", failed, err, out.String())
	}
}

// What failed is shown, whatever it is: a test, a package, a build, go itself.
func TestReportFailures(t *testing.T) {
	t.Parallel()
	for input, want := range map[string]string{
		`{"Action":"output","Package":"m/a","Test":"TestOne","Output":"one says this\n"}
{"Action":"fail","Package":"m/a","Test":"TestOne"}` + "\n": "one says this\n",
		`{"Action":"fail","Package":"m/b"}` + "\n": "FAIL  m/b\n",
		`{"ImportPath":"m/c","Action":"build-output","Output":"c.go:1: no\n"}
{"ImportPath":"m/c","Action":"build-fail"}` + "\n": "c.go:1: no\n",
		"go: no such module\n": "go: no such module\n",
	} {
		var out strings.Builder
		failed, err := report(strings.NewReader(input), &out)
		if !failed || err != nil || !strings.HasPrefix(out.String(), want) {
			t.Errorf("%q: %t, %v, %q", input, failed, err, out.String())
		}
	}
}
