package cache

import (
	"context"
	"errors"
	"io"
	"math"
	"sync"
	"sync/atomic"
)

// ErrSpilled is the error for a body that is larger than what may be stored, so
// that only the request that fetched it can read it.
var ErrSpilled = errors.New("the body is larger than the cache keeps")

// Body is the content of an entry. It may still grow while it is read: readers
// receive every byte as soon as the origin has sent it.
type Body struct {
	complete atomic.Bool // data will not change any more

	mu    sync.Mutex
	data  []byte
	err   error         // why the origin broke off, once complete
	grown chan struct{} // closed when data or complete changes
	rest  io.ReadCloser // what comes after data, when the body was spilled
	left  bool          // nobody is going to read rest
}

// NewBody returns a complete body with the given data, which it retains.
func NewBody(data []byte) *Body {
	b := &Body{data: data}
	b.complete.Store(true)
	return b
}

// Fill reads src into the body until its end. If src has more than limit bytes,
// Fill stops and returns ErrSpilled: the body keeps what was read, and its
// single reader reads the rest from src. Fill closes src unless it returns
// ErrSpilled.
func (b *Body) Fill(src io.ReadCloser, limit int64) error {
	err := b.fill(src, limit)
	if !errors.Is(err, ErrSpilled) {
		src.Close()
	}
	return err
}

func (b *Body) fill(src io.ReadCloser, limit int64) error {
	buf := make([]byte, 32<<10)
	for size := int64(0); ; {
		n, err := src.Read(buf)
		size += int64(n)
		if size > limit {
			b.grow(buf[:n], true, nil, src)
			return ErrSpilled
		}
		if errors.Is(err, io.EOF) {
			b.grow(buf[:n], true, nil, nil)
			return nil
		}
		b.grow(buf[:n], err != nil, err, nil)
		if err != nil {
			return err
		}
	}
}

func (b *Body) grow(p []byte, complete bool, err error, rest io.ReadCloser) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.data = append(b.data, p...)
	b.err, b.rest = err, rest
	if b.left {
		b.closeRest()
	}
	b.complete.Store(complete)
	if b.grown != nil {
		close(b.grown)
		b.grown = nil
	}
}

// Expect allocates n bytes, so that the body grows without copying.
func (b *Body) Expect(n int64) { b.data = make([]byte, 0, n) }

// Bytes returns the whole content and true once the body is complete.
func (b *Body) Bytes() ([]byte, bool) {
	if !b.complete.Load() {
		return nil, false
	}
	return b.data, b.err == nil && b.rest == nil
}

// available waits until the body has more than off bytes or is complete.
func (b *Body) available(ctx context.Context, off int64) (data []byte, complete bool, err error) {
	for {
		b.mu.Lock()
		data, complete, err = b.data, b.complete.Load(), b.err
		if complete || int64(len(data)) > off {
			b.mu.Unlock()
			return data, complete, err
		}
		if b.grown == nil {
			b.grown = make(chan struct{})
		}
		grown := b.grown
		b.mu.Unlock()
		select {
		case <-grown:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
	}
}

// WriteTo writes n bytes from offset off to w as they arrive, or all until the
// end if n is negative. It calls flush after each piece of a body that is still
// growing. The error is the origin's, w's or ctx's.
func (b *Body) WriteTo(ctx context.Context, w io.Writer, off, n int64, flush func()) error {
	if n < 0 {
		n = math.MaxInt64
	}
	for n != 0 {
		data, complete, err := b.available(ctx, off)
		if err != nil && (ctx.Err() != nil || int64(len(data)) <= off) {
			return err
		}
		piece := data[min(off, int64(len(data))):]
		piece = piece[:min(n, int64(len(piece)))]
		if _, err := w.Write(piece); err != nil {
			return err
		}
		off += int64(len(piece))
		n -= int64(len(piece))
		if complete && err == nil && off >= int64(len(data)) {
			return b.writeRest(w)
		}
		if !complete {
			flush()
		}
	}
	return nil
}

// Leave ends the reading of a body that may spill.
func (b *Body) Leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = true
	b.closeRest()
}

func (b *Body) closeRest() {
	if b.rest != nil {
		b.rest.Close()
	}
}

func (b *Body) writeRest(w io.Writer) error {
	if b.rest == nil {
		return nil
	}
	_, err := io.Copy(w, b.rest)
	return err
}
