package pathpattern

import (
	"encoding/binary"
	"slices"
	"strings"
)

// A tape is one spelling of a path, with the patterns that must catch it and
// those that must not.
type tape struct {
	match, miss []string
	start       string // what the path begins with
}

// A letter is one step of a search: what it adds to the first tape and what to
// the second.
type letter [2]string

// search walks the automata of both tapes at once, breadth first, one letter a
// step. There are finitely many states, so it is exact and ends.
func (f *Finder) search(first, second tape, letters []letter) (a, b string, found bool, err error) {
	w := newWalk(first, second, letters)
	type node struct {
		states []uint16
		from   int // index of the node before
		letter int
	}
	start, ok := w.begin([2]string{first.start, second.start})
	if !ok {
		return "", "", false, nil
	}
	if f.steps > maxAllSteps || f.undecided == maxUndecided {
		return "", "", false, ErrTooComplex
	}
	defer func() { f.steps += w.steps }()
	nodes := []node{{states: start, from: -1}}
	key := appendKey(nil, start)
	seen := map[string]bool{string(key): true}
	for i := 0; i < len(nodes); i++ {
		if w.accepts(nodes[i].states) {
			for ; i > 0; i = nodes[i].from {
				a, b = letters[nodes[i].letter][0]+a, letters[nodes[i].letter][1]+b
			}
			return first.start + a, second.start + b, true, nil
		}
		for l := range letters {
			next, ok := w.step(nodes[i].states, l)
			if !ok {
				continue
			}
			if key = appendKey(key[:0], next); !seen[string(key)] {
				seen[string(key)] = true
				nodes = append(nodes, node{slices.Clone(next), i, l})
			}
		}
		if len(nodes) > maxStates || w.steps > maxSteps {
			f.undecided++
			return "", "", false, ErrTooComplex
		}
	}
	return "", "", false, nil
}

func appendKey(b []byte, states []uint16) []byte {
	for _, s := range states {
		b = binary.LittleEndian.AppendUint16(b, s)
	}
	return b
}

// walk is the product of the patterns' automata and, for each tape, of the one
// that knows which paths are real; the states of these two are the last.
type walk struct {
	automata []*automaton
	tapes    []int  // of each automaton
	match    []bool // whether each must accept, or must not
	letters  []letter
	steps    int
	next     []uint16 // of the last step
}

func newWalk(first, second tape, letters []letter) *walk {
	w := &walk{letters: letters}
	for i, t := range []tape{first, second} {
		w.add(i, t.match, true)
		w.add(i, t.miss, false)
	}
	return w
}

func (w *walk) add(tape int, patterns []string, match bool) {
	for _, p := range patterns {
		w.automata = append(w.automata, newAutomaton(Canonical(p), len(w.letters)))
		w.tapes = append(w.tapes, tape)
		w.match = append(w.match, match)
	}
}

// begin returns the states after what each tape begins with.
func (w *walk) begin(starts [2]string) ([]uint16, bool) {
	states := make([]uint16, len(w.automata)+2)
	for i, a := range w.automata {
		s, ok := a.read(0, starts[w.tapes[i]])
		if !ok {
			return nil, false
		}
		states[i] = s
	}
	return states, w.stepReal(states, starts)
}

func (w *walk) accepts(states []uint16) bool {
	for i, a := range w.automata {
		if a.accepts(states[i]) != w.match[i] {
			return false
		}
	}
	last := len(w.automata)
	return complete(states[last]) && complete(states[last+1])
}

// step returns the states after a letter, valid until the next step. It reports
// false where no continuation can be a witness.
func (w *walk) step(states []uint16, l int) ([]uint16, bool) {
	w.next = append(w.next[:0], states...)
	next := w.next
	if !w.stepReal(next, w.letters[l]) {
		return nil, false
	}
	for i, a := range w.automata {
		w.steps++
		s, ok := a.step(states[i], l, w.letters[l][w.tapes[i]])
		if !ok || w.match[i] && a.dead(s) || !w.match[i] && a.always(s) {
			return nil, false
		}
		next[i] = s
	}
	return next, true
}

func (w *walk) stepReal(states []uint16, added [2]string) bool {
	for t, s := range added {
		state := &states[len(w.automata)+t]
		for _, c := range []byte(s) {
			next, ok := realStep(*state, c)
			if !ok {
				return false
			}
			*state = next
		}
	}
	return true
}

// singleLetters returns the letters of a path over patterns, the same on both
// tapes: a letter that stands in no pattern, then every letter that does and
// that a path may have.
func singleLetters(patterns []string) []letter {
	all := strings.Join(patterns, "")
	letters := []byte{fresh(all), '/'}
	add := func(c byte) {
		if strings.IndexByte(string(letters), c) < 0 {
			letters = append(letters, c)
		}
	}
	for _, c := range []byte(all) {
		if c > ' ' && c < 0x7f && strings.IndexByte("*?#", c) < 0 {
			add(c)
		}
		if c == '%' { // so that an escape can be completed
			add('2')
			add('F')
		}
	}
	pairs := make([]letter, len(letters))
	for i, c := range letters {
		pairs[i] = letter{string(c), string(c)}
	}
	return pairs
}

// fresh returns a letter that stands in none of the patterns, if there is one.
func fresh(patterns string) byte {
	const candidates = "xyzabcdefghijklmnopqrstuvwXYZABCDEFGHIJKLMNOPQRSTUVW0123456789~_-!"
	for _, c := range []byte(candidates) {
		if strings.IndexByte(patterns, c) < 0 {
			return c
		}
	}
	return candidates[0]
}
