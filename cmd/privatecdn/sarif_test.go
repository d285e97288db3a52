package main

import (
	"encoding/json"
	"strings"

	schema "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/rogpeppe/go-internal/testscript"
)

// validSARIF, sarif FILE in scripts, holds a SARIF log to the JSON schema of SARIF 2.1.0.
func validSARIF(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sarif FILE")
	}
	text := ts.ReadFile(args[0])
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields() // which the schema refuses and a report would drop
	ts.Check(decoder.Decode(new(schema.Report)))
	log, err := schema.FromBytes([]byte(text))
	ts.Check(err)
	for _, run := range log.Runs { // a report writes what has a default, even if the log leaves it out
		run.Language, run.Tool.Driver.Language, run.NewlineSequences = "en-US", "en-US", []string{"\n"}
	}
	ts.Check(log.Validate())
}
