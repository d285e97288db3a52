package pathpattern

import (
	"encoding/binary"
	"errors"
	"strings"
)

// ErrTooComplex says that patterns are too entangled to decide within a
// bounded time and space. Patterns that people write are far from it.
var ErrTooComplex = errors.New("the path patterns are too entangled to compare")

// maxStates bounds the states Find looks at.
const maxStates = 1 << 15

// Witness finds a path that every pattern of match catches and none of miss
// does. Witness({a, b}, nil) proves that a and b overlap; that
// Witness({p}, earlier) finds nothing proves that p is never reached. It is
// [Find] where ErrTooComplex counts as nothing found.
func Witness(match, miss []string) (path string, found bool) {
	path, found, _ = Find(match, miss)
	return path, found
}

// Find finds a path that every pattern of match catches and none of miss does.
// The path is one a viewer can send: it is in the form [Normalize] returns,
// and made of characters a URL may have. Where found is false and err nil
// there is no such path.
func Find(match, miss []string) (path string, found bool, err error) {
	return new(Finder).Find(match, miss)
}

// Finder finds paths as [Find] does and remembers what it learned about pairs
// of patterns, which makes many searches among the same patterns fast. The
// zero value is ready for use by one goroutine.
type Finder struct {
	overlap map[[2]string]bool // whether a path matches both
	within  map[[2]string]bool // whether all that match the first match the second
}

// Find is [Find].
func (f *Finder) Find(match, miss []string) (path string, found bool, err error) {
	path, found, err = preferred(match, nil)
	if err != nil || !found || !matchesAny(miss, path) {
		return path, found, err
	}
	var relevant []string
	for _, p := range miss {
		touches := true
		for _, m := range match {
			within, err := f.pair(&f.within, m, p)
			if err != nil || within {
				return "", false, err
			}
			overlap, err := f.pair(&f.overlap, m, p)
			if err != nil {
				return "", false, err
			}
			touches = touches && overlap
		}
		if touches {
			relevant = append(relevant, p)
		}
	}
	return preferred(match, relevant)
}

func matchesAny(patterns []string, path string) bool {
	for _, p := range patterns {
		if Match(p, path) {
			return true
		}
	}
	return false
}

// pair answers for the relation that known remembers.
func (f *Finder) pair(known *map[[2]string]bool, a, b string) (bool, error) {
	if holds, ok := (*known)[[2]string{a, b}]; ok {
		return holds, nil
	}
	var found bool
	var err error
	if known == &f.overlap {
		_, found, err = search([]string{a, b}, nil)
	} else {
		_, found, err = search([]string{a}, []string{b})
		found = !found
	}
	if err != nil {
		return false, err
	}
	if *known == nil {
		*known = map[[2]string]bool{}
	}
	(*known)[[2]string{a, b}] = found
	return found, nil
}

// preferred looks first for a path that reads better than the shortest one:
// its wildcards stand for something and its names do not start with a dot.
func preferred(match, miss []string) (path string, found bool, err error) {
	filled := make([]string, len(match))
	for i, m := range match {
		filled[i] = strings.ReplaceAll(Canonical(m), "*", "?*")
	}
	if path, found, err = search(filled, append([]string{"*/.*"}, miss...)); found || err != nil {
		return path, found, err
	}
	return search(match, miss)
}

// search walks the automata of all patterns at once, breadth first, one
// character a step. There are finitely many states, so it is exact and ends.
func search(match, miss []string) (path string, found bool, err error) {
	w := newWalk(match, miss)
	type node struct {
		states []uint16
		from   int // index of the node before
		letter byte
	}
	nodes := []node{{states: make([]uint16, len(w.automata)+1), from: -1}}
	seen := map[string]bool{}
	for i := 0; i < len(nodes); i++ {
		if w.accepts(nodes[i].states) {
			for ; i > 0; i = nodes[i].from {
				path = string(nodes[i].letter) + path
			}
			return path, true, nil
		}
		for letter := range w.letters {
			next, ok := w.step(nodes[i].states, letter)
			if !ok {
				continue
			}
			if k := key(next); !seen[k] {
				seen[k] = true
				nodes = append(nodes, node{next, i, w.letters[letter]})
			}
		}
		if len(nodes) > maxStates {
			return "", false, ErrTooComplex
		}
	}
	return "", false, nil
}

func key(states []uint16) string {
	b := make([]byte, 0, 2*len(states))
	for _, s := range states {
		b = binary.LittleEndian.AppendUint16(b, s)
	}
	return string(b)
}

// walk is the product of the patterns' automata and of the one that knows
// which paths are real, whose state is the last.
type walk struct {
	automata []*automaton
	match    int // how many of them must accept; the others must not
	letters  []byte
}

func newWalk(match, miss []string) *walk {
	w := &walk{match: len(match)}
	all := ""
	for _, p := range match {
		all += Canonical(p)
	}
	for _, p := range miss {
		all += Canonical(p)
	}
	w.letters = alphabet(all)
	for _, patterns := range [][]string{match, miss} {
		for _, p := range patterns {
			w.automata = append(w.automata, newAutomaton(Canonical(p), len(w.letters)))
		}
	}
	return w
}

func (w *walk) accepts(states []uint16) bool {
	for i, a := range w.automata {
		if a.accepts(states[i]) != (i < w.match) {
			return false
		}
	}
	return complete(states[len(w.automata)])
}

// step is false where no continuation can be a witness.
func (w *walk) step(states []uint16, letter int) ([]uint16, bool) {
	last := len(w.automata)
	real, ok := realStep(states[last], w.letters[letter])
	if !ok {
		return nil, false
	}
	next := make([]uint16, len(states))
	next[last] = real
	for i, a := range w.automata {
		s, ok := a.step(states[i], letter, w.letters[letter])
		if !ok || i < w.match && a.dead(s) || i >= w.match && a.always(s) {
			return nil, false
		}
		next[i] = s
	}
	return next, true
}

// alphabet is a letter that stands in no pattern, then every letter that does
// and that a path may have.
func alphabet(patterns string) []byte {
	var letters []byte
	add := func(c byte) {
		if strings.IndexByte(string(letters), c) < 0 {
			letters = append(letters, c)
		}
	}
	for _, c := range []byte("xyzabcdefghijklmnopqrstuvwXYZABCDEFGHIJKLMNOPQRSTUVW0123456789~_-!") {
		if strings.IndexByte(patterns, c) < 0 {
			add(c)
			break
		}
	}
	for _, c := range []byte(patterns) {
		if c > ' ' && c < 0x7f && strings.IndexByte("*?#", c) < 0 {
			add(c)
		}
		if c == '%' { // so that an escape can be completed
			add('2')
			add('F')
		}
	}
	return letters
}
