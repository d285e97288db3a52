package cffunction

import "time"

func (f *Function) SetBudgets(first, second time.Duration) {
	f.budgets = [2]time.Duration{first, second}
}

// CompiledIsUsed waits for the compiled engine and reports if calls use it.
func CompiledIsUsed() bool { return compiled() == currentEngine() }

// Idle returns the number of compiled instances that wait for a call.
func Idle() int { return len(compiled().idle) }
