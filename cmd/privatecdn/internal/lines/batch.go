package lines

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
)

// A batch ends after so many lines or bytes: enough that handing it over costs
// nothing beside a signature.
const (
	batchLines = 64
	batchBytes = 64 << 10
)

// batch is some lines in a row, and what becomes of them.
type batch struct {
	first int // the first line's number
	lines []string
	bytes int
	out   bytes.Buffer
	err   error         // what ends the run after these lines
	done  chan struct{} // closed when out and err are final
}

// run answers the lines.
func (b *batch) run(ctx context.Context, f func(string) (string, error)) {
	defer close(b.done)
	for i, line := range b.lines {
		if ctx.Err() != nil {
			return
		}
		answer, err := f(line)
		if err != nil {
			b.err = &LineError{b.first + i, err}
			return
		}
		b.out.WriteString(answer)
		b.out.WriteByte('\n')
	}
}

// batches cuts src into batches until it ends or send fails. The last one
// says why there are no more.
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

// fill reads lines until the batch is full or the next one would have to be
// waited for, and reports whether there may be more.
func (b *batch) fill(reader *bufio.Reader) bool {
	for len(b.lines) < batchLines && b.bytes < batchBytes {
		if len(b.lines) > 0 && !ready(reader) {
			return true
		}
		text, err := reader.ReadSlice('\n')
		line := bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
		if len(line) > MaxLine || errors.Is(err, bufio.ErrBufferFull) {
			b.err = &LineError{b.first + len(b.lines), ErrLineTooLong}
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

// ready reports whether a whole line has been read already.
func ready(reader *bufio.Reader) bool {
	buffered, _ := reader.Peek(reader.Buffered())
	return bytes.IndexByte(buffered, '\n') >= 0
}
