package verify

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// memory holds signatures that were found valid, in two generations: a full
// young one becomes the old one, whose entries are forgotten with the next. A
// nil one holds nothing.
type memory struct {
	size       int // of one generation
	mu         sync.RWMutex
	young, old map[[32]byte]struct{}
}

func newMemory(n int) *memory {
	return &memory{size: max(n/2, 1), young: map[[32]byte]struct{}{}}
}

// entry names what a signature is over and the signature, as they were sent,
// each with its length, so that no two different ones share a name.
func (m *memory) entry(d *Decision) (entry [32]byte) {
	if m == nil {
		return entry
	}
	p, expires, base := &d.parts, d.parts.expires, d.base
	if p.policy != "" { // which says all that a canned one says
		expires, base = "", ""
	}
	var buffer [2048]byte
	b := buffer[:0]
	for _, part := range [...]string{p.keyID, p.hash, p.signature, p.policy, expires, base} {
		b = append(binary.AppendUvarint(b, uint64(len(part))), part...)
	}
	return sha256.Sum256(b)
}

func (m *memory) has(entry [32]byte) bool {
	if m == nil {
		return false
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if _, ok := m.young[entry]; ok {
		return true
	}
	_, ok := m.old[entry]
	return ok
}

func (m *memory) add(entry [32]byte) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.young) >= m.size {
		m.young, m.old = make(map[[32]byte]struct{}, m.size), m.young
	}
	m.young[entry] = struct{}{}
}
