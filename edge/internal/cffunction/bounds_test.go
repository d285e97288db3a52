package cffunction_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/privatecdn/edge/internal/cffunction"
	"example.com/privatecdn/internal/testing/need"
)

// However a function wastes time or memory, in its own code or inside the
// engine's, it ends, and the process is no bigger for it.
func TestBounds(t *testing.T) {
	t.Parallel()
	const ends, full, deep = "did not end", "memory", "stack"
	for _, c := range [][2]string{
		{"while (true);", ends},
		{"/^\\/p\\/(?!admin)([a-z]+)*$/.test('/p/' + 'a'.repeat(40) + '1')", ends},
		{"/(a*)*\\1b/.test('a'.repeat(5000))", ends},
		{"Array.prototype.includes.call({length: 2**53 - 1}, 1)", ends},
		{"const a = []; for (let i = 0; i < 2000; i++) a.push(i); a.sort(() => { for (;;); })", ends},
		{"JSON.stringify({toJSON() { for (;;); }})", ends},
		{"const p = new Proxy({}, {get() { for (;;); }}); p.x", ends},
		{"for (;;) await null", ends},
		{"2n ** 20000000n", ""}, // the one or the other
		{"const a = []; for (;;) a.push(new Uint8Array(1 << 26))", full},
		{"const a = []; for (;;) a.push(new Uint8Array(1 << 14))", full},
		{"new Uint8Array(2 << 20)", full},
		{"let s = 'x'; for (;;) s += s + 'y'", ""}, // a string's own limit
		{"'x'.repeat(1 << 28)", full},
		{"JSON.stringify(Array(1 << 20).fill(null).map(() => 'x'.repeat(100)))", ""},
		{"const f = () => f(); f()", deep},
		{"const a = []; a[0] = a; let o = {}; for (let i = 0; i < 1e6; i++) o = {o}; JSON.stringify(o)", ""},
		{"let s = '['.repeat(100000); JSON.parse(s)", ""},
		{"throw {toString() { for (;;); }}", ""},
		{"throw {get message() { throw this }, toString() { throw this }}", ""},
		{"return new Proxy({}, {get() { for (;;); }, ownKeys() { for (;;); }})", ends},
		{"Object.prototype.statusCode = 200; Array.prototype.push = () => { for (;;); }; throw new Error()", ""},
		{"globalThis.JSON.parse = () => { for (;;); }; for (;;) await null", ends},
	} {
		code, says := c[0], c[1]
		t.Run(code, func(t *testing.T) {
			f := compile(t, "async function handler() { "+code+" }")
			if says == ends || says == "" {
				f.SetBudgets(20*time.Millisecond, 20*time.Millisecond)
			}
			_, err := f.Run(viewerRequest, time.Unix(0, 0), func(string) {})
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%v, want an error that says %q", err, says)
			}
		})
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > 200<<20 {
		t.Errorf("the heap is %d MB", m.HeapAlloc>>20)
	}
}

// A call that took too long is tried once more, from the beginning.
func TestSecondAttempt(t *testing.T) {
	t.Parallel()
	f := compile(t, "function handler() { console.log('called'); return { statusCode: 200 }; }")
	f.SetBudgets(time.Minute, time.Nanosecond)
	if _, err := f.Run(viewerRequest, time.Unix(0, 0), func(string) {}); err != nil {
		t.Errorf("within the first budget: %v", err)
	}
	f.SetBudgets(time.Nanosecond, time.Minute)
	var log []string
	r, err := f.Run(viewerRequest, time.Unix(0, 0), func(line string) { log = append(log, line) })
	if err != nil || r.Response.Status != 200 || len(log) != 1 {
		t.Errorf("%v, %v, the log is %q", r.Response, err, log)
	}
}

// Code that takes long to compile is refused in time, too.
func TestCompileEnds(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		"/" + strings.Repeat("(", 2000) + strings.Repeat(")", 2000) + "/",
		strings.Repeat("(", 10000),
		strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		"`" + strings.Repeat("${`", 3000),
		strings.Repeat("a=>", 3300),
		"'use strict'; " + strings.Repeat("{", 5000) + strings.Repeat("}", 4900),
	} {
		_, err := cffunction.Compile("Fn", "cloudfront-js-2.0", code, nil)
		if err != nil && !errors.Is(err, cffunction.ErrUnsupported) {
			t.Errorf("%.20s: %v", code, err)
		}
	}
}

// Nothing of a call is seen by the next one; random numbers are.
func TestCallsAreApart(t *testing.T) {
	t.Parallel()
	f, err := cffunction.Compile("Fn", "cloudfront-js-2.0", `
		var count = 0, seen = Math.random();
		function handler(event) {
			globalThis.other = (globalThis.other || 0) + 1; Array.prototype.mine = (Array.prototype.mine || 0) + 1; count++;
			return { statusCode: 200, body: [count, other, [].mine, Date.now(), seen].join() };
		}`, nil)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	var bodies sync.Map
	for range 20 {
		group.Go(func() {
			r, err := f.Run(viewerRequest, time.Unix(7, 0), func(string) {})
			if err != nil || !strings.HasPrefix(r.Response.Body.Data, "1,1,1,7000,0.") {
				t.Errorf("%v, %v", r.Response, err)
				return
			}
			if _, again := bodies.LoadOrStore(r.Response.Body.Data, true); again {
				t.Error("the same random number twice")
			}
		})
	}
	group.Wait()
}

// A call that makes the engine's memory grow leaves no less for those after it.
func TestMemoryOfCallsIsApart(t *testing.T) {
	t.Parallel()
	f := compile(t, "function handler() { const b = new Uint8Array(1500000); "+
		"return { statusCode: 200, body: Buffer.from('ab').toString('hex') + b.length }; }")
	f.SetBudgets(time.Minute, time.Minute)
	for n := range 10 {
		r, err := f.Run(viewerRequest, time.Unix(0, 0), func(string) {})
		if err != nil || r.Response.Body.Data != "61621500000" {
			t.Fatalf("call %d: %v, %v", n, r.Response, err)
		}
	}
}

// An instance is used again unless a call made its memory grow or did not end.
func TestInstancesAreUsedAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code   string
		budget time.Duration
		again  bool
	}{
		{"new Uint8Array(800000)", time.Minute, true}, // within what is free at the beginning
		{"throw new Error('here')", time.Minute, true},
		{"new Uint8Array(1800000)", time.Minute, false},
		{"for (;;);", 50 * time.Millisecond, false},
	} {
		if got := compile(t, "function handler() { "+c.code+" }").LeavesInstance(c.budget); got != c.again {
			t.Errorf("%s: %v", c.code, got)
		}
	}
}

// As soon as the compiled engine is there, it is used.
func TestCompiledEngineIsUsed(t *testing.T) {
	t.Parallel()
	if !cffunction.CompiledIsUsed() {
		t.Error("the engine of a call is another")
	}
}

// An event that is too big for the engine's memory is an error of the call.
func TestBigEvent(t *testing.T) {
	t.Parallel()
	event := viewerRequest
	event.RawQuery = strings.Repeat("q", 5<<20)
	_, err := compile(t, "function handler(e) { return e.request; }").Run(event, time.Unix(0, 0), func(string) {})
	if !errors.Is(err, cffunction.ErrFailed) || !strings.HasSuffix(err.Error(), "out of memory") {
		t.Error(err)
	}
}

// A function that writes to its console without end is cut off.
func TestConsoleIsBounded(t *testing.T) {
	t.Parallel()
	_, log, err := run(t,
		"function handler(e) { for (let i = 0; i < 150; i++) console.log('x'.repeat(100)); return e.request; }")
	if size := len(strings.Join(log, "")); err != nil || size > 10<<10 || size < 9<<10 {
		t.Errorf("%d bytes, %v", size, err)
	}
	for size, lines := range map[string]int{"10240": 1, "10241": 0} {
		_, log, err := run(t, "function handler(e) { console.log('x'.repeat("+size+")); return e.request; }")
		if err != nil || len(log) != lines {
			t.Errorf("of a line of %s bytes there are %d, %v", size, len(log), err)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	f, err := cffunction.Compile("Fn", "cloudfront-js-2.0",
		`function handler(e) { e.request.uri = e.request.uri.replace(/^\/x/, ''); return e.request; }`, nil)
	if err != nil {
		b.Fatal(err)
	}
	e := cffunction.Event{Type: cffunction.ViewerRequest, Request: cffunction.Request{Method: "GET", URI: "/x/a",
		Headers: []cffunction.Pair{
			{Name: "accept", Value: "*/*"}, {Name: "host", Value: "h"}, {Name: "user-agent", Value: "b"}}}}
	time.Sleep(time.Second)
	for b.Loop() {
		if _, err := f.Run(e, time.Unix(0, 0), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// The engine that is committed is the one of the npm package.
func TestEngineIsThePackage(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile(filepath.Join(need.NodeModule(t, "quickjs-wasi"), "node_modules/quickjs-wasi/quickjs.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("quickjs/quickjs.wasm")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("quickjs.wasm is not the package's (%v): copy it, and say which version it is in quickjs/LICENSE", err)
	}
}
