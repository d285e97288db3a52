package verify

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"

	"example.com/privatecdn/signer/policy"
)

// memory holds the policies of signatures that were found valid, in two
// generations: a full young one becomes the old one, whose entries are
// forgotten with the next. A canned policy is held without its resource.
type memory struct {
	size       int // of one generation
	mu         sync.RWMutex
	young, old map[name]policy.Policy
}

func newMemory(n int) *memory {
	return &memory{size: n / 2, young: map[name]policy.Policy{}}
}

// name stands for all that a signature was checked with: the key, the hash, the
// policy as it came and the signature, each with its length, so that no two
// different ones share a name.
type name [sha256.Size]byte

func (d *Decision) name() name {
	p, canned := &d.parts, ""
	if p.policy == "" {
		canned = d.base
	}
	var buffer [1024]byte
	b := buffer[:0]
	for _, s := range [...]string{p.keyID, p.hash, p.policy, p.expires, canned, p.signature} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	return sha256.Sum256(b)
}

func (m *memory) get(n name) (policy.Policy, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	p, ok := m.young[n]
	if !ok {
		p, ok = m.old[n]
	}
	return p, ok
}

func (m *memory) add(n name, p policy.Policy) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.young) >= m.size {
		m.young, m.old = map[name]policy.Policy{}, m.young
	}
	m.young[n] = p
}
