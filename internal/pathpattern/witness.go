package pathpattern

import (
	"slices"
	"strings"
)

// Witness finds a path that every pattern of match catches and none of miss
// does. Witness({a, b}, nil) proves that a and b overlap; that
// Witness({p}, earlier) finds nothing proves that p is never reached.
func Witness(match, miss []string) (path string, found bool) {
	// A path whose wildcards stand for something reads better than the
	// shortest one, so that is looked for first.
	filled := make([]string, len(match))
	for i, m := range match {
		filled[i] = strings.ReplaceAll(Canonical(m), "*", "?*")
	}
	if path, found = search(filled, miss); found {
		return path, true
	}
	return search(match, miss)
}

// search walks all patterns at once, breadth first, one character a step.
// A pattern's state is the set of its positions reached so far, so the walk is
// exact and ends: there are finitely many such sets.
func search(match, miss []string) (string, bool) {
	patterns := make([]string, 0, len(match)+len(miss))
	for _, p := range slices.Concat(match, miss) {
		patterns = append(patterns, Canonical(p))
	}
	letters := alphabet(patterns)
	start := make([]positions, len(patterns))
	for i, p := range patterns {
		start[i] = closure(p, make(positions, len(p)+1), 0)
	}
	type node struct {
		states []positions
		path   string
	}
	queue := []node{{start, ""}}
	seen := map[string]bool{key(start): true}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		if accepted(n.states, len(match)) {
			return n.path, true
		}
		for _, c := range letters {
			next := make([]positions, len(patterns))
			for i, p := range patterns {
				next[i] = step(p, n.states[i], c)
			}
			if dead(next[:len(match)]) || seen[key(next)] {
				continue
			}
			seen[key(next)] = true
			queue = append(queue, node{next, n.path + string(c)})
		}
	}
	return "", false
}

// positions[i] is 1 when the pattern's first i characters can be behind us.
type positions []byte

func closure(p string, set positions, i int) positions {
	set[i] = 1
	for ; i < len(p) && p[i] == '*'; i++ {
		set[i+1] = 1
	}
	return set
}

func step(p string, from positions, c byte) positions {
	to := make(positions, len(from))
	for i := range len(p) {
		switch {
		case from[i] == 0:
		case p[i] == '*':
			closure(p, to, i)
		case p[i] == '?' || p[i] == c:
			closure(p, to, i+1)
		}
	}
	return to
}

func accepted(states []positions, match int) bool {
	for i, s := range states {
		if (s[len(s)-1] == 1) != (i < match) {
			return false
		}
	}
	return true
}

func dead(states []positions) bool {
	return slices.ContainsFunc(states, func(s positions) bool { return !slices.Contains(s, 1) })
}

func key(states []positions) string {
	var b strings.Builder
	for _, s := range states {
		b.Write(s)
		b.WriteByte(2)
	}
	return b.String()
}

// alphabet is a letter that stands in no pattern, then every letter that does.
func alphabet(patterns []string) []byte {
	all := strings.Join(patterns, "")
	letters := []byte{}
	for _, c := range []byte("xyzabcdefghijklmnopqrstuvwXYZABCDEFGHIJKLMNOPQRSTUVW0123456789~_") {
		if strings.IndexByte(all, c) < 0 {
			letters = append(letters, c)
			break
		}
	}
	for _, c := range []byte(all) {
		if c != '*' && c != '?' && !slices.Contains(letters, c) {
			letters = append(letters, c)
		}
	}
	return letters
}
