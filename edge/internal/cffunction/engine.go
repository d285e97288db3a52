package cffunction

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
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

// newEngine panics only when the embedded module is broken.
func newEngine(config wazero.RuntimeConfig) *engine {
	ctx := context.Background()
	e := &engine{idle: make(chan api.Module, cap(slots))}
	e.runtime = wazero.NewRuntimeWithConfig(ctx, config.WithCloseOnContextDone(true).WithMemoryLimitPages(maxPages))
	var err error
	if e.module, err = e.runtime.CompileModule(ctx, quickjs); err != nil {
		panic(err)
	}
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
		if _, err := h.Instantiate(ctx); err != nil {
			panic(err)
		}
	}
	return e
}

// slots limit the number of instances that run at a time, and so their memory.
var slots = make(chan struct{}, runtime.GOMAXPROCS(0))

// use calls do with an instance in the state of the image. An instance that
// failed in the engine or has grown is not reused.
func (e *engine) use(ctx context.Context, i *image, do func(*guest) error) error {
	g := &guest{ctx: ctx}
	select {
	case g.module = <-e.idle:
	default:
		var err error
		config := wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize")
		if g.module, err = e.runtime.InstantiateModule(ctx, e.module, config); err != nil {
			return err
		}
	}
	err := i.restore(g.module.Memory())
	if err == nil {
		err = do(g)
	}
	if g.err != nil || !i.fits(g.module.Memory()) {
		_ = g.module.Close(context.Background()) // it has no resources but memory
		return err
	}
	select {
	case e.idle <- g.module:
	default:
	}
	return err
}

// image is the memory of an instance that has run the prelude, in which every
// call of a function begins.
type image struct {
	memory []byte
	run    uint64 // the prelude's function
}

var prepared = sync.OnceValue(func() *image {
	i := &image{}
	ctx := context.WithValue(context.Background(), callKey{}, &call{now: time.Unix(0, 0)})
	err := interpreted().use(ctx, i, func(g *guest) error {
		g.start()
		i.run = g.eval(preludeSource, "prelude.js")
		g.call("qjs_set_max_stack_size", stackLimit)
		g.call("qjs_set_memory_limit", g.call("qjs_get_allocated_size")+memoryLimit)
		g.call("wasm_free", g.call("wasm_malloc", heap))
		m := g.module.Memory()
		memory, _ := m.Read(0, m.Size())
		i.memory = bytes.Clone(memory)
		return g.thrown(i.run)
	})
	if err != nil {
		panic(err) // the prelude is part of the program
	}
	return i
})

func (i *image) fits(m api.Memory) bool { return int(m.Size()) == len(i.memory) }

func (i *image) restore(m api.Memory) error {
	missing := max(len(i.memory)-int(m.Size()), 0)
	if _, ok := m.Grow(uint32(missing) >> 16); !ok {
		return errors.New("no memory for the engine")
	}
	m.Write(0, i.memory)
	return nil
}
