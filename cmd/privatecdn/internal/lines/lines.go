// Package lines runs a function over lines of text: any number of them, in
// constant memory, on all cores, with the answers in the order of the
// questions.
//
//	err := bulk.Lines(ctx, os.Stdout, os.Stdin, func(url string) (string, error) {
//		return s.URL(url, signer.Terms{For: time.Hour}) // s is a *signer.Signer
//	})
package lines

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"sync"
)

// MaxLine is the longest line that is read, in bytes: eight times what
// CloudFront takes as a URL.
const MaxLine = 64 << 10

// ErrLineTooLong is a line over MaxLine.
var ErrLineTooLong = errors.New("the line is too long to be a URL: give one URL a line, of at most 65,536 bytes")

// LineError is the line that ended the run.
type LineError struct {
	Line int // counted from 1
	Err  error
}

// Error says which line and why.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns why.
func (e *LineError) Unwrap() error { return e.Err }

// Lines writes f(line) for every line of src to dst, one a line and in the
// same order. Lines end in LF or CRLF, the last one may lack it. f is called
// from as many goroutines as there are cores, and no longer once Lines
// returns.
//
// The first line that fails, as a *LineError, ends the run; what came before it
// is written. The end of ctx ends it too. What is read so far is answered
// before Lines waits for more, so that a program on the other side can ask
// line by line. When Lines returns before src ends, a Read of src may still be
// under way.
func Lines(ctx context.Context, dst io.Writer, src io.Reader, f func(string) (string, error)) error {
	ctx, cancel := context.WithCancel(ctx)
	cores := runtime.GOMAXPROCS(0)
	work := make(chan *batch, cores)
	order := make(chan *batch, 4*cores) // bounds what is in memory
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel()
	for range cores {
		workers.Go(func() {
			for b := range received(ctx, work) {
				b.run(ctx, f)
			}
		})
	}
	go func() {
		defer close(order)
		batches(src, func(b *batch) bool { return send(ctx, order, b) && send(ctx, work, b) })
	}()
	for b := range received(ctx, order) {
		select {
		case <-b.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if _, err := b.out.WriteTo(dst); err != nil {
			return err
		}
		if b.err != nil {
			return b.err
		}
	}
	return context.Cause(ctx)
}

// send sends unless ctx ends first.
func send[T any](ctx context.Context, c chan<- T, v T) bool {
	select {
	case c <- v:
		return true
	case <-ctx.Done():
		return false
	}
}

// received is what comes over c until that is closed or ctx ends.
func received[T any](ctx context.Context, c <-chan T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			select {
			case v, open := <-c:
				if !open || !yield(v) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}
