package cffunction_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/edge/internal/cffunction"
)

// What a function cannot have here is refused by name before it runs.
func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	const handler = "function handler(event) { return event.request; }"
	for name, c := range map[string]struct{ runtime, code, says string }{
		"runtime":           {"nodejs20.x", handler, `"nodejs20.x"`},
		"syntax":            {"cloudfront-js-2.0", "function handler(event { }", "SyntaxError"},
		"module":            {"cloudfront-js-2.0", "import fs from 'fs';\n" + handler, `"fs"`},
		"module by require": {"cloudfront-js-1.0", "var fs = require('fs');\n" + handler, `"fs"`},
		"origin": {"cloudfront-js-2.0", "import cf from 'cloudfront'; cf.createRequestOriginGroup({});" +
			handler, "cf.createRequestOriginGroup"},
		"size": {"cloudfront-js-2.0", handler + strings.Repeat(" ", 10241-len(handler)),
			"more than 10240"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := cffunction.Compile("Fn", c.runtime, c.code, nil)
			var refusal *cffunction.Error
			if !errors.As(err, &refusal) || refusal.Kind != cffunction.Unsupported || refusal.Function != "Fn" ||
				!strings.Contains(err.Error(), c.says) {
				t.Errorf("Compile: %v, want a refusal that says %s", err, c.says)
			}
		})
	}
}

// Code of the largest size is accepted.
func TestLargestCode(t *testing.T) {
	t.Parallel()
	compile(t, "function handler(event) {}"+strings.Repeat(" ", 10240-26))
}

var viewerRequest = cffunction.Event{Type: cffunction.ViewerRequest, Request: cffunction.Request{Method: "GET",
	URI: "/a"}}

func compile(t *testing.T, code string) *cffunction.Function {
	t.Helper()
	stores := []cffunction.Store{{ID: "id", Name: "name", Data: map[string]string{"k": "v"}}}
	f, err := cffunction.Compile("Fn", "cloudfront-js-2.0", code, stores)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func run(t *testing.T, code string) (cffunction.Result, []string, error) {
	t.Helper()
	var log []string
	r, err := compile(t, code).Run(viewerRequest, time.Unix(0, 0), func(line string) { log = append(log, line) })
	return r, log, err
}

// answers runs an expression in a function and returns its value as text.
func answers(t *testing.T, imports, expression string) string {
	t.Helper()
	r, _, err := run(t, imports+"\nasync function handler(event) { return { statusCode: 200, body: String("+expression+") }; }")
	if err != nil {
		t.Errorf("%s: %v", expression, err)
		return ""
	}
	return r.Response.Body.Data
}

func TestModules(t *testing.T) {
	t.Parallel()
	const all = "import cf, {kvs as open} from 'cloudfront';\nimport {parse, escape as esc} from 'querystring';\n" +
		"import * as qs from 'querystring';\nimport crypto from \"crypto\";\nimport { Buffer as B } from 'buffer';"
	for expression, want := range map[string]string{
		"crypto.createHash('md5').update('').digest('hex')":                      "d41d8cd98f00b204e9800998ecf8427e",
		"crypto.createHash('sha1').update('abc').digest('base64')":               "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
		"crypto.createHash('sha256').update(B.from('abc')).digest().length":      "32",
		"crypto.createHmac('sha1', 'k').update('d').digest('hex').length":        "40",
		"qs.parse('a=1&a=2&b=x%20y+z').a.join() + qs.parse('b=x%20y+z').b":       "1,2x y z",
		"qs.stringify({a: ['1', '2'], b: 'x y'})":                                "a=1&a=2&b=x%20y",
		"qs.escape('a&b') + qs.unescape('%26')":                                  "a%26b&",
		"esc(parse('a=%26').a)":                                                  "%26",
		"new Uint8Array(1500000).length":                                         "1500000",
		"B.from('ff00', 'hex').toString('base64')":                               "/wA=",
		"B.from('ü').length":                                                     "2",
		"B.from([1, 2, 3]).slice(1).toString('hex')":                             "0203",
		"B.concat([B.from('a'), B.alloc(1, 98)]).toString()":                     "ab",
		"B.isBuffer(B.from('')) && !B.isBuffer('')":                              "true",
		"B.from('a').equals(B.from('a')) && B.compare(B.from('a'), B.from('b'))": "-1",
		"B.byteLength('aGk', 'base64url')":                                       "2",
		"new TextDecoder().decode(new TextEncoder().encode('ü'))":                "ü",
		"atob('aGk=') + btoa('hi')":                                              "hiaGk=",
		"await cf.kvs('id').get('k') + await open('name').exists('k')":           "vtrue",
		"(await cf.kvs().meta()).keyCount":                                       "1",
		"typeof fetch + typeof setTimeout + typeof process":                      "undefinedundefinedundefined",
	} {
		if got := answers(t, all, expression); got != want {
			t.Errorf("%s is %q, want %q", expression, got, want)
		}
	}
}

func TestConsole(t *testing.T) {
	t.Parallel()
	_, log, err := run(t,
		"function handler(event) { console.log('uri', event.request.uri, {a: 1}); return event.request; }")
	if err != nil || len(log) != 1 || log[0] != `uri /a {"a":1}` {
		t.Errorf("the log is %q, %v", log, err)
	}
}

// What a function does wrong is an error that names it, not a panic.
func TestRunFails(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]struct {
		kind cffunction.Kind
		says string
	}{
		"function other() {}": {
			cffunction.Failed, "no function handler",
		},
		"throw new Error('at once'); function handler() {}": {
			cffunction.Failed, "at once",
		},
		"function handler() { return 7; }": {
			cffunction.Invalid, "must return",
		},
		"function handler() { return handler(); }": {
			cffunction.Failed, "stack",
		},
		"function handler() { while (true); }": {
			cffunction.Failed, "did not end",
		},
		"async function handler() { await new Promise(() => {}); }": {
			cffunction.Failed, "never settles",
		},
		"function handler() { return { statusCode: 99 }; }": {
			cffunction.Invalid, "99",
		},
		"function handler(e) { e.request.uri = 'x'; return e.request; }": {
			cffunction.Invalid, "slash",
		},
		"function handler(e) { e.request.headers.via = {value: 'x'}; return e.request; }": {
			cffunction.Invalid, "read-only",
		},
		"function handler(e) { e.request.headers['x-amz-cf-id'] = {value: 'x'}; return e.request; }": {
			cffunction.Invalid, "must not be set",
		},
		"function handler(e) { e.request.headers.a = 'x'; return e.request; }": {
			cffunction.Failed, "object with a value",
		},
		"function handler(e) { return Function('return 1')(); }": {
			cffunction.Failed, "not allowed",
		},
		"function handler(e) { return (() => {}).constructor('return 1')(); }": {
			cffunction.Failed, "not allowed",
		},
		"async function handler(e) { return require('cloudfront').kvs('other').get('k'); }": {
			cffunction.Failed, `"other"`,
		},
		"function handler(e) { return require('crypto').createHash('sha512'); }": {
			cffunction.Failed, "sha512",
		},
		"function handler(e) { return { statusCode: 200, body: { encoding: 'gzip', data: '' } }; }": {
			cffunction.Invalid, "gzip",
		},
		"function handler(e) { return { statusCode: 200, body: Buffer.from('x').toString('utf16') }; }": {
			cffunction.Failed, "utf16",
		},
	} {
		_, _, err := run(t, code)
		var failure *cffunction.Error
		if !errors.As(err, &failure) || failure.Kind != want.kind || failure.Function != "Fn" ||
			!strings.Contains(err.Error(), want.says) {
			t.Errorf("%s\n gave %v, want %s that says %s", code, err, want.kind, want.says)
		}
	}
}

// What the runtime 1.0 does not have is refused, and what it has is not.
func TestRuntime1(t *testing.T) {
	t.Parallel()
	for code, says := range map[string]string{
		"let x = 1;":                                           "let statements",
		"for (let i = 0;;) {}":                                 "let statements",
		"const x = 1;":                                         "const statements",
		"class A {}":                                           "class statements",
		"async function f() {}":                                "async",
		"var f = async () => 1;":                               "async",
		"var a = b?.c;":                                        "operator ?.",
		"var a = b ?? c;":                                      "operator ??",
		"var {a} = b;":                                         "destructuring",
		"var [a] = b;":                                         "destructuring",
		"for (var a of b) {}":                                  "for-of",
		"var a = [...b];":                                      "spread",
		"import crypto from 'crypto';":                         "import statements",
		"function f(a = 1) {}":                                 "default parameters",
		"var f = function (a, b = (1)) {};":                    "default parameters",
		"var f = (a, b = g(1)) => b;":                          "default parameters",
		"while ((m = r.exec(s)) !== null) {}":                  "",
		"for (var i = 0; i <= 1; i++) {}":                      "",
		"var f = (a) => a >= 1 && (b = 1);":                    "",
		"g(function (a) { a = 1; });":                          "",
		"if ((a = b) == c) { g(() => 1); }":                    "",
		"var s = 'let x'; // const y\n":                        "",
		"/* class A */ var r = /[/'] let x/;":                  "",
		"var a = {let: 1, class: 2}; a.const; a.class = a.of;": "",
		"var a = 4 / 2; var b = a / 2; // let":                 "",
		"var f = (a, ...rest) => rest;":                        "",
		"var t = `let ${1}`;":                                  "",
		"var a = b ? .5 : 1;":                                  "",
		"var letter = 1, constant = 2, async = 3; async = 4;":  "",
	} {
		code += " function handler(event) { return event.request; }"
		_, err := cffunction.Compile("Fn", "cloudfront-js-1.0", code, nil)
		if says == "" && err != nil && strings.Contains(err.Error(), "1.0") || says != "" && (err == nil ||
			!strings.Contains(err.Error(), says)) {
			t.Errorf("%s: %v, want %q", code, err, says)
		}
	}
}

// A digest is a string of bytes in the runtime 1.0.
func TestDigestInRuntime1(t *testing.T) {
	t.Parallel()
	f, err := cffunction.Compile("Fn", "cloudfront-js-1.0", `function handler() {
		return { statusCode: 200, statusDescription: typeof require('crypto').createHash('md5').update('').digest() };
	}`, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Run(viewerRequest, time.Unix(0, 0), func(string) {})
	if err != nil || r.Response.Description != "string" {
		t.Errorf("%+v, %v", r.Response, err)
	}
}

// What the module cloudfront does to the request's origin is in the result.
func TestOrigin(t *testing.T) {
	t.Parallel()
	f := compile(t, `import cf from 'cloudfront';
		function handler(e) {
			if (e.request.rawQueryString() === 'a=%20&&b') cf.updateRequestOrigin({domainName: 'x.example.com', originPath: '',
				customHeaders: {a: 'b'}, timeouts: {readTimeout: 5}, customOriginConfig: {port: 8080, protocol: 'http'}});
			else if (cf.edgeLocation.name) cf.selectRequestOriginById('other');
			return e.request;
		}`)
	event := viewerRequest
	event.RawQuery = "a=%20&&b"
	for range 2 {
		r, err := f.Run(event, time.Unix(0, 0), func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		o := r.Request.Origin
		if o == nil || o.DomainName != "x.example.com" || o.OriginPath == nil || o.CustomHeaders["a"] != "b" ||
			o.Timeouts.ReadTimeout != 5 || o.CustomOriginConfig.Port != 8080 {
			t.Errorf("%+v", o)
		}
	}
	r, err := f.Run(viewerRequest, time.Unix(0, 0), func(string) {})
	if err != nil || r.Request.Origin.ID != "other" || r.Request.Origin.DomainName != "" {
		t.Errorf("%+v, %v", r.Request, err)
	}
}
