package cffunction

import "testing"

// No code panics while it is read, whatever its runtime.
func FuzzSyntax(f *testing.F) {
	for _, code := range []string{
		"function handler(event) { return event.request }",
		"var o = {[a]: b, 'c': c, d, get e() { return f }, ...g, h() {}}, {i: {j}, ...k} = o, [l, ...m] = n",
		"import a, {b as c} from 'crypto'; import * as d from 'cloudfront'; import 'buffer'; export default d",
		"class A { [e] = 1; #f; static { } get [g]() { return h } }",
		"const {a} = require('crypto'), b = require('querystring')['c']; require(''); require(`x`); import('x'); a?.[b]?.(c)",
		"for (const a of b) /[/]/.test(a) || c / d / e; f(g, ); label: `${h}${i`j`}`; 0b1 + 0o7 + 1_0n ** new.target",
	} {
		f.Add(code)
	}
	f.Fuzz(func(_ *testing.T, code string) {
		for _, runtime := range []string{runtime1, "cloudfront-js-2.0"} {
			if len(code) <= maxCode {
				_ = checkSyntax(code, runtime)
			}
		}
	})
}
