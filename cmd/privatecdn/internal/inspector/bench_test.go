//go:build unix

package inspector_test

import (
	"bytes"
	"io"
	"net/http"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/inspector"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/edge/edgetest"
)

// BenchmarkUnwatched is what an inspector that nobody looks at adds to the
// processor's time for a signed object of 16 KiB from the cache, over HTTPS on
// loopback: the viewer's time counts too. Two edges take turns, 100 requests
// each, so that what else the machine does falls on both.
func BenchmarkUnwatched(b *testing.B) {
	content := fstest.MapFS{"a.bin": {Data: bytes.Repeat([]byte("x"), 16<<10)}}
	var ask [2]func()
	for i, onRequest := range []func(edge.Trace){nil, inspector.New().Add} {
		s := edgetest.NewServer(b, template, content, edgetest.WithEdge(func(o *edge.Options) { o.OnRequest = onRequest }))
		client, url := &http.Client{Transport: s.Client().Transport}, s.Signed("/a.bin")
		ask[i] = func() {
			response, err := client.Get(url)
			if err != nil {
				b.Fatal(err)
			}
			defer response.Body.Close()
			if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
				b.Fatal(response.Status, err)
			}
		}
		ask[i]()
	}
	var spent [2]time.Duration
	for b.Loop() {
		for i := range ask {
			before := processorTime(b)
			for range 100 {
				ask[i]()
			}
			spent[i] += processorTime(b) - before
		}
	}
	requests := float64(100 * b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(spent[0].Nanoseconds())/requests, "ns/request")
	b.ReportMetric(float64((spent[1]-spent[0]).Nanoseconds())/requests, "ns-more")
	b.ReportMetric(100*(float64(spent[1])/float64(spent[0])-1), "%-more")
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
