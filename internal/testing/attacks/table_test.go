package attacks_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	committed "example.com/privatecdn/internal/testing/golden"
)

const (
	page       = "../../../docs/security.md"
	tableBegin = "<!-- attacks: begin -->\n"
	tableEnd   = "<!-- attacks: end -->\n"
)

// TestTable compares the table of docs/security.md with the tests here, both
// ways: no attack without a test, no test without its row.
func TestTable(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, begins := strings.Cut(string(data), tableBegin)
	_, tail, ends := strings.Cut(rest, tableEnd)
	if !begins || !ends {
		t.Fatalf("%s has no table between %q and %q", page, tableBegin, tableEnd)
	}
	table := attackTable(t)
	committed.Equal(t, page, []byte(head+tableBegin+table+tableEnd+tail))
	for _, name := range regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllString(head+tail, -1) {
		if !strings.Contains(table, "| "+name+" |") {
			t.Errorf("%s names %s, which is not a test here", page, name)
		}
	}
}

// attackTable returns a section a file, and in it a row a test.
func attackTable(t *testing.T) string {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(f.Name.Name, "Test") || f.Name.Name == "TestMain" || f.Name.Name == "TestTable" {
				continue
			}
			attack, answer, ok := strings.Cut(strings.Join(strings.Fields(f.Doc.Text()), " "), ". ")
			if !ok {
				t.Errorf("%s: %s needs a comment: `// The attack. What answers it.`", name, f.Name.Name)
			}
			rows = append(rows, fmt.Sprintf("| %s | %s | `%s` |\n", cell(attack), cell(answer), f.Name.Name))
		}
		if len(rows) > 0 {
			fmt.Fprintf(&b, "\n### %s\n\n| Attack | Answer | Test |\n|---|---|---|\n%s",
				strings.TrimSuffix(name, "_test.go"), strings.Join(rows, ""))
		}
	}
	return b.String()
}

// cell escapes what would end a cell of a Markdown table.
func cell(s string) string { return strings.ReplaceAll(strings.TrimSuffix(s, "."), "|", `\|`) }
