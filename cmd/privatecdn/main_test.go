package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"privatecdn": main})
}

// TestScripts runs the scripts of testdata/script, one behavior a file. Beside
// testscript's own commands they have those of script_test.go.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("TZ", "UTC")
			e.Setenv("GIT_CEILING_DIRECTORIES", os.TempDir()) // no repository around the test counts
			e.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"await":    await,
			"exits":    exits,
			"field":    field,
			"genkey":   genkey,
			"get":      get,
			"set":      set,
			"template": writeTemplate,
		},
	})
}
