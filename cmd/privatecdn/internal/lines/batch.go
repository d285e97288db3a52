package lines

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

	"example.com/privatecdn/internal/fault"
)

// Limits of a batch: large enough that passing it to another goroutine costs
// nothing beside a signature.
const (
	batchLines = 64
	batchBytes = 64 << 10
)

// batch is consecutive lines and their results.
type batch struct {
	first int // the first line's number
	lines []string
	bytes int
	out   bytes.Buffer
	err   error         // ends the run after these lines
	done  chan struct{} // closed when out and err are final
}

// run maps the lines.
func (b *batch) run(ctx context.Context, f func(string) (string, error)) {
	defer close(b.done)
	for i, line := range b.lines {
		if ctx.Err() != nil {
			return
		}
		result, err := f(line)
		if err != nil {
			b.err = failure(b.first+i, err)
			return
		}
		b.out.WriteString(result)
		b.out.WriteByte('\n')
	}
}

// batches splits src into batches until it ends or send fails. The last one
// has the error, if there is one.
func batches(src io.Reader, send func(*batch) bool) {
	reader := bufio.NewReaderSize(src, MaxLine+len("\r\n"))
	for number := 1; ; {
		b := &batch{first: number, done: make(chan struct{})}
		more := b.fill(reader)
		number += len(b.lines)
		if !send(b) || !more {
			return
		}
	}
}

// fill reads lines until the batch is full or the next line is not there yet,
// and reports whether there may be more.
func (b *batch) fill(reader *bufio.Reader) bool {
	for len(b.lines) < batchLines && b.bytes < batchBytes {
		if len(b.lines) > 0 && !ready(reader) {
			return true
		}
		text, err := reader.ReadSlice('\n')
		line := bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
		if len(line) > MaxLine || errors.Is(err, bufio.ErrBufferFull) {
			b.err = failure(b.first+len(b.lines), fault.New(ErrLineTooLong, "give one URL a line"))
			return false
		}
		if len(text) > 0 {
			b.lines = append(b.lines, string(line))
			b.bytes += len(text)
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				b.err = err
			}
			return false
		}
	}
	return true
}

// ready reports whether a whole line is buffered.
func ready(reader *bufio.Reader) bool {
	buffered, _ := reader.Peek(reader.Buffered())
	return bytes.IndexByte(buffered, '\n') >= 0
}
