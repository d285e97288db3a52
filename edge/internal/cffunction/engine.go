package cffunction

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"runtime"
	"slices"
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
	heap        = memoryLimit + 1<<20
	stackLimit  = 128 << 10
	maxPages    = 96 // of 64 KiB: the engine's image with its heap, and what an event occupies outside
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
	compiling = sync.OnceFunc(func() { go compiled() })
	ready     atomic.Pointer[engine]
)

func currentEngine() *engine {
	if e := ready.Load(); e != nil {
		return e
	}
	compiling()
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
// call of a function begins. The free heap after it has undefined content.
type image struct {
	pages [][]byte // nil: all zero, as most of the stack is
	size  uint32   // of the memory with its free heap
	run   uint64   // the prelude's function
}

// page is the unit in which an image is restored.
const page = 4096

var prepared = sync.OnceValue(func() *image {
	i := &image{}
	ctx := context.WithValue(context.Background(), callKey{}, &call{now: time.Unix(0, 0)})
	err := interpreted().use(ctx, i, func(g *guest) error {
		g.start()
		i.run = g.eval(preludeSource, "prelude.js")
		g.call("qjs_set_max_stack_size", stackLimit)
		g.call("qjs_set_memory_limit", g.call("qjs_get_allocated_size")+memoryLimit)
		g.call("wasm_free", g.call("wasm_malloc", heap))
		i.keep(g.module.Memory())
		return g.thrown(i.run)
	})
	if err != nil {
		panic(err) // the prelude is part of the program
	}
	return i
})

func (i *image) keep(m api.Memory) {
	i.size = m.Size()
	memory, _ := m.Read(0, i.size)
	zero := make([]byte, page)
	used := 0
	for p := range slices.Chunk(memory, page) {
		if bytes.Equal(p, zero) {
			p = nil
		} else {
			used = len(i.pages) + 1
		}
		i.pages = append(i.pages, bytes.Clone(p))
	}
	i.pages = i.pages[:used]
}

func (i *image) fits(m api.Memory) bool { return m.Size() == i.size }

func (i *image) restore(m api.Memory) error {
	if missing := int(i.size) - int(m.Size()); missing > 0 {
		if _, ok := m.Grow(uint32(missing) >> 16); !ok {
			return errors.New("no memory for the engine")
		}
	}
	memory, _ := m.Read(0, i.size)
	for n, p := range i.pages {
		if at := memory[n*page:]; p == nil {
			clear(at[:page])
		} else {
			copy(at, p)
		}
	}
	return nil
}
