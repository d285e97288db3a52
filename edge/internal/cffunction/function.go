// Package cffunction runs CloudFront Functions: the code of an
// AWS::CloudFront::Function in a JavaScript engine, with the modules and
// globals of the runtimes 1.0 and 2.0, within a time budget.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
package cffunction

import (
	_ "embed"
	"errors"
	"fmt"
	"reflect"
	"time"

	"example.com/privatecdn/internal/fault"
)

// budgets are how long the attempts at compiling or calling a function may take.
// CloudFront's own limit is much lower and in a unit of its own; these stop
// functions that do not finish. The second attempt is in the compiled engine:
// the interpreter, or a busy machine, may have been too slow.
var budgets = [2]time.Duration{time.Second / 2, 2 * time.Second}

// maxCode is CloudFront's limit for a function's code in bytes.
const maxCode = 10 << 10

// publish makes the handler of a module, which need not export it, visible to
// the prelude.
const publish = "\n;globalThis.handler = typeof handler === 'undefined' ? undefined : handler;"

// runtime1 is the older runtime.
const runtime1 = "cloudfront-js-1.0"

// The kinds of failure.
var (
	ErrUnsupported = errors.New("unsupported CloudFront function") // refused by Compile
	ErrFailed      = errors.New("failed CloudFront function")      // threw an error or ran out of time
	ErrInvalid     = errors.New("invalid result of a CloudFront function")
)

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
	budgets  [2]time.Duration
	stores   []Store
}

//go:embed prelude.js
var preludeSource string

// Compile checks a function's code and compiles it. An error's kind is
// ErrUnsupported.
func Compile(name, runtime, code string, stores []Store) (*Function, error) {
	f := &Function{name: name, runtime: runtime, budgets: budgets, stores: stores}
	if len(code) > maxCode {
		return nil, f.fail(ErrUnsupported, fmt.Errorf("its code has %d bytes, more than %d", len(code), maxCode))
	}
	err := checkSyntax(code, runtime)
	if err == nil {
		err = f.within(&call{function: f}, func(g *guest) (err error) {
			f.bytecode, err = g.compile(code+publish, name)
			return err
		})
	}
	if err != nil {
		return nil, f.fail(ErrUnsupported, err)
	}
	return f, nil
}

func (f *Function) fail(kind, err error) error {
	return &fault.Error{Kind: kind, Where: "CloudFront function " + f.name, What: err.Error()}
}

// Run calls the function's handler at a given time. log receives what the
// function writes to its console. An error's kind is ErrFailed or ErrInvalid.
func (f *Function) Run(e Event, now time.Time, log func(string)) (Result, error) {
	event, err := e.json()
	if err != nil {
		return Result{}, f.fail(ErrFailed, err)
	}
	c := &call{function: f, now: now}
	var text string
	err = f.within(c, func(g *guest) (err error) {
		c.lines, c.logged = nil, 0
		text, err = g.run(f.bytecode, prepared(f.runtime).handle, string(event))
		return err
	})
	for _, line := range c.lines {
		log(line)
	}
	if err != nil {
		return Result{}, f.fail(ErrFailed, err)
	}
	r, err := parseResult(text)
	if err == nil {
		err = e.validate(r)
	}
	if err != nil {
		return Result{}, f.fail(ErrInvalid, err)
	}
	// The event has parameters by name. Unchanged ones keep the viewer's order.
	if q := r.Request; q != nil && reflect.DeepEqual(valueMap(q.Query), valueMap(e.Request.Query)) {
		q.Query = e.Request.Query
	}
	return r, nil
}

// within gives do an instance of the engine, for as long as the function's
// budgets.
func (f *Function) within(c *call, do func(*guest) error) error {
	slots <- struct{}{}
	defer func() { <-slots }()
	err := currentEngine().within(f.budgets[0], prepared(f.runtime), c, do)
	if err == errTime {
		err = compiled().within(f.budgets[1], prepared(f.runtime), c, do)
	}
	return err
}
