// Package lines maps lines of text to lines: any number of them, in constant
// memory, on all cores, in order.
//
//	err := lines.Lines(ctx, os.Stdout, os.Stdin, func(url string) (string, error) {
//		return s.URL(url, signer.Terms{For: time.Hour}) // s is a *signer.Signer
//	})
package lines

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"example.com/privatecdn/internal/fault"
)

// MaxLine is the longest line that Lines accepts, in bytes: eight times the
// longest URL that CloudFront accepts.
const MaxLine = 64 << 10

// ErrLineTooLong is a line over MaxLine.
var ErrLineTooLong = errors.New("the line is too long to be a URL")

// failure returns err with its line, counted from 1.
func failure(line int, err error) error {
	return &fault.Error{
		Kind: err, Where: fmt.Sprintf("line %d", line), What: fault.Text(err.Error()), Remedy: fault.Hint(err),
	}
}

// Lines writes f(line) for every line of src to dst, one a line and in the
// same order. Lines end in LF or CRLF; the last one may lack it. Lines calls f
// from as many goroutines as there are cores, and never after it returns.
//
// The first line that fails ends the run with a *fault.Error that says which,
// after the lines before it are written. The end of ctx ends it too. Lines
// writes the results of everything it has read before it waits for more, so
// that a program on the other side can go line by line. When Lines returns
// before src ends, a Read of src may still be running.
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
			for b := next(ctx, work); b != nil; b = next(ctx, work) {
				b.run(ctx, f)
			}
		})
	}
	go func() {
		defer close(order)
		batches(src, func(b *batch) bool { return send(ctx, order, b) && send(ctx, work, b) })
	}()
	for b := next(ctx, order); b != nil; b = next(ctx, order) {
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
func send(ctx context.Context, c chan<- *batch, b *batch) bool {
	select {
	case c <- b:
		return true
	case <-ctx.Done():
		return false
	}
}

// next receives, nil once c is closed or ctx ends.
func next(ctx context.Context, c <-chan *batch) *batch {
	select {
	case b := <-c:
		return b
	case <-ctx.Done():
		return nil
	}
}
