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
	young, old map[[32]byte]policy.Policy
}

func newMemory(n int) *memory {
	return &memory{size: max(n/2, 1), young: map[[32]byte]policy.Policy{}}
}

// name stands for all that a signature was checked with: the key, the hash, the
// policy as it came and the signature, each with its length, so that no two
// different ones share a name.
func (d *Decision) name() [32]byte {
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

func (m *memory) get(name [32]byte) (policy.Policy, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	p, ok := m.young[name]
	if !ok {
		p, ok = m.old[name]
	}
	return p, ok
}

func (m *memory) add(name [32]byte, p policy.Policy) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.young) >= m.size {
		m.young, m.old = make(map[[32]byte]policy.Policy, m.size), m.young
	}
	m.young[name] = p
}
