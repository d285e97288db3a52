// Package cffunction runs CloudFront Functions: the code of an
// AWS::CloudFront::Function in a JavaScript engine, with the modules and
// globals of the runtimes 1.0 and 2.0, within a time budget.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
package cffunction

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/tetratelabs/wazero/sys"
)

// Budget is how long a function may run. CloudFront's own limit is much lower
// and in a unit of its own; this one stops functions that do not finish.
const Budget = 500 * time.Millisecond

// compileBudget limits the compilation of a function.
const compileBudget = 2 * Budget

// maxCode is CloudFront's limit for a function's code in bytes.
const maxCode = 10 << 10

// runtime1 is the older runtime.
const runtime1 = "cloudfront-js-1.0"

// Kind is a kind of failure.
type Kind string

// The kinds of failure.
const (
	Unsupported Kind = "unsupported" // needs what is not here, said when the function is compiled
	Failed      Kind = "failed"      // threw an error or ran out of time
	Invalid     Kind = "invalid"     // returned what CloudFront does not take
)

// Error is the error of a function that is not supported or that failed.
type Error struct {
	Function string
	Kind     Kind
	Problem  string
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("CloudFront function %s: %s", e.Function, e.Problem)
}

// Store is a key value store that a function reads.
type Store struct {
	ID, Name string
	Data     map[string]string
}

// Function is a compiled function. It is safe for concurrent use: calls share
// no state.
type Function struct {
	name     string
	runtime  string
	bytecode []byte
	budget   time.Duration
	stores   []Store
}

//go:embed prelude.js
var preludeSource string

// Compile checks a function's code. The error is an *Error.
func Compile(name, runtime, code string, stores []Store) (*Function, error) {
	f := &Function{name: name, runtime: runtime, budget: Budget, stores: stores}
	if runtime != runtime1 && runtime != "cloudfront-js-2.0" {
		return nil, f.fail(Unsupported, "the runtime %q is not known: use cloudfront-js-2.0", runtime)
	}
	if len(code) > maxCode {
		return nil, f.fail(Unsupported, "its code has %d bytes, more than %d", len(code), maxCode)
	}
	if name := unknownMember(code); name != "" {
		return nil, f.fail(Unsupported, "cf.%s is not supported by this edge", name)
	}
	if runtime == runtime1 {
		if what := beyondRuntime1(code); what != "" {
			return nil, f.fail(Unsupported, "the runtime cloudfront-js-1.0 has no %s: use cloudfront-js-2.0", what)
		}
	}
	script, err := withoutImports(code)
	if err != nil {
		return nil, f.fail(Unsupported, "%v", err)
	}
	err = within(context.Background(), compileBudget, func(g *guest) error {
		f.bytecode, err = g.compile(script, name)
		return err
	})
	if err != nil {
		return nil, f.fail(Unsupported, "%v", err)
	}
	return f, nil
}

func (f *Function) fail(k Kind, format string, args ...any) error {
	return &Error{Function: f.name, Kind: k, Problem: fmt.Sprintf(format, args...)}
}

// modules are the modules that code may import.
var modules = map[string]bool{"crypto": true, "querystring": true, "buffer": true, "cloudfront": true}

var (
	importLine   = regexp.MustCompile(`(?m)^[ \t]*import\s+(.+?)\s+from\s+['"]([^'"]+)['"][ \t]*;?`)
	requireCall  = regexp.MustCompile(`\brequire\(\s*['"]([^'"]+)['"]\s*\)`)
	exportWord   = regexp.MustCompile(`(?m)^[ \t]*export\s+(default\s+)?`)
	namespaceAll = regexp.MustCompile(`^\*\s+as\s+(\w+)$`)
)

// withoutImports replaces the import statements of a module, which the engine
// does not support, with calls of require on the same lines.
func withoutImports(code string) (string, error) {
	var problem error
	check := func(module string) {
		if !modules[module] && problem == nil {
			problem = fmt.Errorf("the module %q is not supported: "+
				"a function has cloudfront, crypto, querystring and buffer", module)
		}
	}
	for _, m := range requireCall.FindAllStringSubmatch(code, -1) {
		check(m[1])
	}
	script := importLine.ReplaceAllStringFunc(code, func(line string) string {
		m := importLine.FindStringSubmatch(line)
		check(m[2])
		whole, named, _ := strings.Cut(m[1], ",")
		if strings.HasPrefix(m[1], "{") {
			whole, named = m[1], ""
		}
		script := "const " + bind(whole, m[2])
		if named != "" {
			script += ", " + bind(named, m[2])
		}
		return script + ";"
	})
	return exportWord.ReplaceAllString(script, ""), problem
}

// bind returns the declaration for one part of an import.
func bind(names, module string) string {
	names = strings.TrimSpace(names)
	if all := namespaceAll.FindStringSubmatch(names); all != nil {
		names = all[1]
	}
	return fmt.Sprintf("%s = require(%q)", strings.ReplaceAll(names, " as ", ": "), module)
}

// Run calls the function's handler at a given time. log receives what the
// function writes to its console. The error is an *Error.
func (f *Function) Run(e Event, now time.Time, log func(string)) (Result, error) {
	event, err := e.json()
	if err != nil {
		return Result{}, f.fail(Failed, "%v", err)
	}
	c := &call{function: f, now: now}
	text, err := f.call(c, string(event))
	for _, line := range c.lines {
		log(line)
	}
	if err != nil {
		return Result{}, f.fail(Failed, "%v", err)
	}
	r, err := parseResult(text)
	if err == nil {
		err = e.validate(r)
	}
	var failure *Error
	if errors.As(err, &failure) {
		failure.Function = f.name
	}
	return r, err
}

func (f *Function) call(c *call, event string) (text string, err error) {
	err = within(context.WithValue(context.Background(), callKey{}, c), f.budget, func(g *guest) error {
		c.lines, c.logged = nil, 0
		if err := g.load(f.bytecode); err != nil {
			return err
		}
		text, err = g.await(prepared().run, event)
		return err
	})
	return text, err
}

// errTime is the error of a function that exceeds its budget.
var errTime = errors.New("it did not end within its budget of time")

// within gives do an instance for as long as budget, and once more twice as long
// in the compiled engine: the interpreter may have been too slow, or this
// process may not have run meanwhile.
func within(ctx context.Context, budget time.Duration, do func(*guest) error) error {
	err := currentEngine().within(ctx, budget, do)
	if err == errTime {
		err = compiled().within(ctx, 2*budget, do)
	}
	return err
}

func (e *engine) within(ctx context.Context, budget time.Duration, do func(*guest) error) error {
	slots <- struct{}{}
	defer func() { <-slots }()
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	err := e.use(ctx, prepared(), do)
	var exit *sys.ExitError
	if errors.As(err, &exit) {
		return errTime
	}
	return err
}
