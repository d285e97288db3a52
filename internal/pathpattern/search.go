package pathpattern

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// A tape is one spelling of a path, with the patterns that must catch it and
// those that must not.
type tape struct {
	match, miss []string
	start       string // what the path begins with
}

type pair [2]tape

// A letter is one step of a search: what it adds to the first tape and what to
// the second.
type letter [2]string

// answer is the outcome of a search.
type answer struct {
	paths [2]string
	found bool
	err   error
}

// search finds a path for each tape, or remembers what it found before.
func (f *Finder) search(tapes pair) answer {
	id := fmt.Sprintf("%q", tapes)
	known, ok := f.answers[id]
	if !ok {
		if f.steps >= maxAllSteps {
			return answer{err: ErrTooComplex}
		}
		known = f.walk(tapes)
		if f.answers == nil {
			f.answers = map[string]answer{}
		}
		f.answers[id] = known
	}
	return known
}

// walk walks the automata of both tapes at once, breadth first, one letter a
// step. There are finitely many states, so it is exact and ends.
func (f *Finder) walk(tapes pair) answer {
	type node struct {
		from   int // index of the node before
		letter int
	}
	w := newWalk(tapes)
	start, ok := w.step(make([]int32, len(w.automata)+len(tapes)), letter{tapes[0].start, tapes[1].start})
	if !ok {
		return answer{}
	}
	nodes, states := []node{{}}, slices.Clone(start) // of all nodes, one after another
	var key []byte
	seen := map[string]bool{}
	for i := 0; i < len(nodes); i++ {
		steps := len(w.letters) * len(w.automata)
		f.steps += steps
		if i*steps >= maxSteps || len(nodes) >= maxStates {
			f.steps += maxAllSteps / maxUndecided
			return answer{err: ErrTooComplex}
		}
		at := states[i*len(start):][:len(start)]
		if w.accepts(at) {
			var a, b string
			for ; i > 0; i = nodes[i].from {
				a, b = w.letters[nodes[i].letter][0]+a, w.letters[nodes[i].letter][1]+b
			}
			return answer{paths: [2]string{tapes[0].start + a, tapes[1].start + b}, found: true}
		}
		for l, added := range w.letters {
			next, ok := w.step(at, added)
			if !ok {
				continue
			}
			if key = appendKey(key[:0], next); !seen[string(key)] {
				seen[string(key)] = true
				nodes, states = append(nodes, node{i, l}), append(states, next...)
			}
		}
	}
	return answer{}
}

func appendKey(b []byte, states []int32) []byte {
	for _, s := range states {
		b = binary.LittleEndian.AppendUint32(b, uint32(s))
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
	next     []int32 // of the last step
}

func newWalk(tapes pair) *walk {
	w := &walk{letters: letters(tapes)}
	for i, t := range tapes {
		for n, p := range slices.Concat(t.match, t.miss) {
			w.automata = append(w.automata, newAutomaton(Canonical(p)))
			w.tapes = append(w.tapes, i)
			w.match = append(w.match, n < len(t.match))
		}
	}
	return w
}

func (w *walk) accepts(states []int32) bool {
	for i, a := range w.automata {
		if a.states[states[i]].accepts != w.match[i] {
			return false
		}
	}
	last := len(w.automata)
	return complete(states[last]) && complete(states[last+1])
}

// step returns the states after a letter, valid until the next step. It reports
// false where no continuation can be a witness.
func (w *walk) step(states []int32, added letter) ([]int32, bool) {
	w.next = append(w.next[:0], states...)
	next := w.next
	if !w.stepReal(next, added) {
		return nil, false
	}
	for i, a := range w.automata {
		next[i] = a.read(states[i], added[w.tapes[i]])
		if s := a.states[next[i]]; s.settled && s.accepts != w.match[i] {
			return nil, false
		}
	}
	return next, true
}

func (w *walk) stepReal(states []int32, added letter) bool {
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

// letters returns what a path of tapes is made of: a letter that stands in no
// pattern, every letter that does and that a path may have, and, if there is a
// second tape, each reserved character with its escape. Of escapes that no
// pattern tells apart it returns one.
func letters(tapes pair) []letter {
	patterns := strings.Join(slices.Concat(tapes[0].match, tapes[0].miss, tapes[1].match, tapes[1].miss), "/")
	all := singleLetters(patterns)
	if len(tapes[1].match) == 0 {
		return all
	}
	var known [][3]byte
	for _, c := range []byte(reserved) {
		escape := fmt.Sprintf("%%%02X", c)
		told := [3]byte{c, escape[1], escape[2]}
		for i, b := range told {
			if !strings.Contains(patterns, string(b)) {
				told[i] = 0
			}
		}
		if !slices.Contains(known, told) {
			known = append(known, told)
			all = append(all, letter{escape, string(c)})
		}
	}
	return all
}

// reserved are the characters of a path that it may contain as they are and
// escaped, which is not the same path.
const reserved = "!\"$&'()*+,/:;<=>@[\\]^`{|}"

func singleLetters(patterns string) []letter {
	letters := []byte{fresh(patterns), '/'}
	if strings.Contains(patterns, "%") { // so that an escape can be completed
		patterns += hexDigits
	}
	for _, c := range []byte(patterns) {
		if c > ' ' && c < 0x7f && !strings.Contains("*?#", string(c)) && !slices.Contains(letters, c) {
			letters = append(letters, c)
		}
	}
	pairs := make([]letter, len(letters))
	for i, c := range letters {
		pairs[i] = letter{string(c), string(c)}
	}
	return pairs
}

// fresh returns a letter that stands in none of the patterns. The last one
// never does: in a pattern it is a wildcard.
func fresh(patterns string) byte {
	const candidates = "xyzabcdefghijklmnopqrstuvwXYZABCDEFGHIJKLMNOPQRSTUVW0123456789~_-!*"
	i := strings.IndexFunc(candidates, func(c rune) bool { return c == '*' || !strings.ContainsRune(patterns, c) })
	return candidates[i]
}
