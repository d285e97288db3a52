package cli

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

// Terminal says how a stream wants its output. The zero Terminal is a file or a
// pipe.
type Terminal struct {
	Live  bool // a person is watching
	Color bool
	Width int // columns; 0 where a line may have any length
}

// TerminalOf returns how f wants its output. NO_COLOR and COLUMNS are heeded:
// https://no-color.org/
func TerminalOf(f *os.File) Terminal {
	t := Terminal{Live: term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"}
	t.Color = t.Live && os.Getenv("NO_COLOR") == ""
	if t.Live {
		t.Width, _, _ = term.GetSize(int(f.Fd())) // 0 where it has none
	}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		t.Width = columns
	}
	return t
}

const (
	Green = "32"
	Red   = "31"
)

// Row returns cells as a line of columns that are at least widths wide, the first
// in a color where there are any. Where the terminal is too narrow for it the last
// cell goes below the others.
func (t Terminal) Row(color string, widths []int, cells ...string) string {
	head, last := "", cells[len(cells)-1]
	for i, cell := range cells[:len(cells)-1] {
		head += fmt.Sprintf("%-*s  ", widths[i], cell)
	}
	row := strings.TrimRight(head+last, " ")
	if t.Width > 0 && utf8.RuneCountInString(row) > t.Width {
		if head = strings.TrimRight(head, " "); utf8.RuneCountInString(head) > t.Width {
			head = t.Wrap(head, "")
		}
		row = strings.TrimPrefix(head+"\n", "\n") + t.Wrap(last, "    ")
	}
	if t.Color && color != "" {
		row = "\x1b[" + color + "m" + cells[0] + "\x1b[m" + strings.TrimPrefix(row, cells[0])
	}
	return row
}

// Wrap returns text broken between words where the terminal, which has a width,
// ends, each line after indent. A word longer than a line stays in one piece.
func (t Terminal) Wrap(text, indent string) string {
	wrapped, column := "", 0
	for word := range strings.FieldsSeq(text) {
		length := utf8.RuneCountInString(word)
		if wrapped != "" && column+1+length <= t.Width {
			wrapped, column = wrapped+" "+word, column+1+length
		} else {
			wrapped, column = wrapped+"\n"+indent+word, len(indent)+length
		}
	}
	return strings.TrimPrefix(wrapped, "\n")
}

// Step writes what is being done to w. Until done is called, a terminal shows
// for how many seconds so far.
func (t Terminal) Step(w io.Writer, what string) (done func()) {
	if !t.Live {
		fmt.Fprintln(w, what)
		return func() {}
	}
	fmt.Fprint(w, what)
	stop, started := make(chan struct{}), time.Now()
	var shown sync.WaitGroup
	shown.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for last := ""; ; {
			select {
			case <-tick.C: // over what it said before: the line itself may have been wrapped
				fmt.Fprint(w, strings.Repeat("\b", len(last)))
				last = fmt.Sprintf(" %d s", int(time.Since(started).Seconds()))
				fmt.Fprint(w, last)
			case <-stop:
				fmt.Fprintln(w)
				return
			}
		}
	})
	return sync.OnceFunc(func() { close(stop); shown.Wait() })
}
