package pathpattern

import (
	"bytes"
	"math"
)

// automaton is a pattern's deterministic automaton, its states made as they
// are first reached. State 0 is the start. A pattern is canonical, so never
// empty.
type automaton struct {
	pattern string
	class   [256]uint8 // of a byte: 0 for all that do not stand in the pattern
	classes int
	states  []state
	index   map[string]uint16 // of each state, by its positions
	next    []int32           // by state and class; unknown until asked for
}

const unknown = -1

type state struct {
	set     string // of positions: a byte of 1 for each that can be behind us
	accepts bool
	dead    bool // nothing can be accepted any more
	always  bool // everything will be accepted from here on
}

func newAutomaton(pattern string) *automaton {
	a := &automaton{pattern: pattern, classes: 1, index: map[string]uint16{}}
	for _, c := range []byte(pattern) {
		if a.class[c] == 0 {
			a.class[c] = uint8(a.classes)
			a.classes++
		}
	}
	start := make([]byte, len(pattern)+1)
	a.reach(start, 0)
	a.add(a.reduce(start))
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

func (a *automaton) add(set []byte) (uint16, bool) {
	if s, ok := a.index[string(set)]; ok {
		return s, true
	}
	if len(a.states) > math.MaxUint16 {
		return 0, false
	}
	s := uint16(len(a.states))
	last := len(a.pattern)
	a.states = append(a.states, state{set: string(set), accepts: set[last] == 1, dead: bytes.IndexByte(set, 1) < 0,
		always: a.pattern[last-1] == '*' && set[last-1] == 1})
	a.index[string(set)] = s
	for range a.classes {
		a.next = append(a.next, unknown)
	}
	return s, true
}

// read follows characters from a state.
func (a *automaton) read(s uint16, added string) (uint16, bool) {
	for _, c := range []byte(added) {
		at := int(s)*a.classes + int(a.class[c])
		if a.next[at] == unknown {
			next, ok := a.add(a.after(s, c))
			if !ok {
				return 0, false
			}
			a.next[at] = int32(next)
		}
		s = uint16(a.next[at])
	}
	return s, true
}

// after returns the positions after a character.
func (a *automaton) after(s uint16, c byte) []byte {
	from, to := a.states[s].set, make([]byte, len(a.pattern)+1)
	for p := range a.pattern {
		switch {
		case from[p] == 0:
		case a.pattern[p] == '*':
			a.reach(to, p)
		case a.pattern[p] == '?' || a.pattern[p] == c:
			a.reach(to, p+1)
		}
	}
	return a.reduce(to)
}
