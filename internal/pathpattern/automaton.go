package pathpattern

import (
	"math"
	"strings"
)

// automaton is a pattern's deterministic automaton, its states made as they
// are first reached. State 0 is the start.
type automaton struct {
	pattern string
	states  []string // a set of positions: a byte of 1 for each that can be behind us
	index   map[string]uint16
	next    [][]int32 // by state and letter; unknown until asked for
}

const unknown = -1

func newAutomaton(pattern string, letters int) *automaton {
	a := &automaton{pattern: pattern, index: map[string]uint16{}}
	start := make([]byte, len(pattern)+1)
	a.reach(start, 0)
	a.add(a.reduce(start), letters)
	return a
}

// reach adds position i and those after it that need no character.
func (a *automaton) reach(set []byte, i int) {
	set[i] = 1
	for ; i < len(a.pattern) && a.pattern[i] == '*'; i++ {
		set[i+1] = 1
	}
}

// reduce drops the positions before the last star reached: whatever they would
// accept, that star accepts too. It keeps the automaton small.
func (a *automaton) reduce(set []byte) []byte {
	star := -1
	for i := range a.pattern {
		if set[i] == 1 && a.pattern[i] == '*' {
			star = i
		}
	}
	for i := range star {
		set[i] = 0
	}
	return set
}

func (a *automaton) add(set []byte, letters int) (uint16, bool) {
	if s, ok := a.index[string(set)]; ok {
		return s, true
	}
	if len(a.states) > math.MaxUint16 {
		return 0, false
	}
	s := uint16(len(a.states))
	a.index[string(set)] = s
	a.states = append(a.states, string(set))
	row := make([]int32, letters)
	for i := range row {
		row[i] = unknown
	}
	a.next = append(a.next, row)
	return s, true
}

// step follows a letter, given both as number and as what it adds.
func (a *automaton) step(s uint16, letter int, added string) (uint16, bool) {
	if known := a.next[s][letter]; known != unknown {
		return uint16(known), true
	}
	t, ok := a.read(s, added)
	if ok {
		a.next[s][letter] = int32(t)
	}
	return t, ok
}

// read follows characters from a state.
func (a *automaton) read(s uint16, added string) (uint16, bool) {
	ok := true
	for i := 0; i < len(added) && ok; i++ {
		from, to := a.states[s], make([]byte, len(a.pattern)+1)
		for p := range a.pattern {
			switch {
			case from[p] == 0:
			case a.pattern[p] == '*':
				a.reach(to, p)
			case a.pattern[p] == '?' || a.pattern[p] == added[i]:
				a.reach(to, p+1)
			}
		}
		s, ok = a.add(a.reduce(to), len(a.next[s]))
	}
	return s, ok
}

func (a *automaton) accepts(s uint16) bool { return a.states[s][len(a.pattern)] == 1 }

// dead reports whether nothing can be accepted any more.
func (a *automaton) dead(s uint16) bool { return strings.IndexByte(a.states[s], 1) < 0 }

// always reports whether everything will be accepted from here on.
func (a *automaton) always(s uint16) bool {
	last := len(a.pattern) - 1
	return last >= 0 && a.pattern[last] == '*' && a.states[s][last] == 1
}
