package cffunction

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"
)

// guest is a running instance of the engine. It keeps the first error, a trap
// or the end of the context, after which every call does nothing.
type guest struct {
	ctx    context.Context
	module api.Module
	err    error
}

// errTime is the error of a function that exceeds its budget.
var errTime = errors.New("it did not end within its budget of time")

// guestError returns what an error of the WebAssembly runtime means.
func guestError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.As(err, new(*sys.ExitError)):
		return errTime
	default:
		return errors.New(firstLine(err)) // a trap's stack follows
	}
}

func (g *guest) call(name string, args ...uint64) uint64 {
	if g.err != nil {
		return 0
	}
	results, err := g.module.ExportedFunction(name).Call(g.ctx, args...)
	g.err = guestError(err)
	if len(results) == 0 {
		return 0
	}
	return uint64(uint32(results[0]))
}

// write copies data into the guest's memory, followed by a zero, and returns
// its address.
func (g *guest) write(data string) uint64 {
	data += "\x00"
	at := g.call("wasm_malloc", uint64(len(data)))
	if at == 0 || !g.module.Memory().WriteString(uint32(at), data) {
		g.fail(errors.New("out of memory"))
	}
	return at
}

func (g *guest) read(at uint64, size uint32) string {
	data, ok := g.module.Memory().Read(uint32(at), size)
	if !ok {
		g.fail(errors.New("out of bounds"))
	}
	return string(data)
}

func (g *guest) word(at uint64) uint32 {
	if word := g.read(at, 4); len(word) == 4 {
		return binary.LittleEndian.Uint32([]byte(word))
	}
	return 0
}

func (g *guest) fail(err error) {
	if g.err == nil {
		g.err = err
	}
}

const yes = 1 // as a parameter of the engine

// start creates the engine's runtime, with the host as its only function and its
// source of modules.
func (g *guest) start() {
	g.call("qjs_init")
	g.call("qjs_set_module_loader", yes)
	host := g.call("qjs_new_host_function", g.write("host"), uint64(len("host")), 0)
	g.call("qjs_set_prop_string", g.call("qjs_get_global"), g.write("host"), host)
}

// eval runs a script and returns its value, which may be an exception.
func (g *guest) eval(code, name string) uint64 {
	return g.call("qjs_eval", g.write(code), uint64(len(code)), g.write(name), 0)
}

// compile returns a module's bytecode.
func (g *guest) compile(code, name string) ([]byte, error) {
	size := g.write("0000")
	at := g.call("qjs_compile", g.write(code), uint64(len(code)), g.write(name), yes, 0, size)
	if g.err != nil {
		return nil, g.err
	}
	if at == 0 {
		return nil, errors.New(g.exception())
	}
	return []byte(g.read(at, g.word(size))), g.err
}

// run runs a module's bytecode, calls a function with one string, and returns
// the result of the function's promise.
func (g *guest) run(bytecode []byte, function uint64, arg string) (string, error) {
	module := g.call("qjs_eval_bytecode", g.write(string(bytecode)), uint64(len(bytecode)))
	if _, err := g.await(module); err != nil {
		return "", err
	}
	argv := g.write("0000")
	g.module.Memory().WriteUint32Le(uint32(argv), uint32(g.newString(arg)))
	result, err := g.await(g.call("qjs_call", function, g.call("qjs_get_undefined"), 1, argv))
	if err != nil {
		return "", err
	}
	return g.text(result), g.err
}

// await returns the value of a promise.
func (g *guest) await(promise uint64) (uint64, error) {
	if err := g.thrown(promise); err != nil {
		return 0, err
	}
	jobs := int32(g.call("qjs_execute_pending_job"))
	for g.err == nil && jobs > 0 {
		jobs = int32(g.call("qjs_execute_pending_job"))
	}
	if jobs < 0 {
		return 0, errors.New(g.exception())
	}
	state, result := g.call("qjs_promise_state", promise), g.call("qjs_promise_result", promise)
	switch {
	case g.err != nil:
		return 0, g.err
	case state == 0:
		return 0, errors.New("its promise never settles")
	case state == 2:
		return 0, errors.New(g.text(result))
	}
	return result, nil
}

func (g *guest) newString(s string) uint64 {
	return g.call("qjs_new_string", g.write(s), uint64(len(s)))
}

func (g *guest) text(value uint64) string {
	size := g.write("0000")
	at := g.call("qjs_get_string_len", value, size)
	if at == 0 {
		return "an error that has no text"
	}
	return g.read(at, g.word(size))
}

func (g *guest) exception() string { return g.text(g.call("qjs_get_exception")) }

// thrown returns the guest's error, or the exception in value.
func (g *guest) thrown(value uint64) error {
	if g.call("qjs_is_exception", value) != 0 {
		return errors.New(g.exception())
	}
	return g.err
}

// cString returns the text at an address, which ends with a zero.
func (g *guest) cString(at uint64) string {
	memory := g.module.Memory()
	rest, _ := memory.Read(uint32(at), memory.Size()-uint32(at))
	text, _, _ := bytes.Cut(rest, []byte{0})
	return string(text)
}
