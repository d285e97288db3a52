package cffunction

import (
	"bytes"
	"context"
	_ "embed"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// quickjs is QuickJS-NG as a WebAssembly module: see quickjs/LICENSE. Its
// memory is bounded, and once a context is done WebAssembly stops at the next
// loop or call, so nothing that a function does can continue.
//
//go:embed quickjs/quickjs.wasm
var quickjs []byte

const (
	memoryLimit = 2 << 20 // CloudFront's limit, on top of what the engine and the prelude occupy
	heap        = 1 << 20 // is free at the beginning: most functions need no more
	stackLimit  = 128 << 10
	maxPages    = 96 // of 64 KiB: the engine's image with its limit, and what an event occupies outside
)

// engine is QuickJS in one of wazero's two execution modes, with idle
// instances.
type engine struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
	idle    chan api.Module
}

// interpreted is ready after 50 ms; compiled takes half a second, and runs ten
// times as fast. The first calls are interpreted while another goroutine
// compiles.
var (
	interpreted = sync.OnceValue(func() *engine { return newEngine(wazero.NewRuntimeConfigInterpreter()) })
	compiled    = sync.OnceValue(func() *engine {
		e := newEngine(wazero.NewRuntimeConfig())
		ready.Store(e)
		return e
	})
	ready atomic.Pointer[engine]
)

func currentEngine() *engine {
	if e := ready.Load(); e != nil {
		return e
	}
	go compiled()
	return interpreted()
}

func newEngine(config wazero.RuntimeConfig) *engine {
	ctx := context.Background()
	e := &engine{idle: make(chan api.Module, cap(slots))}
	e.runtime = wazero.NewRuntimeWithConfig(ctx, config.WithCloseOnContextDone(true).WithMemoryLimitPages(maxPages))
	e.module = must(e.runtime.CompileModule(ctx, quickjs))
	hosts := map[string]wazero.HostModuleBuilder{}
	for _, f := range e.module.ImportedFunctions() {
		module, name, _ := f.Import()
		if hosts[module] == nil {
			hosts[module] = e.runtime.NewHostModuleBuilder(module)
		}
		hosts[module].NewFunctionBuilder().
			WithGoModuleFunction(hostFunction(name), f.ParamTypes(), f.ResultTypes()).Export(name)
	}
	for _, h := range hosts {
		must(h.Instantiate(ctx))
	}
	return e
}

// must panics only when what is embedded in the program is broken.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// slots limit the number of instances that run at a time, and so their memory.
var slots = make(chan struct{}, runtime.GOMAXPROCS(0))

// within calls do, for at most a budget of time, with an instance in the state of
// the image. An instance that failed in the engine or has grown is not reused.
func (e *engine) within(budget time.Duration, i *image, c *call, do func(*guest) error) error {
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), callKey{}, c), budget)
	defer cancel()
	g := &guest{ctx: ctx}
	select {
	case g.module = <-e.idle:
	default:
		if g.module, g.err = e.instantiate(ctx); g.err != nil {
			return guestError(g.err)
		}
	}
	i.restore(g.module.Memory())
	err := do(g)
	if g.err == nil && int(g.module.Memory().Size()) == len(i.memory) {
		select {
		case e.idle <- g.module:
			return err
		default:
		}
	}
	_ = g.module.Close(context.Background()) // it has no resources but memory
	return err
}

func (e *engine) instantiate(ctx context.Context) (api.Module, error) {
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize")
	return e.runtime.InstantiateModule(ctx, e.module, config)
}

// image is the memory of an instance that has run the prelude, in which every
// call of a function begins.
type image struct {
	memory []byte
	handle uint64 // the prelude's function
}

var (
	image1 = sync.OnceValue(func() *image { return newImage(runtime1) })
	image2 = sync.OnceValue(func() *image { return newImage("cloudfront-js-2.0") })
)

// prepared returns the image of a runtime.
func prepared(runtime string) *image {
	if runtime == runtime1 {
		return image1()
	}
	return image2()
}

func newImage(runtime string) *image {
	c := &call{function: &Function{runtime: runtime}, now: time.Unix(0, 0)}
	g := &guest{ctx: context.WithValue(context.Background(), callKey{}, c)}
	g.module = must(interpreted().instantiate(g.ctx))
	defer g.module.Close(g.ctx)
	g.start()
	handle := g.eval(preludeSource, "prelude.js")
	g.call("qjs_set_max_stack_size", stackLimit)
	g.call("qjs_set_memory_limit", g.call("qjs_get_allocated_size")+memoryLimit)
	g.call("wasm_free", g.call("wasm_malloc", heap))
	memory, _ := g.module.Memory().Read(0, g.module.Memory().Size())
	return must(&image{bytes.Clone(memory), handle}, g.thrown(handle))
}

// restore gives an instance the image's memory, which is smaller than maxPages.
func (i *image) restore(m api.Memory) {
	size := int(m.Size())
	m.Grow(uint32(max(len(i.memory), size)-size) >> 16)
	m.Write(0, i.memory)
}
