// Command benchload holds many connections to a server open while viewers read
// one object in ranges, for scripts/bench-memory.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	connections := flag.Int("connections", 10000, "connections kept open")
	viewers := flag.Int("viewers", 200, "viewers reading ranges")
	size := flag.Int64("size", 5<<30, "of the object")
	piece := flag.Int64("range", 4<<20, "bytes of a range")
	duration := flag.Duration("for", 10*time.Second, "how long they read")
	flag.Parse()
	u, err := url.Parse(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	idle := make([]net.Conn, *connections)
	for i := range idle {
		if idle[i], err = ask(u); err != nil {
			log.Fatalf("connection %d: %v", i, err)
		}
	}
	var read, failed atomic.Int64
	end := time.Now().Add(*duration)
	var wg sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: *viewers}}
	for range *viewers {
		wg.Go(func() {
			for time.Now().Before(end) {
				off := rand.Int64N(*size - *piece)
				n, err := readRange(client, u.String(), off, *piece)
				read.Add(n)
				if err != nil || n != *piece {
					failed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	fmt.Printf("%d connections open, %d viewers read %.1f GiB in ranges, %d failed\n", len(idle), *viewers,
		float64(read.Load())/(1<<30), failed.Load())
	for _, c := range idle {
		c.Close()
	}
}

// ask opens a connection, has one request answered on it and leaves it open.
func ask(u *url.URL) (net.Conn, error) {
	c, err := net.Dial("tcp", u.Host)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nRange: bytes=0-99\r\n\r\n", u.RequestURI(),
		u.Host); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(bufio.NewReaderSize(c, 2048), nil)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	if err == nil && resp.StatusCode != http.StatusPartialContent {
		err = fmt.Errorf("answered %s", resp.Status)
	}
	return c, err
}

func readRange(client *http.Client, u string, off, n int64) (int64, error) {
	req, err := http.NewRequest(http.MethodGet, u, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", off, off+n-1))
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return io.Copy(io.Discard, resp.Body)
}
