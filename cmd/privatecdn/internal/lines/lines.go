// Package lines maps lines of text to lines: any number of them, in constant
// memory, on all cores, in order.
//
//	err := lines.Lines(ctx, os.Stdout, os.Stdin, func(url string) (string, error) {
//		return s.URL(url, signer.Terms{For: time.Hour}) // s is a *signer.Signer
//	})
package lines

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"example.com/privatecdn/internal/fault"
)

// MaxLine is the longest line that Lines accepts, in bytes: eight times the
// longest URL that CloudFront accepts.
const MaxLine = 64 << 10

// ErrLineTooLong is a line over MaxLine.
var ErrLineTooLong = errors.New("the line is too long to be a URL")

// failure returns err with its line, counted from 1.
func failure(line int, err error) error { return fmt.Errorf("line %d: %w", line, err) }

// Lines writes f(line) for every line of src to dst, one a line and in the
// same order. Lines end in LF or CRLF; the last one may lack it. Lines calls f
// from as many goroutines as there are cores, and never after it returns.
//
// The first line that fails ends the run with an error that says which, after the
// lines before it are written. The end of ctx ends it too. Lines writes the
// results of everything it has read before it waits for more, so that a program
// on the other side can go line by line. When Lines returns before src ends, a
// Read of src may still be running.
func Lines(ctx context.Context, dst io.Writer, src io.Reader, f func(string) (string, error)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches := make(chan *batch)
	go read(ctx, src, batches)
	for {
		select {
		case b := <-batches:
			if err := b.write(ctx, dst, f); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// batch is consecutive lines, as many as are buffered.
type batch struct {
	first int // the first line's number
	lines []string
	err   error // ends the run after these lines: io.EOF at the end of src
}

// write maps the lines on all cores, and writes the results up to the first error.
func (b *batch) write(ctx context.Context, dst io.Writer, f func(string) (string, error)) error {
	results, errs := make([]string, len(b.lines)), make([]error, len(b.lines))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(b.lines)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(b.lines)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				results[i], errs[i] = f(b.lines[i])
			}
		})
	}
	workers.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var out bytes.Buffer
	failed := b.err
	for i, result := range results {
		if errs[i] != nil {
			failed = failure(b.first+i, errs[i])
			break
		}
		out.WriteString(result + "\n")
	}
	if _, err := out.WriteTo(dst); err != nil {
		return err
	}
	return failed
}

// read splits src into batches, the last one with an error, until ctx ends.
func read(ctx context.Context, src io.Reader, batches chan<- *batch) {
	reader := bufio.NewReaderSize(src, MaxLine+len("\r\n"))
	for number, ended := 1, false; !ended; {
		b := &batch{first: number}
		b.fill(reader)
		number, ended = number+len(b.lines), b.err != nil
		select {
		case batches <- b:
		case <-ctx.Done():
			return
		}
	}
}

// fill reads lines until the next one is not buffered.
func (b *batch) fill(reader *bufio.Reader) {
	for b.err == nil && (len(b.lines) == 0 || ready(reader)) {
		var text []byte
		text, b.err = reader.ReadSlice('\n')
		line := bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
		if len(line) > MaxLine || errors.Is(b.err, bufio.ErrBufferFull) {
			b.err = failure(b.first+len(b.lines), fault.New(ErrLineTooLong, "give one URL a line"))
		} else if len(text) > 0 {
			b.lines = append(b.lines, string(line))
		}
	}
}

// ready reports whether a whole line is buffered.
func ready(reader *bufio.Reader) bool {
	buffered, _ := reader.Peek(reader.Buffered())
	return bytes.Contains(buffered, []byte("\n"))
}
