package cffunction

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
)

// modules are the modules that a function can load, with their members.
var modules = map[string][]string{
	"buffer":      {"Buffer"},
	"cloudfront":  {"kvs", "edgeLocation", "updateRequestOrigin", "selectRequestOriginById"},
	"crypto":      {"createHash", "createHmac"},
	"querystring": {"escape", "unescape", "parse", "stringify", "encode", "decode"},
}

// checkSyntax returns an error for code that uses what its runtime does not have
// or what this edge does not support.
func checkSyntax(code, runtime string) error {
	source := append([]byte(code), 0)[:len(code)]
	tree, err := js.Parse(parse.NewInputBytes(source), js.Options{})
	if err != nil {
		return fmt.Errorf("SyntaxError: %s", firstLine(err))
	}
	c := &checker{source: source, old: runtime == runtime1, tree: tree, bound: map[*js.Var]string{}}
	js.Walk((*binder)(c), tree)
	js.Walk(c, tree)
	if c.old {
		c.noTrailingCommas()
	}
	return c.problem
}

// checker visits the nodes of a syntax tree and keeps the first problem.
type checker struct {
	source  []byte
	old     bool // runtime 1.0
	tree    *js.AST
	bound   map[*js.Var]string // module, by the variable that it is bound to
	regexps []*byte            // where regular expressions begin
	depth   int                // of functions
	problem error
}

func (c *checker) refuse(format string, args ...any) {
	if c.problem == nil {
		c.problem = fmt.Errorf(format, args...)
	}
}

// refuseOld refuses what the runtime 1.0 does not have, unless it is "".
func (c *checker) refuseOld(what string) {
	if what != "" {
		c.refuse("the runtime cloudfront-js-1.0 has no %s: use cloudfront-js-2.0", what)
	}
}

// Enter implements js.IVisitor.
func (c *checker) Enter(n js.INode) js.IVisitor {
	if c.old {
		c.refuseOld(c.newer(n))
	}
	switch n := n.(type) {
	case *js.FuncDecl, *js.ArrowFunc, *js.MethodDecl:
		c.depth++
	case *js.UnaryExpr:
		if n.Op == js.AwaitToken && c.depth == 0 {
			c.refuse("await is used outside an async function")
		}
	case *js.LiteralExpr:
		switch n.TokenType {
		case js.RegExpToken:
			c.regexps = append(c.regexps, &n.Data[0])
		case js.ImportToken:
			c.refuse("import() is not supported")
		}
	case *js.ImportStmt:
		c.checkImport(n)
	case *js.CallExpr:
		c.checkModule(required(n))
	case *js.BindingElement:
		if pattern, ok := n.Binding.(*js.BindingObject); ok {
			for _, item := range pattern.List {
				c.checkMember(n.Default, item.Key.String())
			}
		}
	case *js.DotExpr:
		c.checkMember(n.X, n.Y.String())
	case *js.IndexExpr:
		if name, ok := n.Y.(*js.LiteralExpr); ok && name.TokenType == js.StringToken {
			c.checkMember(n.X, unquote(name.Data))
		}
	}
	return c
}

// Exit implements js.IVisitor.
func (c *checker) Exit(n js.INode) {
	switch n.(type) {
	case *js.FuncDecl, *js.ArrowFunc, *js.MethodDecl:
		c.depth--
	}
}

func (c *checker) checkImport(n *js.ImportStmt) {
	module := unquote(n.Module)
	c.checkModule(module)
	for _, a := range n.List {
		if name := string(imported(a)); name != "" && name != "*" && name != "default" {
			c.checkName(module, name)
		}
	}
}

func (c *checker) checkModule(name string) {
	if name == "" {
		return
	}
	if c.old && name != "crypto" && name != "querystring" {
		c.refuse("the module %q is not supported: the runtime cloudfront-js-1.0 has crypto and querystring", name)
	} else if modules[name] == nil {
		c.refuse("the module %q is not supported: a function has cloudfront, crypto, querystring and buffer", name)
	}
}

func (c *checker) checkMember(object js.IExpr, name string) {
	module := required(object)
	if v, ok := object.(*js.Var); ok {
		module = c.bound[declared(v)]
	}
	c.checkName(module, name)
}

func (c *checker) checkName(module, name string) {
	if members := modules[module]; members != nil && !slices.Contains(members, name) {
		c.refuse("%s.%s is not supported by this edge", strings.Replace(module, "cloudfront", "cf", 1), name)
	}
}

// binder visits a syntax tree before a checker and finds the variables that
// modules are bound to.
type binder checker

// Enter implements js.IVisitor.
func (b *binder) Enter(n js.INode) js.IVisitor {
	switch n := n.(type) {
	case *js.ImportStmt:
		b.bindName(n.Default, n.Module)
		for _, a := range n.List {
			if name := string(imported(a)); name == "*" || name == "default" {
				b.bindName(a.Binding, n.Module)
			}
		}
	case *js.BindingElement:
		b.bind(n.Binding, n.Default)
	case *js.BinaryExpr:
		if n.Op == js.EqToken {
			b.bind(n.X, n.Y)
		}
	}
	return b
}

// Exit implements js.IVisitor.
func (b *binder) Exit(js.INode) {}

func (b *binder) bindName(name, module []byte) {
	for _, v := range b.tree.Undeclared { // the parser declares no imports
		if string(v.Data) == string(name) {
			b.bound[v] = unquote(module)
		}
	}
}

func (b *binder) bind(target js.INode, value js.IExpr) {
	if v, ok := target.(*js.Var); ok && required(value) != "" {
		b.bound[declared(v)] = required(value)
	}
}

// imported returns the name of what an import binds; "" after a trailing comma.
func imported(a js.Alias) []byte {
	if a.Name == nil {
		return a.Binding
	}
	return a.Name
}

// required returns the module in require("module"), or "" for another expression.
func required(e js.IExpr) string {
	call, ok := e.(*js.CallExpr)
	if !ok || len(call.Args.List) != 1 {
		return ""
	}
	function, isVar := call.X.(*js.Var)
	module, isLiteral := call.Args.List[0].Value.(*js.LiteralExpr)
	if !isVar || string(function.Data) != "require" || !isLiteral || module.TokenType != js.StringToken {
		return ""
	}
	return unquote(module.Data)
}

// declared returns the variable that a use refers to.
func declared(v *js.Var) *js.Var {
	for v.Link != nil {
		v = v.Link
	}
	return v
}

func unquote(literal []byte) string { return string(literal[1 : len(literal)-1]) }

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
