package cffunction

import "time"

func (f *Function) SetBudget(d time.Duration) { f.budget = d }
