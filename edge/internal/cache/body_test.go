package cache_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"example.com/privatecdn/edge/internal/cache"
)

func TestBodyGrows(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte("abc"), 50_000)
	b := &cache.Body{}
	r, w := io.Pipe()
	var wg sync.WaitGroup
	for _, part := range [][2]int64{{0, -1}, {0, 10}, {100_000, 5}, {149_999, -1}, {5, 0}} {
		wg.Go(func() {
			var got bytes.Buffer
			if err := b.WriteTo(context.Background(), &got, part[0], part[1], func() {}); err != nil {
				t.Error(err)
			}
			end := int64(len(want))
			if part[1] >= 0 {
				end = part[0] + part[1]
			}
			if !bytes.Equal(got.Bytes(), want[part[0]:end]) {
				t.Errorf("from %d: %d bytes", part[0], got.Len())
			}
		})
	}
	wg.Go(func() {
		b.Expect(int64(len(want)))
		if size, whole := b.Fill(r, int64(len(want))); size != int64(len(want)) || !whole {
			t.Errorf("Fill read %d bytes, the whole: %v", size, whole)
		}
	})
	for piece := want; len(piece) > 0; {
		n := min(len(piece), 7777)
		if _, err := w.Write(piece[:n]); err != nil {
			t.Fatal(err)
		}
		piece = piece[n:]
	}
	w.Close()
	wg.Wait()
}

func TestBodyBreaksOff(t *testing.T) {
	t.Parallel()
	b := &cache.Body{}
	broken := errors.New("broken")
	src := &closeCounter{Reader: io.MultiReader(strings.NewReader("part"), iotest.ErrReader(broken))}
	if size, whole := b.Fill(src, 100); size != 4 || whole || src.closed != 1 {
		t.Fatalf("Fill read %d bytes, the whole: %v, and closed the source %d times", size, whole, src.closed)
	}
	var got bytes.Buffer
	if err := b.WriteTo(context.Background(), &got, 0, -1, func() {}); !errors.Is(err, broken) || got.String() != "part" {
		t.Errorf("reading gave %q, %v", got.String(), err)
	}
}

func TestBodySpills(t *testing.T) {
	t.Parallel()
	b := &cache.Body{}
	src := &closeCounter{Reader: strings.NewReader(strings.Repeat("x", 100_000))}
	if _, whole := b.Fill(src, 1000); whole || src.closed != 0 {
		t.Fatalf("Fill read the whole: %v, and closed the source %d times", whole, src.closed)
	}
	var got bytes.Buffer
	if err := b.WriteTo(context.Background(), &got, 0, -1, func() {}); err != nil || got.Len() != 100_000 {
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
	b.Leave()
	if src.closed == 0 {
		t.Error("the source is left open")
	}

	left := &cache.Body{}
	left.Leave() // before the body is found too large
	src = &closeCounter{Reader: strings.NewReader(strings.Repeat("x", 100_000))}
	left.Fill(src, 1000)
	if src.closed == 0 {
		t.Error("the source of a body that nobody reads is left open")
	}
}

// What follows a spilled body may break off, too.
func TestBodyBreaksOffAfterSpilling(t *testing.T) {
	t.Parallel()
	b, broken := &cache.Body{}, errors.New("broken")
	src := io.MultiReader(strings.NewReader("0123456789"), iotest.ErrReader(broken))
	if _, whole := b.Fill(io.NopCloser(src), 9); whole {
		t.Fatal("Fill read the whole")
	}
	if err := b.WriteTo(context.Background(), io.Discard, 0, -1, func() {}); !errors.Is(err, broken) {
		t.Errorf("WriteTo gave %v", err)
	}
}

// Nothing is written before there is something, and whoever waits for it may
// give up.
func TestBodyWaits(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, w := io.Pipe()
	r.Close() // whatever is written fails
	err := (&cache.Body{}).WriteTo(ctx, w, 0, -1, func() { t.Error("nothing is flushed") })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("WriteTo gave %v", err)
	}
}

// A reader has each piece, flushed, before the origin has sent the next.
func TestBodyArrivesPieceByPiece(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	b, flushed := &cache.Body{}, make(chan struct{})
	fromOrigin, origin := io.Pipe()
	viewer, toViewer := io.Pipe()
	defer viewer.Close()
	go func() { b.Fill(fromOrigin, 100) }()
	go func() {
		toViewer.CloseWithError(b.WriteTo(ctx, toViewer, 0, -1, func() {
			select {
			case flushed <- struct{}{}:
			case <-ctx.Done():
			}
		}))
	}()
	for _, piece := range []string{"first", "second"} {
		_, _ = io.WriteString(origin, piece)
		got := make([]byte, len(piece))
		if _, err := io.ReadFull(viewer, got); err != nil || string(got) != piece {
			t.Fatalf("%q arrived as %q: %v", piece, got, err)
		}
		select {
		case <-flushed:
		case <-ctx.Done():
			t.Fatalf("%q is not flushed", piece)
		}
	}
	origin.Close()
	if rest, err := io.ReadAll(viewer); err != nil || len(rest) > 0 {
		t.Errorf("%q follows: %v", rest, err)
	}
}

func TestCompleteBody(t *testing.T) {
	t.Parallel()
	b := cache.NewBody([]byte("abc"))
	var got strings.Builder
	err := b.WriteTo(context.Background(), &got, 1, 1, func() { t.Error("a complete body is flushed") })
	if err != nil || got.String() != "b" {
		t.Errorf("WriteTo gave %q, %v", got.String(), err)
	}
}

type closeCounter struct {
	io.Reader
	closed int
}

func (c *closeCounter) Close() error { c.closed++; return nil }
