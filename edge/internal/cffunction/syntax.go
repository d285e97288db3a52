package cffunction

import (
	"cmp"
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
	js.Walk(c, tree)
	for _, use := range c.uses {
		c.checkMember(c.bound[declared(use.of)], use.member)
	}
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
	uses    []use
	regexps []*byte // where regular expressions begin
	depth   int     // of functions
	problem error
}

// use is a member of a variable, which may be bound to a module further on.
type use struct {
	of     *js.Var
	member string
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
		c.load(n)
	case *js.CallExpr:
		c.checkModule(required(n))
	case *js.BindingElement:
		c.bind(n.Binding, n.Default)
	case *js.BinaryExpr:
		if n.Op == js.EqToken {
			c.bind(n.X, n.Y)
		}
	case *js.DotExpr:
		c.use(n.X, n.Y.String())
	case *js.IndexExpr:
		if name, ok := n.Y.(*js.LiteralExpr); ok && name.TokenType == js.StringToken {
			c.use(n.X, unquote(name.Data))
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

// load checks an import and binds its names.
func (c *checker) load(n *js.ImportStmt) {
	module := unquote(n.Module)
	c.checkModule(module)
	for _, a := range append(n.List, js.Alias{Name: []byte("default"), Binding: n.Default}) {
		switch name := cmp.Or(string(a.Name), string(a.Binding)); name {
		case "": // after a trailing comma
		case "*", "default":
			for _, v := range c.tree.Undeclared { // the parser declares no imports
				if string(v.Data) == string(a.Binding) {
					c.bound[v] = module
				}
			}
		default:
			c.checkMember(module, name)
		}
	}
}

// bind records that a variable stands for a module, and checks the members that
// an object pattern takes of one.
func (c *checker) bind(target js.INode, value js.IExpr) {
	switch target := target.(type) {
	case *js.Var:
		if module := required(value); module != "" {
			c.bound[declared(target)] = module
		}
	case *js.BindingObject:
		for _, item := range target.List {
			c.use(value, item.Key.String())
		}
	}
}

func (c *checker) use(object js.IExpr, member string) {
	if v, ok := object.(*js.Var); ok {
		c.uses = append(c.uses, use{v, member})
	} else {
		c.checkMember(required(object), member)
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

func (c *checker) checkMember(module, name string) {
	if members := modules[module]; members != nil && !slices.Contains(members, name) {
		c.refuse("%s.%s is not supported by this edge", strings.ReplaceAll(module, "cloudfront", "cf"), name)
	}
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
