// Package platforms_test checks that the tool compiles for a system that the
// tests do not run on: Windows. The workflow builds it for all six platforms.
package platforms_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"testing"

	"golang.org/x/tools/go/packages"
)

func TestCompilesForWindows(t *testing.T) {
	t.Parallel()
	// The source of everything is read, which takes seconds where compiling it
	// takes minutes. Without the types of expressions, only functions of the
	// packages asked for are looked into.
	found, err := packages.Load(&packages.Config{
		Context: t.Context(), Env: append(os.Environ(), "GOOS=windows", "CGO_ENABLED=0"),
		Mode: packages.NeedName | packages.NeedImports | packages.NeedDeps | packages.NeedCompiledGoFiles |
			packages.NeedSyntax | packages.NeedTypes,
		ParseFile: func(set *token.FileSet, name string, text []byte) (*ast.File, error) {
			return parser.ParseFile(set, name, text, parser.SkipObjectResolution)
		},
	}, "../../../cmd/...", "../../../examples/backend", "../../filelock")
	if err != nil {
		t.Fatal(err)
	}
	packages.Visit(found, nil, func(p *packages.Package) {
		for _, err := range p.Errors {
			t.Errorf("%s: %v", p.PkgPath, err)
		}
	})
}
