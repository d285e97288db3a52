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
			if !errors.Is(err, cffunction.ErrUnsupported) || !strings.HasPrefix(err.Error(), "CloudFront function Fn: ") ||
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
	r, _, err := run(t,
		imports+"\nasync function handler(event) { return { statusCode: 200, body: String("+expression+") }; }")
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
		"crypto.createHmac('sha1', 'k').update('d').digest('hex')":               "2b90e41e7c0cc8e2f75c02910c3899cc468ba316",
		"crypto.createHmac('sha1', '').update('').digest('hex')":                 "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d",
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
		"typeof console.error + typeof ''.toUTF8":                                "undefinedundefined",
		"[Date.now(), +new Date(), performance.now()]":                           "0,0,0",
		"(() => { try { undeclared = 1; } catch (e) { return e.name; } })()":     "ReferenceError",
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
		kind error
		says string
	}{
		"function other() {}": {
			cffunction.ErrFailed, "no function handler",
		},
		"throw new Error('at once'); function handler() {}": {
			cffunction.ErrFailed, "at once",
		},
		"function handler() { throw { get message() { throw this; }, toString() { throw this; } }; }": {
			cffunction.ErrFailed, "an error that has no text",
		},
		"function handler() { return 7; }": {
			cffunction.ErrInvalid, "the handler must return the request or a response",
		},
		"function handler() { return handler(); }": {
			cffunction.ErrFailed, "stack",
		},
		"async function handler() { await new Promise(() => {}); }": {
			cffunction.ErrFailed, "never settles",
		},
		"function handler() { return { statusCode: 99 }; }": {
			cffunction.ErrInvalid, "99",
		},
		"function handler(e) { e.request.uri = 'x'; return e.request; }": {
			cffunction.ErrInvalid, "slash",
		},
		"function handler(e) { e.request.headers.via = {value: 'x'}; return e.request; }": {
			cffunction.ErrInvalid, "read-only",
		},
		"function handler(e) { e.request.headers['x-amz-cf-id'] = {value: 'x'}; return e.request; }": {
			cffunction.ErrInvalid, "must not be set",
		},
		"function handler(e) { e.request.headers.a = 'x'; return e.request; }": {
			cffunction.ErrInvalid, `request.headers["a"] must be an object`,
		},
		"function handler(e) { return Function('return 1')(); }": {
			cffunction.ErrFailed, "not allowed",
		},
		"function handler(e) { return (() => {}).constructor('return 1')(); }": {
			cffunction.ErrFailed, "not allowed",
		},
		"async function handler(e) { return require('cloudfront').kvs('other').get('k'); }": {
			cffunction.ErrFailed, `"other"`,
		},
		"function handler(e) { require('cloudfront').kvs('other'); return e.request; }": {
			cffunction.ErrFailed, `"other"`,
		},
		"function handler(e) { Buffer.from('zz', 'hex'); return e.request; }": {
			cffunction.ErrFailed, "invalid byte",
		},
		"function handler(e) { return require('crypto').createHash('sha512'); }": {
			cffunction.ErrFailed, "sha512",
		},
		"function handler(e) { return { statusCode: 200, body: { encoding: 'gzip', data: '' } }; }": {
			cffunction.ErrInvalid, "gzip",
		},
		"function handler(e) { return { statusCode: 200, body: Buffer.from('x').toString('utf16') }; }": {
			cffunction.ErrFailed, "utf16",
		},
	} {
		_, _, err := run(t, code)
		if !errors.Is(err, want.kind) || !strings.HasPrefix(err.Error(), "CloudFront function Fn: ") ||
			!strings.Contains(err.Error(), want.says) {
			t.Errorf("%s\n gave %v, want %s that says %s", code, err, want.kind, want.says)
		}
	}
}

// The runtime 1.0 has strings of bytes, no Buffer, and no methods of later
// versions of the language.
func TestGlobalsOfRuntime1(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		"typeof require('crypto').createHash('md5').update('').digest()":      "string",
		"'\u00fc'.toUTF8().length + '\u00c3\u00bc'.fromUTF8()":                "2\u00fc",
		"'a\u0100'.toBytes() + '' + 'abc'.toBytes(1) + 'abc'.fromBytes(0, 1)": "nullbca",
		"String.bytesFrom('6869', 'hex') + ''.bytesFrom([33])":                "hi!",
		"[typeof Buffer, typeof atob, typeof TextDecoder, typeof Map]":        strings.Repeat(",undefined", 4)[1:],
		"[typeof ''.replaceAll, typeof [].flat, typeof Object.fromEntries, typeof Promise.all]": "" +
			strings.Repeat(",undefined", 4)[1:],
		"[typeof [].includes, typeof Object.entries, typeof ''.padEnd]":            strings.Repeat(",function", 3)[1:],
		"(function () { try { undeclared = 1; } catch (e) { return e.name; } })()": "ReferenceError",
	} {
		f, err := cffunction.Compile("Fn", "cloudfront-js-1.0",
			"function handler() { return { statusCode: 200, statusDescription: String("+expression+") }; }", nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := f.Run(viewerRequest, time.Unix(0, 0), func(string) {})
		if err != nil || r.Response.Description != want {
			t.Errorf("%s: %+v, %v, want %s", expression, r.Response, err, want)
		}
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

// A handler may be declared in any way, and need not be exported.
func TestHandlers(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		"function handler(event) { return event.request; } // the end",
		"\ufefffunction handler(event) {\r\n  return event.request;\r\n}\r\n",
		"'use strict'; var handler = function (event) { return event.request; };",
		"const handler = async (event) => event.request",
		"export default function handler(event) { return event.request; }",
		"export async function handler(event) { return event.request; }",
		"function main(event) { return event.request; } export { main as handler }; let handler = main;",
		"import cf from 'cloudfront'\nconst kvs = cf.kvs()\nasync function handler(event) { await kvs.get('k'); return " +
			"event.request; }",
		"globalThis.handler = (event) => event.request;",
		"handler = (event) => event.request; var handler;",
	} {
		if r, _, err := run(t, code); err != nil || r.Request == nil || r.Request.URI != "/a" {
			t.Errorf("%s: %+v, %v", code, r, err)
		}
	}
}
