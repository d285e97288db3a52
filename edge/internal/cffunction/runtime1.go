package cffunction

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
)

// newer returns what in a node is later than ECMAScript 5.1 and not one of the
// features that the runtime 1.0 has in addition: exponentiation, template
// literals, arrow functions, rest parameters and named groups. It returns "" for
// every other node.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-10.html
func (c *checker) newer(n js.INode) string {
	switch n := n.(type) {
	case *js.VarDecl:
		return when(n.TokenType != js.VarToken, n.TokenType.String()+" statements")
	case *js.ClassDecl:
		return "class statements"
	case *js.ImportStmt:
		return "import statements"
	case *js.ExportStmt:
		return "export statements"
	case *js.ForOfStmt:
		return "for-of loops"
	case *js.TryStmt:
		return when(n.Catch != nil && n.Binding == nil, "catch without a parameter")
	case *js.FuncDecl:
		return cmp.Or(when(n.Async, "async functions"), when(n.Generator, "generators"))
	case *js.ArrowFunc:
		return when(n.Async, "async functions")
	case *js.Params:
		hasDefault := func(e js.BindingElement) bool { return e.Default != nil }
		return when(slices.ContainsFunc(n.List, hasDefault), "default parameters")
	case *js.BindingArray, *js.BindingObject:
		return "destructuring"
	case *js.MethodDecl:
		return when(!n.Get && !n.Set, "methods in object literals")
	case *js.PropertyName:
		return when(n.Computed != nil, "computed property names")
	case *js.ClassElementName: // of a getter or setter
		return when(n.Computed != nil, "computed property names")
	case *js.Arg:
		return when(n.Rest, "spread syntax")
	case *js.Element:
		return when(n.Spread, "spread syntax")
	case *js.Property:
		return cmp.Or(when(n.Spread, "spread syntax"), when(c.isShorthand(n), "shorthand properties"))
	case *js.TemplateExpr:
		return when(n.Tag != nil, "tagged templates")
	case *js.DotExpr:
		return when(n.Optional, "operator ?.")
	case *js.IndexExpr:
		return when(n.Optional, "operator ?.")
	case *js.CallExpr:
		return when(n.Optional, "operator ?.")
	case *js.BinaryExpr:
		return newerOperator(n)
	case *js.NewTargetExpr:
		return "new.target"
	case *js.LiteralExpr:
		return newerLiteral(n)
	}
	return ""
}

func newerOperator(n *js.BinaryExpr) string {
	switch n.Op {
	case js.NullishToken, js.NullishEqToken, js.AndEqToken, js.OrEqToken:
		return "operator " + n.Op.String()
	case js.EqToken:
		switch n.X.(type) {
		case *js.ArrayExpr, *js.ObjectExpr:
			return "destructuring"
		}
	}
	return ""
}

func newerLiteral(n *js.LiteralExpr) string {
	switch n.TokenType {
	case js.BinaryToken, js.OctalToken:
		return "binary or octal literals"
	case js.RegExpToken:
		flags := n.Data[bytes.LastIndexByte(n.Data, '/')+1:]
		return when(len(bytes.Trim(flags, "gim")) > 0, "regular expression flags "+string(flags))
	case js.IntegerToken, js.DecimalToken, js.HexadecimalToken:
		return cmp.Or(when(bytes.HasSuffix(n.Data, []byte("n")), "BigInt literals"),
			when(bytes.Contains(n.Data, []byte("_")), "numeric separators"))
	}
	return ""
}

func when(holds bool, what string) string {
	if holds {
		return what
	}
	return ""
}

// isShorthand reports whether a property is a name alone. The parser copies that
// name; of other properties it is a part of the source.
func (c *checker) isShorthand(p *js.Property) bool {
	if _, isVar := p.Value.(*js.Var); !isVar || p.Name == nil || p.Name.Computed != nil {
		return false
	}
	for i := range c.source {
		if &c.source[i] == &p.Name.Literal.Data[0] {
			return false
		}
	}
	return true
}

// noTrailingCommas refuses a comma at the end of parameters or arguments, which
// a syntax tree does not contain.
func (c *checker) noTrailingCommas() {
	lexer := js.NewLexer(parse.NewInputBytes(c.source))
	var comma bool
	for {
		token, text := lexer.Next()
		switch token {
		case js.ErrorToken:
			return
		case js.WhitespaceToken, js.LineTerminatorToken, js.CommentToken, js.CommentLineTerminatorToken:
			continue
		case js.DivToken, js.DivEqToken:
			if slices.Contains(c.regexps, &text[0]) {
				lexer.RegExp()
			}
		case js.CloseParenToken:
			if comma {
				c.refuseOld("trailing commas")
			}
		}
		comma = token == js.CommaToken
	}
}
