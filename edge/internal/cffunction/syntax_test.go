package cffunction_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/privatecdn/edge/internal/cffunction"
)

// refusals compiles code and compares the error with a text, "" for none.
func refusals(t *testing.T, runtime string, cases [][2]string) {
	for _, c := range cases {
		code, says := c[0], c[1]
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			_, err := cffunction.Compile("Fn", runtime, code+"\nfunction handler(event) { return event.request; }", nil)
			switch {
			case says == "" && err != nil:
				t.Errorf("%v", err)
			case says != "" && (!errors.Is(err, cffunction.ErrUnsupported) || !strings.Contains(err.Error(), says)):
				t.Errorf("%v, want an error that says %q", err, says)
			}
		})
	}
}

// What the runtime 1.0 does not have is refused by name.
func TestNewerThanRuntime1(t *testing.T) {
	t.Parallel()
	refusals(t, "cloudfront-js-1.0", [][2]string{
		{"let x = 1;", "has no let statements: use cloudfront-js-2.0"},
		{"for (let i = 0;;) {}", "let statements"},
		{"const x = 1;", "const statements"},
		{"for (const k in {}) {}", "const statements"},
		{"class A {}", "class statements"},
		{"var a = class {};", "class statements"},
		{"import crypto from 'crypto';", "import statements"},
		{"export function f() {}", "export statements"},
		{"export default 1;", "export statements"},
		{"async function f() {}", "async functions"},
		{"async function f() { await 1; }", "async functions"},
		{"var f = async function () {};", "async functions"},
		{"var f = async () => 1;", "async functions"},
		{"var f = async x => 1;", "async functions"},
		{"var o = {async f() {}};", "methods in object literals"},
		{"function* f() { yield 1; }", "generators"},
		{"var f = function* () {};", "generators"},
		{"var a = b?.c;", "operator ?."},
		{"var a = b?.[0];", "operator ?."},
		{"var a = b?.();", "operator ?."},
		{"var a = b?.c.d(1)[2];", "operator ?."},
		{"var a = b ?? c;", "operator ??"},
		{"var a; a ??= 1;", "operator ??="},
		{"var a; a ||= 1;", "operator ||="},
		{"var a; a &&= 1;", "operator &&="},
		{"var {a} = {};", "destructuring"},
		{"var [a] = [];", "destructuring"},
		{"var a; [a] = [1];", "destructuring"},
		{"var a; ({a: a} = {});", "destructuring"},
		{"var f = function ({a}) {};", "destructuring"},
		{"var f = ([a]) => a;", "destructuring"},
		{"var f = (...[a]) => a;", "destructuring"},
		{"try {} catch ({message}) {}", "destructuring"},
		{"for (var [a] in {}) {}", "destructuring"},
		{"for (var a of []) {}", "for-of loops"},
		{"var a; for (a of []) {}", "for-of loops"},
		{"var a = [...b];", "spread syntax"},
		{"f(...a);", "spread syntax"},
		{"new Date(...a);", "spread syntax"},
		{"var a = {...b};", "spread syntax"},
		{"function f(a = 1) {}", "default parameters"},
		{"var f = function (a, b = (1)) {};", "default parameters"},
		{"var f = (a, b = g(1)) => b;", "default parameters"},
		{"var o = {f() {}};", "methods in object literals"},
		{"var o = {*f() {}};", "methods in object literals"},
		{"var a = 1, o = {a};", "shorthand properties"},
		{"var a = 1, o = {b: 1, a };", "shorthand properties"},
		{"var o = {[a]: 1};", "computed property names"},
		{"var o = {[a]: b};", "computed property names"},
		{"var o = {get [a]() { return 1; }};", "computed property names"},
		{"var a = f`x`;", "tagged templates"},
		{"function f() { return new.target; }", "new.target"},
		{"try {} catch {}", "catch without a parameter"},
		{"var a = 0b1;", "binary or octal literals"},
		{"var a = 0o7;", "binary or octal literals"},
		{"var a = 1n;", "BigInt literals"},
		{"var a = 1_000;", "numeric separators"},
		{"var a = 1_0.5;", "numeric separators"},
		{"var a = 0xf_f;", "numeric separators"},
		{"/a/u.test('');", "regular expression flags u"},
		{"/a/gs.test('');", "regular expression flags gs"},
		{"var r = /[/]/y;", "regular expression flags y"},
		{"f(1, 2,);", "trailing commas"},
		{"function f(a, /* b */ ) {}", "trailing commas"},
		{"var r = /'/; f(1,\n);", "trailing commas"},
		{"import('crypto');", "import()"},
		{"if (a) { while (b) { switch (c) { case 1: do { let x; } while (0) } } }", "let statements"},
		{"var f = function () { return { a: [function () { return a ? b : c ?? d; }] }; };", "operator ??"},
		{"var t = `${a?.b}`;", "operator ?."},
		{"label: for (var i in (() => { let x; })) {}", "let statements"},
		{"require('buffer');", `the module "buffer" is not supported`},
		{"var cf = require('cloudfront');", `the module "cloudfront" is not supported`},
	})
}

// What the runtime 1.0 has is not refused.
func TestRuntime1(t *testing.T) {
	t.Parallel()
	var all [][2]string
	for _, code := range []string{
		"while ((m = r.exec(s)) !== null) {}",
		"for (var i = 0; i <= 1; i++) {}",
		"var f = (a) => a >= 1 && (b = 1);",
		"function g(f) {} g(function (a) { a = 1; });",
		"if ((a = b) == c) { g(() => 1); }",
		"var s = 'let x'; // const y",
		"/* class A */ var r = /[/'] let x/;",
		"var a = {let: 1, class: 2, of: 3, a: a, 'b': a, 5: a}; a.const; a.class = a.of;",
		"var a = 4 / 2; var b = a / 2; // let",
		"var f = (a, ...rest) => rest;",
		"var f = function (...rest) { return rest; };",
		"var t = `let ${1} ${`${'?.'}`}\n`;",
		"var a = b ? .5 : 1;",
		"var letter = 1, constant = 2, async = 3; async = 4;",
		"var o = {get a() { return 1; }, set a(v) { this.b = v; }};",
		"var a = [1, 2,], o = {a: 1,}; ",
		"var a = [,1];",
		"var a = 2 ** 3; a **= 2; a = 0xff; a = 1e3; a = 0;",
		"var r = /(?<year>\\d+)/gim; var s = ',)' + /(,)/.source;",
		"label: for (;;) { continue label; }",
		"try { f(); } catch (e) { throw e; } finally { g(); }",
		"switch (a) { case 1: break; default: }",
		"var crypto = require('crypto'); crypto.createHash('md5');",
		"var a = new Date(), b = new Date;",
	} {
		all = append(all, [2]string{code})
	}
	refusals(t, "cloudfront-js-1.0", all)
}

// Modules and members that a function cannot load here are refused by name,
// however it loads them.
func TestModulesAndMembers(t *testing.T) {
	t.Parallel()
	const group = "cf.createRequestOriginGroup is not supported"
	refusals(t, "cloudfront-js-2.0", [][2]string{
		{"import fs from 'fs';", `the module "fs" is not supported`},
		{"import 'fs';", `the module "fs" is not supported`},
		{"function f() { return require(\"fs\"); }", `the module "fs" is not supported`},
		{"import cf from 'cloudfront'; cf.createRequestOriginGroup({});", group},
		{"import cf from 'cloudfront'; function f() { return cf['createRequestOriginGroup'] }", group},
		{"import * as cf from 'cloudfront'; (() => cf.createRequestOriginGroup)();", group},
		{"import {default as c} from 'cloudfront'; c.createRequestOriginGroup;", group},
		{"import {\n  kvs,\n  createRequestOriginGroup,\n} from 'cloudfront';", group},
		{"import {createRequestOriginGroup as group} from 'cloudfront';", group},
		{"const cf = require('cloudfront'); cf.createRequestOriginGroup;", group},
		{"let cf; cf = require('cloudfront'); cf.createRequestOriginGroup;", group},
		{"const {createRequestOriginGroup} = require('cloudfront');", group},
		{"import cf from 'cloudfront'; const {createRequestOriginGroup: g, kvs} = cf;", group},
		{"require('cloudfront').createRequestOriginGroup;", group},
		{"import crypto from 'crypto'; crypto.randomUUID();", "crypto.randomUUID is not supported"},
		{"import cf from 'cloudfront'; /* cf.nothing */ 'cf.nothing'; event.cf.nothing;", ""},
		{"import cf from 'cloudfront'; function f(cf) { return cf.other; }", ""},
		{"import {\n  parse,\n  escape as e,\n} from 'querystring'; parse(''); e('');", ""},
		{"import cf, {kvs} from 'cloudfront'; cf.kvs; const {edgeLocation} = cf; cf['kvs'];", ""},
		{"const {kvs} = require('cloudfront'); kvs[0]; kvs['a'];", ""},
		{"await 1;", "await is used outside an async function"},
		{"import('crypto');", "import() is not supported"},
		{"x = ;", "SyntaxError: unexpected ; "},
		{"return 1;", "SyntaxError"},
		{"with (a) {}", "SyntaxError"},
		{"var a = 010;", "SyntaxError"},
	})
}
