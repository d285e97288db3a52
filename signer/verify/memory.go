package verify

import (
	"crypto"
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// memory holds signatures that were found valid, in two generations: a full
// young one becomes the old one, whose entries are forgotten with the next.
type memory struct {
	size       int // of one generation
	mu         sync.RWMutex
	young, old map[[32]byte]struct{}
}

func newMemory(n int) *memory {
	return &memory{size: max(n/2, 1), young: map[[32]byte]struct{}{}}
}

// entry names a key, a hash, a policy's bytes and a signature, each with its
// length, so that no two different ones share a name.
func (m *memory) entry(id string, hash crypto.Hash, text, signature []byte) [32]byte {
	var buffer [2048]byte
	b := binary.AppendUvarint(buffer[:0], uint64(hash))
	b = binary.AppendUvarint(b, uint64(len(id)))
	b = append(b, id...)
	b = binary.AppendUvarint(b, uint64(len(text)))
	b = append(b, text...)
	return sha256.Sum256(append(b, signature...))
}

func (m *memory) has(entry [32]byte) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if _, ok := m.young[entry]; ok {
		return true
	}
	_, ok := m.old[entry]
	return ok
}

func (m *memory) add(entry [32]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.young) >= m.size {
		m.young, m.old = make(map[[32]byte]struct{}, m.size), m.young
	}
	m.young[entry] = struct{}{}
}
