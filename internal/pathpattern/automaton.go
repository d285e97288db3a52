package pathpattern

import "slices"

// automaton is a pattern's deterministic automaton, its states made as they
// are first reached. State 0 is the start. A pattern is canonical, so never
// empty.
type automaton struct {
	pattern string
	class   [256]uint8 // of a byte: 0 for all that do not stand in the pattern
	classes int
	states  []state
	index   map[string]int32 // of each state, by its positions
	next    []int32          // by state and class; 0, to which nothing leads back, until asked for
}

type state struct {
	set     string // of positions: a byte for each, reached if it can be behind us
	accepts bool
	settled bool // whatever comes: accepts stays as it is
}

const reached = 1

func newAutomaton(pattern string) *automaton {
	a := &automaton{pattern: pattern, classes: 1, index: map[string]int32{}}
	for _, c := range []byte(pattern) {
		if a.class[c] == 0 {
			a.class[c] = uint8(a.classes)
			a.classes++
		}
	}
	start := a.none()
	start[0] = reached
	a.add(start)
	return a
}

// none returns an empty set of positions.
func (a *automaton) none() []byte { return make([]byte, len(a.pattern)+1) }

// reach adds position i and those after it that need no character.
func (a *automaton) reach(set []byte, i int) {
	set[i] = reached
	for ; i < len(a.pattern) && a.pattern[i] == '*'; i++ {
		set[i+1] = reached
	}
}

// reduce drops the positions before the last star reached: whatever they would
// accept, that star accepts too. It keeps the automaton small.
func (a *automaton) reduce(set []byte) []byte {
	star := 0 // is the slash
	for i := range a.pattern {
		if set[i] == reached && a.pattern[i] == '*' {
			star = i
		}
	}
	for i := range star {
		set[i] = 0
	}
	return set
}

// add returns the state of positions.
func (a *automaton) add(set []byte) int32 {
	if s, ok := a.index[string(set)]; ok {
		return s
	}
	s := int32(len(a.states))
	last := len(a.pattern)
	always := a.pattern[last-1] == '*' && set[last-1] == reached
	a.states = append(a.states, state{set: string(set), accepts: set[last] == reached,
		settled: always || !slices.Contains(set, reached)})
	a.index[string(set)] = s
	a.next = append(a.next, make([]int32, a.classes)...)
	return s
}

// read follows characters from a state.
func (a *automaton) read(s int32, added string) int32 {
	for _, c := range []byte(added) {
		at := int(s)*a.classes + int(a.class[c])
		if a.next[at] == 0 {
			a.next[at] = a.add(a.after(s, c))
		}
		s = a.next[at]
	}
	return s
}

// after returns the positions after a character.
func (a *automaton) after(s int32, c byte) []byte {
	from, to := a.states[s].set, a.none()
	for p := range a.pattern {
		switch {
		case from[p] != reached:
		case a.pattern[p] == '*':
			a.reach(to, p)
		case a.pattern[p] == '?' || a.pattern[p] == c:
			a.reach(to, p+1)
		}
	}
	return a.reduce(to)
}
