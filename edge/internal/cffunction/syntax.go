package cffunction

import (
	"regexp"
	"slices"
	"strings"
)

// members are the supported ones of the cloudfront module.
var members = []string{"kvs", "edgeLocation", "updateRequestOrigin", "selectRequestOriginById"}

var cloudfrontName = regexp.MustCompile(
	`(?m)(?:import\s+(?:\*\s+as\s+)?(\w+).*from|(\w+)\s*=\s*require\()\s*['"]cloudfront['"]`)

// unknownMember returns an unsupported member of the cloudfront module that
// code uses, or "".
func unknownMember(code string) string {
	for _, m := range cloudfrontName.FindAllStringSubmatch(code, -1) {
		use := regexp.MustCompile(`\b` + m[1] + m[2] + `\.(\w+)`)
		for _, u := range use.FindAllStringSubmatch(code, -1) {
			if !slices.Contains(members, u[1]) {
				return u[1]
			}
		}
	}
	return ""
}

// tokens matches comments, strings and, after a token that cannot end an
// operand, regular expressions, as well as the words and operators of code.
var tokens = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/` +
	`|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"` + "|`(?:\\\\.|[^`\\\\])*`" +
	`|[\pL_$][\pL\pN_$]*|\.\.\.|\?\.|\?\?|\d[\w.]*|\s+|.`)

// beyondRuntime1 returns a construct of code that the runtime 1.0, which is
// ECMAScript 5.1 with some of later versions, does not have; "" if there is
// none.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-10.html
func beyondRuntime1(code string) string {
	before, last := "", "" // the two tokens before
	var lists parameterLists
	for len(code) > 0 {
		token := tokens.FindString(code)
		if token == "/" && !endsOperand(last) {
			token = regexpLiteral(code)
		}
		code = code[len(token):]
		if strings.TrimSpace(token) == "" || strings.HasPrefix(token, "//") || strings.HasPrefix(token, "/*") {
			continue
		}
		if lists.haveDefault(before, last, token, code) {
			return "default parameters"
		}
		if what := newer(before, last, token, strings.TrimSpace(code)); what != "" {
			return what
		}
		before, last = last, token
	}
	return ""
}

// newer classifies a token by the two before it and the code after it.
func newer(before, last, token, rest string) string {
	property := last == "." || strings.HasPrefix(rest, ":")
	switch {
	case property:
	case token == "let" && rest != "" && !strings.ContainsAny(rest[:1], "=.,;)+-"),
		token == "const", token == "class", token == "import", token == "export":
		return token + " statements"
	case token == "async" && (strings.HasPrefix(rest, "function") || strings.HasPrefix(rest, "(")),
		token == "await", token == "yield":
		return token
	case token == "?.", token == "??":
		return "operator " + token
	case token == "..." && last != "(" && last != ",", token == "..." && !strings.Contains(rest, ")"):
		return "spread syntax"
	case last == "var" && (token == "{" || token == "["):
		return "destructuring"
	case token == "of" && before == "var", token == "of" && last == "]", token == "of" && last == "}":
		return "for-of loops"
	}
	return ""
}

// parameterLists are the round brackets that are open, any of which may turn
// out to hold the parameters of a function.
type parameterLists struct {
	open   []parameterList
	closed parameterList // the last one
}

type parameterList struct{ function, assigns bool }

// haveDefault reads a token, and reports whether it ends a list of parameters
// of which one has a default.
func (l *parameterLists) haveDefault(before, last, token, rest string) bool {
	top := len(l.open) - 1
	switch {
	case token == "(":
		l.open = append(l.open, parameterList{function: last == "function" || before == "function"})
	case token == "=" && strings.HasPrefix(rest, ">"):
		return last == ")" && l.closed.assigns
	case token == "=" && top >= 0 && !strings.HasPrefix(rest, "=") && !strings.Contains("=!<>+-*/%&|^", last):
		l.open[top].assigns = true
	case token == ")" && top >= 0:
		l.closed, l.open = l.open[top], l.open[:top]
		return l.closed.function && l.closed.assigns
	}
	return false
}

// endsOperand reports whether a slash after the token is a division.
func endsOperand(token string) bool {
	switch token {
	case "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do":
		return false
	}
	return token != "" && strings.ContainsAny(token[len(token)-1:], ")]}'\"`$_0123456789"+
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

// regexpLiteral returns the regular expression at the start of code.
func regexpLiteral(code string) string {
	class := false
	for i := 1; i < len(code) && code[i] != '\n'; i++ {
		switch c := code[i]; {
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			return code[:i+1]
		}
	}
	return code[:1]
}
