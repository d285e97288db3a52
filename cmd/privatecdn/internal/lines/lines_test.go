package lines_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/lines"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
)

func upper(s string) (string, error) { return strings.ToUpper(s), nil }

// TestLines holds what comes out for every way lines can end.
func TestLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", lines.MaxLine)
	for _, test := range []struct{ name, in, out string }{
		{"nothing", "", ""},
		{"one", "a\n", "A\n"},
		{"no end", "a\nb", "A\nB\n"},
		{"CRLF", "a\r\nb\r\n", "A\nB\n"},
		{"empty lines", "\n\na\n", "\n\nA\n"},
		{"longest", long + "\r\n" + long, strings.ToUpper(long) + "\n" + strings.ToUpper(long) + "\n"},
	} {
		for name, reader := range map[string]io.Reader{
			"whole": strings.NewReader(test.in), "bytes": iotest.OneByteReader(strings.NewReader(test.in)),
			"half": iotest.DataErrReader(strings.NewReader(test.in)),
		} {
			var out bytes.Buffer
			if err := lines.Lines(t.Context(), &out, reader, upper); err != nil || out.String() != test.out {
				t.Errorf("%s, %s: %.40q, %v", test.name, name, out.String(), err)
			}
		}
	}
}

// TestOrder holds that answers keep the order of the questions however long
// each takes, and that all cores answer.
func TestOrder(t *testing.T) {
	t.Parallel()
	const n = 20000
	var in, want strings.Builder
	for i := range n {
		fmt.Fprintln(&in, i)
		fmt.Fprintln(&want, "-", i)
	}
	var running, most atomic.Int32
	var out bytes.Buffer
	err := lines.Lines(t.Context(), &out, strings.NewReader(in.String()), func(s string) (string, error) {
		now := running.Add(1)
		defer running.Add(-1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		if len(s) == 3 {
			time.Sleep(50 * time.Microsecond)
		}
		return "- " + s, nil
	})
	if err != nil || out.String() != want.String() {
		t.Errorf("out of order: %v", err)
	}
	if int(most.Load()) > runtime.GOMAXPROCS(0) {
		t.Errorf("%d at once", most.Load())
	}
}

// TestFails holds that the first line that fails ends the run and is named,
// that what came before it is written, and that nothing runs afterwards.
func TestFails(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	long := strings.Repeat("x", lines.MaxLine+1)
	for _, test := range []struct {
		name, in string
		line     int
		want     error
	}{
		{"first", "bad\n", 1, refused},
		{"later", strings.Repeat("a\n", 1000) + "bad\nbad\n" + strings.Repeat("a\n", 1000), 1001, refused},
		{"too long", "a\n" + long + "\n", 2, lines.ErrLineTooLong},
		{"too long at the end", "a\nb\n" + long, 3, lines.ErrLineTooLong},
	} {
		var out bytes.Buffer
		var after atomic.Bool
		err := lines.Lines(t.Context(), &out, strings.NewReader(test.in), func(s string) (string, error) {
			if after.Load() {
				t.Errorf("%s: asked after it returned", test.name)
			}
			if s == "bad" {
				return "", refused
			}
			return s, nil
		})
		after.Store(true)
		if !errors.Is(err, test.want) || !strings.HasPrefix(err.Error(), fmt.Sprintf("line %d: ", test.line)) {
			t.Errorf("%s: %v", test.name, err)
		}
		if got := strings.Count(out.String(), "\n"); got != test.line-1 {
			t.Errorf("%s: %d lines written, want %d", test.name, got, test.line-1)
		}
	}
}

// broken is a writer that has no reader any more.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestEnds holds that errors of either side and the context end the run.
func TestEnds(t *testing.T) {
	t.Parallel()
	failing := io.MultiReader(strings.NewReader("a\nb\n"), iotest.ErrReader(io.ErrUnexpectedEOF))
	var out bytes.Buffer
	if err := lines.Lines(t.Context(), &out, failing, upper); !errors.Is(err, io.ErrUnexpectedEOF) ||
		out.String() != "A\nB\n" {
		t.Errorf("reader: %q, %v", out.String(), err)
	}
	if err := lines.Lines(t.Context(), broken{}, strings.NewReader("a\nb\n"), upper); !errors.Is(
		err,
		io.ErrClosedPipe,
	) {
		t.Errorf("writer: %v", err)
	}
	silent, hold := io.Pipe()
	defer hold.Close()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if err := lines.Lines(ctx, io.Discard, silent, upper); !errors.Is(err, context.Canceled) {
		t.Errorf("context: %v", err)
	}
}

// TestLineByLine holds that each line is answered before the next is there.
func TestLineByLine(t *testing.T) {
	t.Parallel()
	in, ask := io.Pipe()
	answers, out := io.Pipe()
	var group sync.WaitGroup
	group.Go(func() {
		if err := lines.Lines(t.Context(), out, in, upper); err != nil {
			t.Error(err)
		}
		out.Close()
	})
	reader := bufio.NewReader(answers)
	for i := range 100 {
		fmt.Fprintf(ask, "line %d\n", i)
		if answer, err := reader.ReadString('\n'); err != nil || answer != fmt.Sprintf("LINE %d\n", i) {
			t.Fatalf("%q, %v", answer, err)
		}
	}
	ask.Close()
	group.Wait()
}

// many is n lines that are made as they are read, as many at a time as a file
// or a pipe gives.
type many struct{ n int }

func (m *many) Read(p []byte) (int, error) {
	const line = "https://d111111abcdef8.cloudfront.net/films/7/segment.ts\n"
	if m.n == 0 {
		return 0, io.EOF
	}
	read := 0
	for ; m.n > 0 && len(p)-read >= len(line); m.n-- {
		read += copy(p[read:], line)
	}
	return read, nil
}

// TestMemory holds that a long run takes no more memory than a short one.
func TestMemory(t *testing.T) {
	var peak uint64
	measure := func(n int) uint64 {
		peak = 0
		calls := 0
		var mu sync.Mutex
		err := lines.Lines(t.Context(), io.Discard, &many{n}, func(s string) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			if calls++; calls%10000 == 0 {
				var stats runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&stats)
				peak = max(peak, stats.HeapAlloc)
			}
			return s, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return peak
	}
	short, long := measure(20000), measure(200000)
	if long > short+4<<20 {
		t.Errorf("20,000 lines take %d bytes, 200,000 take %d", short, long)
	}
}

// BenchmarkLines stands beside BenchmarkRaw: signing lines against the raw
// signatures of all cores. Both give signatures a second.
func BenchmarkLines(b *testing.B) {
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		b.Fatal(err)
	}
	s, err := signer.New("K2JCJMDEHXQW5F", key)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	err = lines.Lines(b.Context(), io.Discard, &many{b.N}, func(url string) (string, error) {
		return s.URL(url, signer.Terms{For: time.Hour})
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "signatures/s")
}

func BenchmarkRaw(b *testing.B) {
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256(nil)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := ecdsa.SignASN1(rand.Reader, key.(*ecdsa.PrivateKey), digest[:]); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "signatures/s")
}

func ExampleLines() {
	ctx := context.Background()
	s, err := signer.Open(ctx, deployment.File(".privatecdn/deployment.json"))
	if err != nil {
		log.Fatal(err)
	}
	err = lines.Lines(ctx, os.Stdout, os.Stdin, func(url string) (string, error) {
		return s.URL(url, signer.Terms{For: time.Hour})
	})
	if err != nil {
		log.Fatal(err)
	}
}
