package cffunction

import (
	"time"

	"github.com/tetratelabs/wazero"
)

func (f *Function) SetBudgets(first, second time.Duration) {
	f.budgets = [2]time.Duration{first, second}
}

// CompiledIsUsed waits for the compiled engine and reports if calls use it.
func CompiledIsUsed() bool { return compiled() == currentEngine() }

// LeavesInstance calls the handler in an engine of its own and reports whether
// that keeps the instance.
func (f *Function) LeavesInstance(budget time.Duration) bool {
	e := newEngine(wazero.NewRuntimeConfigInterpreter())
	i := prepared(f.runtime)
	_ = e.within(budget, i, &call{function: f}, func(g *guest) error {
		_, err := g.run(f.bytecode, i.handle, `{"request": {}}`)
		return err
	})
	return len(e.idle) == 1
}
