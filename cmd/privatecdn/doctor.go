package main

import (
	"fmt"
	"io"
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
	if len(findings) == 0 {
		e.note("No request of the recording failed.")
	}
	err = e.print(findings, func(w io.Writer) {
		for _, f := range findings {
			fmt.Fprintf(w, "%s %s: %d, %s\n%s\nwhat to change: %s\n\n", f.Method, f.URL, f.Status, f.Kind, f.Explanation, f.Hint)
		}
	})
	if err == nil && len(findings) > 0 {
		return cli.ErrNo
	}
	return err
}
