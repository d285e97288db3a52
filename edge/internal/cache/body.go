package cache

import (
	"context"
	"io"
	"math"
	"sync"
)

// Body is the content of a response. It may still grow while it is read:
// readers receive every byte as soon as the origin has sent it.
type Body struct {
	mu    sync.Mutex
	data  []byte
	end   error         // nil while it grows, io.EOF when it is complete, else why the origin broke off
	grown chan struct{} // closed when data or end changes
	rest  io.ReadCloser // what comes after data, for a single reader
	left  bool          // nobody is going to read rest
}

// NewBody returns a complete body with the given data, which it retains.
func NewBody(data []byte) *Body { return &Body{data: data, end: io.EOF} }

// Stream returns a body whose single reader reads it from src.
func Stream(src io.ReadCloser) *Body { return &Body{end: io.EOF, rest: src} }

// Fill reads src into the body until its end, closes src and returns how many
// bytes it had and that they are the whole. Once src has more than limit bytes,
// Fill stops: the body's single reader reads the rest from src.
func (b *Body) Fill(src io.ReadCloser, limit int64) (size int64, whole bool) {
	for buf := make([]byte, 32<<10); ; {
		n, err := src.Read(buf)
		size += int64(n)
		if size > limit {
			b.grow(buf[:n], io.EOF, src)
			return size, false
		}
		b.grow(buf[:n], err, nil)
		if err != nil {
			src.Close()
			return size, err == io.EOF
		}
	}
}

func (b *Body) grow(p []byte, end error, rest io.ReadCloser) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.data = append(b.data, p...)
	b.end, b.rest = end, rest
	if b.left {
		b.closeRest()
	}
	if b.grown != nil {
		close(b.grown)
		b.grown = nil
	}
}

// Expect allocates n bytes, so that the body grows without copying.
func (b *Body) Expect(n int64) { b.data = make([]byte, 0, n) }

// await waits until the body has more than off bytes or has ended.
func (b *Body) await(ctx context.Context, off int64) (data []byte, end error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.end == nil && int64(len(b.data)) <= off {
		if b.grown == nil {
			b.grown = make(chan struct{})
		}
		grown := b.grown
		b.mu.Unlock()
		select {
		case <-grown:
		case <-ctx.Done():
		}
		b.mu.Lock()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return b.data, b.end
}

// WriteTo writes n bytes from offset off to w as they arrive, or all until the
// end if n is negative. It calls flush after each piece that is not the last.
// The error is the origin's, w's or ctx's.
func (b *Body) WriteTo(ctx context.Context, w io.Writer, off, n int64, flush func()) error {
	if n < 0 {
		n = math.MaxInt64
	}
	for n != 0 {
		data, end := b.await(ctx, off)
		if int64(len(data)) <= off {
			if end == io.EOF {
				return b.writeRest(flushing{w, flush})
			}
			return end
		}
		piece := data[off:]
		piece = piece[:min(n, int64(len(piece)))]
		if _, err := w.Write(piece); err != nil {
			return err
		}
		off += int64(len(piece))
		n -= int64(len(piece))
		if end == nil {
			flush()
		}
	}
	return nil
}

func (b *Body) writeRest(w io.Writer) error {
	if b.rest == nil {
		return nil
	}
	_, err := io.Copy(w, b.rest)
	return err
}

// flushing hands on each piece as it comes: it may be an event that the viewer
// waits for.
type flushing struct {
	io.Writer
	flush func()
}

func (f flushing) Write(p []byte) (int, error) {
	defer f.flush()
	return f.Writer.Write(p)
}

// Leave ends the reading of a body.
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
