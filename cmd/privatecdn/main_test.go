package main

import (
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/privatecdn/internal/testing/fakeaws"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"privatecdn": main})
}

// TestScripts runs the scripts of testdata/script, one behavior a file. Beside
// testscript's own commands they have those of script_test.go and edge_test.go.
// AWS answers on loopback.
func TestScripts(t *testing.T) {
	t.Parallel()
	server := fakeaws.Start(t)
	cfg := server.Config()
	credentials, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("TZ", "UTC")
			e.Setenv("GIT_CEILING_DIRECTORIES", os.TempDir()) // no repository around the test counts
			e.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			e.Setenv("AWS_ENDPOINT_URL", *cfg.BaseEndpoint)
			e.Setenv("AWS_ACCESS_KEY_ID", credentials.AccessKeyID)
			e.Setenv("AWS_SECRET_ACCESS_KEY", credentials.SecretAccessKey)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"await":    await,
			"document": document,
			"exits":    exits,
			"field":    field,
			"genkey":   genkey,
			"get":      get,
			"publish":  publish(server),
			"sarif":    validSARIF,
			"set":      set,
			"template": writeTemplate,
		},
	})
}

// publish ssm:NAME|stack:NAME FILE puts a deployment document where a stack
// would put it; publish template:NAME FILE makes FILE a stack's template.
func publish(server *fakeaws.Server) func(ts *testscript.TestScript, neg bool, args []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 2 {
			ts.Fatalf("usage: publish ssm:NAME|stack:NAME FILE")
		}
		kind, name, _ := strings.Cut(args[0], ":")
		if kind == "template" {
			server.SetTemplate(name, ts.ReadFile(args[1]))
			return
		}
		if kind == "ssm" {
			server.SetParameter(name, "String", ts.ReadFile(args[1]))
			return
		}
		server.SetStack(name, map[string]string{"Deployment": ts.ReadFile(args[1])})
	}
}
