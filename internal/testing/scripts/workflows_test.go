package scripts_test

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
)

const repository = "../../.."

// workflows returns the files of the workflows and of the composite actions.
func workflows(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"workflows/*.yml", "actions/*/action.yml"} {
		found, err := filepath.Glob(filepath.Join(repository, ".github", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	return files
}

// actionlint finds no fault in a workflow, nor in how it uses an action of this
// repository.
func TestWorkflowsAreValid(t *testing.T) {
	t.Parallel()
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{WorkingDir: repository})
	if err != nil {
		t.Fatal(err)
	}
	project, err := actionlint.NewProject(repository)
	if err != nil {
		t.Fatal(err)
	}
	files := slices.DeleteFunc(workflows(t), func(file string) bool { return filepath.Base(file) == "action.yml" })
	faults, err := linter.LintFiles(files, project)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults {
		t.Error(fault)
	}
}

// Every script that a workflow or an action calls exists and is run by a test:
// one of this package, or of its own if it is a program.
func TestWorkflowsCallTestedScripts(t *testing.T) {
	t.Parallel()
	tests, err := os.ReadFile("scripts_test.go")
	if err != nil {
		t.Fatal(err)
	}
	call := regexp.MustCompile(`scripts/[\w-]+`)
	called := 0
	for _, file := range workflows(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, script := range call.FindAllString(string(text), -1) {
			called++
			info, err := os.Stat(filepath.Join(repository, script))
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			tested := strings.Contains(string(tests), `s.run("`+script+`"`)
			if info.IsDir() {
				own, err := filepath.Glob(filepath.Join(repository, script, "*_test.go"))
				tested = err == nil && len(own) > 0
			}
			if !tested {
				t.Errorf("%s calls %s, which no test runs", file, script)
			}
		}
	}
	if called < 5 {
		t.Errorf("only %d calls", called)
	}
}
