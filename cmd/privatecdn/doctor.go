package main

import (
	"fmt"
	"os"

	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/cmd/privatecdn/internal/har"
)

type doctorCommand struct {
	File string `arg:"" help:"A browser's recording, as its network panel saves it." placeholder:"FILE.har"`
	trustFlags
}

func (c doctorCommand) Run(e *env) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	var judge har.Judge
	if c.trustFlags != (trustFlags{}) {
		if judge, err = c.judge(e); err != nil {
			return err
		}
	}
	findings, err := har.Diagnose(file, judge)
	if err != nil {
		return err
	}
	fine := len(findings) == 0
	if fine {
		e.note("No request of the recording failed.")
	}
	if e.json {
		return cli.Answer(fine, e.printJSON(findings))
	}
	for _, f := range findings {
		fmt.Fprintf(e.out, "%s %s: %d, %s\n%s\nwhat to change: %s\n\n",
			f.Method, f.URL, f.Status, f.Kind, f.Explanation, f.Hint)
	}
	return cli.Answer(fine, nil)
}
