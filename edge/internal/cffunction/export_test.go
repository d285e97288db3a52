package cffunction

import "time"

func (f *Function) SetBudget(d time.Duration) { f.budget = d }

// CompiledIsUsed waits for the compiled engine and reports if calls use it.
func CompiledIsUsed() bool { return compiled() == currentEngine() }
